/**
 * Version 8: the state of a session may be its snapshot and the runs since. A change is a migration,
 * never an edit here.
 */
export const SCHEMA_8 = `
-- The name under which a guest of a worker may hold the state.
ALTER TABLE session ADD COLUMN state TEXT;
-- How many of its runs, the last ones, have changed the state since the snapshot.
ALTER TABLE session ADD COLUMN steps INTEGER NOT NULL DEFAULT 0;
`

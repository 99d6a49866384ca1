/** Version 5: the state of a session may be its snapshot and the runs since. */
export const SCHEMA_STEPS = `
-- The name under which a guest of a worker may hold the state.
ALTER TABLE session ADD COLUMN state text;
-- How many of its runs, the last ones, have changed the state since the snapshot.
ALTER TABLE session ADD COLUMN steps integer NOT NULL DEFAULT 0;
`

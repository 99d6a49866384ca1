/**
 * Version 4: what the state of a session can be repeated from. A change is a migration, never an edit
 * here.
 */
export const SCHEMA_4 = `
-- One row for each execution that has changed the session's state, in order.
CREATE TABLE session_run (
  session_id TEXT NOT NULL REFERENCES session ON DELETE CASCADE,
  number INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (session_id, number)
) STRICT;
-- Whether the rows above are all that the state came from.
ALTER TABLE session ADD COLUMN is_repeatable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN run_bytes INTEGER NOT NULL DEFAULT 0;
UPDATE session SET is_repeatable = 1 WHERE snapshot IS NULL;
`

/** Version 6: the records of files. A change is a migration, never an edit here. */
export const SCHEMA_6 = `
CREATE TABLE file (
  file_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('upload', 'transfer', 'piece', 'execution')),
  owner TEXT NOT NULL,
  -- Neither is a reference: an execution may be in memory alone, and a session outlives its executions.
  execution_id TEXT,
  session_id TEXT,
  name TEXT,
  type TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  last_modified_ms REAL NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX file_execution ON file (execution_id) WHERE execution_id IS NOT NULL;
CREATE INDEX file_session ON file (session_id, size) WHERE session_id IS NOT NULL;
CREATE INDEX file_owner ON file (owner, size);
CREATE INDEX file_content ON file (sha256);
`

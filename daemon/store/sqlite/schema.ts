/**
 * The tables of a store, as of version 1. A change is a migration, never an edit here.
 *
 * An execution is an integer inside, so that its rows elsewhere stay small. `execution` has short
 * rows of the columns that change or are listed; `program` and `ending` have those that are written
 * once. Texts that are not JSON are of type ANY: see `exact-text.ts`. JSON about an execution is
 * shortened: see `daemon/store/rules/short-json.ts`.
 */

/** The SQL that creates version 1. */
export const SCHEMA_1 = `
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Large or shared bodies, once each. "uses" counts the columns that hold the id.
CREATE TABLE blob (
  id INTEGER PRIMARY KEY,
  hash BLOB NOT NULL UNIQUE,
  body ANY NOT NULL,
  uses INTEGER NOT NULL
) STRICT;

CREATE TABLE execution (
  id INTEGER PRIMARY KEY,
  execution_id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('queued', 'running', 'waiting', 'completed', 'failed', 'cancelled', 'stuck')),
  epoch INTEGER NOT NULL,
  -- How often the daemon was lost with it since its last record.
  losses INTEGER NOT NULL DEFAULT 0,
  created_ms INTEGER NOT NULL,
  started_ms INTEGER,
  deadline_ms INTEGER NOT NULL,
  wake_ms INTEGER,
  ended_ms INTEGER,
  session_id TEXT,
  key_text TEXT,
  key_hash TEXT,
  usage TEXT,
  webhook_url TEXT
) STRICT;
CREATE UNIQUE INDEX execution_by_key ON execution (owner, key_text) WHERE key_text IS NOT NULL;
CREATE INDEX execution_by_owner ON execution (owner, state, created_ms, execution_id);
CREATE INDEX execution_by_state ON execution (state, created_ms, execution_id);
CREATE INDEX execution_to_wake ON execution (wake_ms) WHERE state = 'waiting';
CREATE INDEX execution_ended ON execution (ended_ms) WHERE ended_ms IS NOT NULL;
CREATE INDEX execution_in_session ON execution (session_id)
  WHERE session_id IS NOT NULL AND state IN ('queued', 'running', 'waiting', 'stuck');

-- What an execution was made from.
CREATE TABLE program (
  execution INTEGER PRIMARY KEY REFERENCES execution ON DELETE CASCADE,
  source INTEGER NOT NULL,
  compiled INTEGER,
  plan TEXT NOT NULL
) STRICT;

-- How an execution ended, or why it is stuck.
CREATE TABLE ending (
  execution INTEGER PRIMARY KEY REFERENCES execution ON DELETE CASCADE,
  body TEXT NOT NULL
) STRICT;

-- Rows in order of writing, so that a commit touches few pages; the key is an index beside them.
CREATE TABLE journal (
  execution INTEGER NOT NULL REFERENCES execution ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('intent', 'delivery')),
  position INTEGER NOT NULL,
  tool TEXT NOT NULL,
  request ANY NOT NULL,
  effect TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  -- The text, or the blob that holds it.
  text ANY,
  blob INTEGER,
  PRIMARY KEY (execution, seq, kind),
  CHECK ((text IS NULL) <> (blob IS NULL))
) STRICT;
CREATE UNIQUE INDEX journal_position ON journal (execution, position) WHERE kind = 'delivery';
CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal
BEGIN
  SELECT raise(ABORT, 'a journal record never changes');
END;

-- One row for each addition; "first" and "last" are sequence numbers.
CREATE TABLE event (
  execution INTEGER NOT NULL REFERENCES execution ON DELETE CASCADE,
  last INTEGER NOT NULL,
  first INTEGER NOT NULL,
  events TEXT NOT NULL,
  PRIMARY KEY (execution, last)
) STRICT;

-- Approvals. "is_ready": decided, and no delivery has told its execution yet.
CREATE TABLE wait (
  id INTEGER PRIMARY KEY,
  approval_id TEXT NOT NULL UNIQUE,
  execution INTEGER NOT NULL REFERENCES execution ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  owner TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'expired')),
  created_ms INTEGER NOT NULL,
  approval TEXT NOT NULL,
  input ANY NOT NULL,
  is_remembered INTEGER NOT NULL,
  is_ready INTEGER NOT NULL
) STRICT;
CREATE INDEX wait_of_execution ON wait (execution, seq);
CREATE INDEX wait_by_owner ON wait (owner, status, created_ms, approval_id);
CREATE INDEX wait_by_status ON wait (status, created_ms, approval_id);
CREATE INDEX wait_ready ON wait (execution, seq) WHERE is_ready = 1;

CREATE TABLE session (
  session_id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  used_ms INTEGER NOT NULL,
  executions INTEGER NOT NULL DEFAULT 0,
  snapshot INTEGER,
  snapshot_bytes INTEGER NOT NULL DEFAULT 0,
  runtime TEXT,
  -- Names of tools, a JSON array.
  remembered TEXT NOT NULL DEFAULT '[]'
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_owner ON session (owner, created_ms, session_id);
CREATE INDEX session_by_time ON session (created_ms, session_id);
CREATE INDEX session_by_use ON session (used_ms);

-- Messages to webhooks that have not arrived.
CREATE TABLE webhook (
  message_id TEXT PRIMARY KEY,
  execution INTEGER NOT NULL REFERENCES execution ON DELETE CASCADE,
  url TEXT NOT NULL,
  body TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  due_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_due ON webhook (due_ms);
CREATE INDEX webhook_of_execution ON webhook (execution);
`

/**
 * Version 2: rows that outlive their execution. Keys of deleted executions, until their time is
 * over; messages to webhooks, until they have arrived. A change is a migration, never an edit here.
 */
export const SCHEMA_2 = `
CREATE TABLE removed_key (
  owner TEXT NOT NULL,
  key_text TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  execution_id TEXT NOT NULL,
  -- When the execution ended: the key is kept as long as that would have been.
  ended_ms INTEGER NOT NULL,
  PRIMARY KEY (owner, key_text)
) STRICT, WITHOUT ROWID;
CREATE INDEX removed_key_ended ON removed_key (ended_ms);

ALTER TABLE webhook RENAME TO webhook_1;
CREATE TABLE webhook (
  message_id TEXT PRIMARY KEY,
  execution_id TEXT NOT NULL,
  owner TEXT NOT NULL,
  -- Scheme, host and port of the URL.
  origin TEXT NOT NULL,
  url TEXT NOT NULL,
  body TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  due_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO webhook
  SELECT message_id, execution_id, owner,
    substr(url, 1, 7 + instr(substr(url || '/', 9), '/')), url, body, webhook_1.created_ms,
    attempts, due_ms
  FROM webhook_1 JOIN execution ON execution.id = webhook_1.execution;
DROP TABLE webhook_1;
-- Whose turn it is, is read from the index alone.
CREATE INDEX webhook_due ON webhook (due_ms, origin, owner);
`

/**
 * The tables of a store in PostgreSQL, as of version 1. A change is a migration, never an edit here.
 *
 * Instants are epoch milliseconds. Columns that end in `_text` and are not JSON are literals of JSON:
 * see `exact-text.ts`. Ids and names compare by their bytes, as everywhere else.
 */

/** The SQL that creates version 1. */
export const SCHEMA_1 = `
CREATE TABLE meta (
  name text PRIMARY KEY,
  value text NOT NULL
);

CREATE FUNCTION latchd_now() RETURNS bigint LANGUAGE sql VOLATILE
  AS $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint $$;

-- Daemons that live. One that has not been seen for the lease is dead.
CREATE TABLE daemon (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL,
  url text,
  started_ms bigint NOT NULL,
  seen_ms bigint NOT NULL
);

CREATE TABLE execution (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  execution_id text COLLATE "C" NOT NULL UNIQUE,
  owner text COLLATE "C" NOT NULL,
  state text NOT NULL,
  epoch integer NOT NULL,
  losses integer NOT NULL DEFAULT 0,
  -- When nobody owns it: from when it can be claimed.
  wake_ms bigint,
  -- The daemon that owns it; null: nobody.
  daemon integer REFERENCES daemon,
  -- Whether it has a worker, as far as its daemon has told.
  suspect boolean NOT NULL DEFAULT false,
  -- When somebody asked another daemon than its own to cancel it.
  cancel_ms bigint,
  created_ms bigint NOT NULL,
  started_ms bigint,
  deadline_ms bigint NOT NULL,
  ended_ms bigint,
  session_id text COLLATE "C",
  key_text text,
  key_hash text,
  usage text,
  webhook_url text
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX execution_by_key ON execution (owner, key_text) WHERE key_text IS NOT NULL;
CREATE INDEX execution_by_owner ON execution (owner, created_ms, execution_id);
CREATE INDEX execution_by_time ON execution (created_ms, execution_id);
CREATE INDEX execution_to_claim ON execution (owner, wake_ms, id) WHERE wake_ms IS NOT NULL;
CREATE INDEX execution_to_wake ON execution (wake_ms) WHERE wake_ms IS NOT NULL;
CREATE INDEX execution_of_daemon ON execution (daemon) WHERE daemon IS NOT NULL;
CREATE INDEX execution_to_cancel ON execution (daemon) WHERE cancel_ms IS NOT NULL;
CREATE INDEX execution_live ON execution (state, created_ms, execution_id)
  WHERE state IN ('queued', 'running', 'waiting', 'stuck');
CREATE INDEX execution_ended ON execution (ended_ms) WHERE ended_ms IS NOT NULL;
CREATE INDEX execution_in_session ON execution (session_id)
  WHERE session_id IS NOT NULL AND state IN ('queued', 'running', 'waiting', 'stuck');

CREATE TABLE program (
  execution bigint PRIMARY KEY REFERENCES execution ON DELETE CASCADE,
  source_text text NOT NULL,
  -- How the source begins.
  head_text text NOT NULL,
  language text,
  compiled_text text,
  plan text NOT NULL,
  -- JSON of the metadata in the plan.
  metadata text
);

CREATE TABLE ending (
  execution bigint PRIMARY KEY REFERENCES execution ON DELETE CASCADE,
  body text NOT NULL
);

CREATE TABLE journal (
  execution bigint NOT NULL REFERENCES execution ON DELETE CASCADE,
  seq integer NOT NULL,
  kind text NOT NULL,
  position integer NOT NULL,
  tool text NOT NULL,
  request_text text NOT NULL,
  effect text NOT NULL,
  epoch integer NOT NULL,
  at_ms bigint NOT NULL,
  answer_text text NOT NULL,
  -- Bytes of the answer as UTF-8.
  bytes integer NOT NULL,
  PRIMARY KEY (execution, seq, kind)
);
CREATE UNIQUE INDEX journal_position ON journal (execution, position) WHERE kind = 'delivery';
CREATE FUNCTION latchd_append_only() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN RAISE EXCEPTION 'a journal record never changes'; END $$;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE ON journal
  FOR EACH ROW EXECUTE FUNCTION latchd_append_only();

CREATE TABLE event (
  execution bigint NOT NULL REFERENCES execution ON DELETE CASCADE,
  last integer NOT NULL,
  first integer NOT NULL,
  events text NOT NULL,
  PRIMARY KEY (execution, last)
);

CREATE TABLE wait (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  approval_id text COLLATE "C" NOT NULL UNIQUE,
  execution bigint NOT NULL REFERENCES execution ON DELETE CASCADE,
  seq integer NOT NULL,
  owner text COLLATE "C" NOT NULL,
  status text NOT NULL,
  created_ms bigint NOT NULL,
  approval text NOT NULL,
  input_text text NOT NULL,
  is_remembered boolean NOT NULL,
  is_edited boolean NOT NULL,
  is_ready boolean NOT NULL
);
CREATE INDEX wait_of_execution ON wait (execution, seq);
CREATE INDEX wait_by_owner ON wait (owner, status, created_ms, approval_id);
CREATE INDEX wait_by_status ON wait (status, created_ms, approval_id);
CREATE INDEX wait_ready ON wait (execution, seq) WHERE is_ready;

CREATE TABLE session (
  session_id text COLLATE "C" PRIMARY KEY,
  owner text COLLATE "C" NOT NULL,
  created_ms bigint NOT NULL,
  used_ms bigint NOT NULL,
  executions integer NOT NULL DEFAULT 0,
  snapshot bytea,
  snapshot_bytes integer NOT NULL DEFAULT 0,
  runtime text,
  remembered text NOT NULL DEFAULT '[]',
  is_repeatable boolean NOT NULL DEFAULT true,
  run_bytes integer NOT NULL DEFAULT 0,
  -- The execution that holds it, and its daemon when that execution ends with the daemon.
  holder text,
  holder_daemon integer
);
CREATE INDEX session_by_owner ON session (owner, created_ms, session_id);
CREATE INDEX session_by_time ON session (created_ms, session_id);
CREATE INDEX session_by_use ON session (used_ms);
CREATE INDEX session_held ON session (holder_daemon) WHERE holder_daemon IS NOT NULL;

CREATE TABLE session_run (
  session_id text COLLATE "C" NOT NULL REFERENCES session ON DELETE CASCADE,
  number integer NOT NULL,
  body bytea NOT NULL,
  PRIMARY KEY (session_id, number)
);

CREATE TABLE removed_key (
  owner text COLLATE "C" NOT NULL,
  key_text text NOT NULL,
  key_hash text NOT NULL,
  execution_id text NOT NULL,
  ended_ms bigint NOT NULL,
  PRIMARY KEY (owner, key_text)
);
CREATE INDEX removed_key_ended ON removed_key (ended_ms);

CREATE TABLE file (
  file_id text COLLATE "C" PRIMARY KEY,
  kind text NOT NULL,
  owner text COLLATE "C" NOT NULL,
  -- Neither is a reference: an execution may be in memory alone, and a session outlives its executions.
  execution_id text COLLATE "C",
  session_id text COLLATE "C",
  name_text text,
  type_text text NOT NULL,
  size bigint NOT NULL,
  sha256 text NOT NULL,
  last_modified_ms double precision NOT NULL,
  created_ms bigint NOT NULL
);
CREATE INDEX file_execution ON file (execution_id) WHERE execution_id IS NOT NULL;
CREATE INDEX file_session ON file (session_id, size) WHERE session_id IS NOT NULL;
CREATE INDEX file_owner ON file (owner, size);
CREATE INDEX file_content ON file (sha256);

CREATE TABLE webhook (
  message_id text COLLATE "C" PRIMARY KEY,
  execution_id text NOT NULL,
  owner text COLLATE "C" NOT NULL,
  origin text NOT NULL,
  url text NOT NULL,
  body text NOT NULL,
  created_ms bigint NOT NULL,
  attempts integer NOT NULL,
  due_ms bigint NOT NULL,
  -- Until when it is nobody else's to send.
  leased_ms bigint NOT NULL DEFAULT 0
);
CREATE INDEX webhook_due ON webhook (due_ms, message_id);
`

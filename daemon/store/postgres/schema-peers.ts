/** How daemons reach each other, and where clients are: the step from version 1 to version 2. */

/** The SQL that makes version 2 of version 1. */
export const SCHEMA_PEERS = `
ALTER TABLE daemon
  -- New in each process, while the number changes with each registration.
  ADD COLUMN peer_id text COLLATE "C",
  ADD COLUMN peer_url text,
  -- A secret between the daemons: whoever reads it may speak for one.
  ADD COLUMN peer_key text;

-- Where a client's socket is. A row whose daemon is gone says nothing.
CREATE TABLE client (
  owner text COLLATE "C" NOT NULL,
  client_id text COLLATE "C" NOT NULL,
  peer_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (owner, client_id)
);
CREATE INDEX client_at ON client (peer_id);

-- Tools that a client serves to all executions of its token, in the order in which they came.
CREATE TABLE client_offer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  owner text COLLATE "C" NOT NULL,
  client_id text COLLATE "C" NOT NULL,
  serve_id text COLLATE "C" NOT NULL,
  -- New whenever its tools change.
  revision bigint GENERATED ALWAYS AS IDENTITY,
  tools_text text NOT NULL,
  UNIQUE (owner, client_id, serve_id),
  FOREIGN KEY (owner, client_id) REFERENCES client ON DELETE CASCADE
);
`

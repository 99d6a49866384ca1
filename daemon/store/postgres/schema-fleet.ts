/**
 * What several daemons know of each other, and the contents of files that they share. A change is a
 * migration, never an edit here.
 */
export const FLEET_SCHEMA = `
ALTER TABLE daemon
  ADD COLUMN version text NOT NULL DEFAULT '',
  -- What its executions run on: see "tagsOf" of an engine. Empty before it is known.
  ADD COLUMN runtime text NOT NULL DEFAULT '',
  -- JSON of what it has in memory, as of its last beat.
  ADD COLUMN load text NOT NULL DEFAULT '{}';

-- The one that was seen longest ago is looked for often.
CREATE INDEX daemon_seen ON daemon (seen_ms);

-- What an execution ran on last; null: it has not begun, or an earlier version began it.
ALTER TABLE execution ADD COLUMN runtime text;
CREATE INDEX execution_under_way ON execution (owner) WHERE state IN ('queued', 'running');

-- Contents of files. Several of one hash are being written at most; one of them becomes whole.
CREATE TABLE content (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sha256 text COLLATE "C" NOT NULL,
  size bigint NOT NULL,
  is_whole boolean NOT NULL DEFAULT false,
  -- When somebody began to write it, or wrote the same again.
  written_ms bigint NOT NULL
);
CREATE UNIQUE INDEX content_whole ON content (sha256) WHERE is_whole;
CREATE INDEX content_by_hash ON content (sha256);
CREATE INDEX content_by_time ON content (written_ms);
-- Their bytes, unless they are elsewhere.
CREATE TABLE content_piece (
  content bigint NOT NULL REFERENCES content ON DELETE CASCADE,
  number integer NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (content, number)
);
-- A part of a piece is read without the rest of it.
ALTER TABLE content_piece ALTER COLUMN bytes SET STORAGE EXTERNAL;
`

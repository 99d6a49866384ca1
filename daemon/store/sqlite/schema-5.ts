/**
 * Version 5: an execution without an owner has an instant from which it can be claimed, in `wake_ms`.
 * Before, only those that wait had one. A change is a migration, never an edit here.
 */
export const SCHEMA_5 = `
UPDATE execution SET wake_ms = 0
  WHERE state = 'waiting' AND id IN (SELECT execution FROM wait WHERE is_ready = 1);
DROP INDEX execution_to_wake;
CREATE INDEX execution_to_claim ON execution (owner, wake_ms) WHERE wake_ms IS NOT NULL;
`

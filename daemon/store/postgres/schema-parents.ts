/** Which execution has begun another one. A change is a migration, never an edit here. */

/** The SQL of the step. */
export const SCHEMA_PARENTS = `
-- No reference: a parent may be in the memory of a daemon alone, or be removed first.
ALTER TABLE execution ADD COLUMN parent_id text COLLATE "C";
CREATE INDEX execution_by_parent ON execution (parent_id, created_ms, execution_id)
  WHERE parent_id IS NOT NULL;
`

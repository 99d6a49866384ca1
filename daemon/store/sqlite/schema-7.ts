/** Version 7: which execution has begun another one. A change is a migration, never an edit here. */
export const SCHEMA_7 = `
-- No reference: a parent may be in memory alone, or be removed first.
ALTER TABLE execution ADD COLUMN parent_id TEXT;
CREATE INDEX execution_by_parent ON execution (parent_id, created_ms, execution_id)
  WHERE parent_id IS NOT NULL;
`

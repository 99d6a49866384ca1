/** Version 3: whether a decision replaced the call's arguments. A change is a migration, never an edit here. */
export const SCHEMA_3 = `
ALTER TABLE wait ADD COLUMN is_edited INTEGER NOT NULL DEFAULT 0;
`

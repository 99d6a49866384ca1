/** Names of the store's files in its state folder. */

/** The database; SQLite keeps `-wal` and `-shm` beside it while it is open. */
export const DATABASE_FILE = 'latchd.db'
/** Held by the daemon that uses the folder; empty. */
export const LOCK_FILE = 'latchd.lock'
/** The contents of files, by their hash, in the state folder. */
export const CONTENTS_FOLDER = 'files'
/** The mode of the store's files: they hold sources, inputs and answers of all callers. */
export const OWNER_ONLY = 0o600

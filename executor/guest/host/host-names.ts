/** Names of globals that exist only while the prelude loads. */

/** Under which the worker hands the host function to the prelude. */
export const HOST_GLOBAL = '__latchd_host'
/** Under which the prelude hands its entry points to the worker. */
export const ENTRY_GLOBAL = '__latchd_entry'
/** Under which the worker hands the engine's scope of `let` and `const` to the prelude. */
export const SCOPE_GLOBAL = '__latchd_scope'

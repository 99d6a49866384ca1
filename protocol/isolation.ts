/** Levels of isolation: what stands between guests and the daemon, beside the engine itself. */

/**
 * `thread`: guests run in worker threads of the daemon's process.
 * `process`: in worker threads of a child process that may read latchd's code and nothing else.
 */
export const isolationLevels = ['thread', 'process'] as const
export type IsolationLevel = (typeof isolationLevels)[number]

/** What each level protects from; docs/threat-model.md has it in full. */
export const isolationProtects: Readonly<Record<IsolationLevel, string>> = {
  thread:
    'programs run in QuickJS inside WebAssembly, in worker threads without environment; a fault of the engine or of V8 would have the powers of the daemon',
  process:
    'programs run in QuickJS inside WebAssembly, in a child process that may only read code: no files, network, processes, environment or SQLite; its crash loses no execution',
}

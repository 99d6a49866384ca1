/** Levels of isolation: the barriers between guests and the daemon, beside the engine itself. */

/**
 * `thread`: guests run in worker threads of the daemon's process.
 * `process`: in worker threads of a child process that may read latchd's code and the snapshot that
 * guests begin with, and nothing else.
 */
export const isolationLevels = ['thread', 'process'] as const
/** One of {@link isolationLevels}. */
export type IsolationLevel = (typeof isolationLevels)[number]

/**
 * The protection of a level, in one sentence; docs/threat-model.md has all of it.
 *
 * @param hasPermissions whether the daemon is under Node's permissions, which its threads give up
 */
export function protection(level: IsolationLevel, hasPermissions: boolean): string {
  return hasPermissions && level === 'thread' ? underPermissions : isolationProtects[level]
}

const underPermissions =
  "programs run in QuickJS inside WebAssembly, in worker threads without environment that have given up all of Node's permissions; a fault of V8 would have the powers of the daemon"

const isolationProtects: Readonly<Record<IsolationLevel, string>> = {
  thread:
    'programs run in QuickJS inside WebAssembly, in worker threads without environment; a fault of the engine or of V8 would have the powers of the daemon',
  process:
    'programs run in QuickJS inside WebAssembly, in a child process that may only read code: no files, network, processes, environment or SQLite; its crash loses no execution',
}

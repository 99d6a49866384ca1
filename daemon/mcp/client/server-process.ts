/**
 * The process of a stdio server, as leader of its own process group.
 *
 * It ends with the daemon. When that closes the connection, the server's input ends, and what does
 * not leave by itself is stopped, the children of the server included. When the daemon is killed,
 * it can stop nothing, and a server may not heed the end of its input. So a shell waits beside the
 * server: its own input ends with the daemon too, and it stops the group then.
 */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { within } from '../../../protocol/base/within.ts'
import { programPath } from './program-path.ts'
import type { StdioServer } from './server-setting.ts'

/** The process of a server. */
export interface ServerProcess {
  readonly stdin: Writable
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves when it has ended and its output has been read, with how. Never rejects. */
  readonly ended: Promise<string>
  /**
   * Ends its input, and stops what does not leave. Resolves when it has ended, or could not be ended.
   * Idempotent.
   */
  stop(): Promise<void>
}

/**
 * A server has this long to end after each step: the end of its input, SIGTERM, SIGKILL. The output of
 * one that has ended has as long to end.
 */
const EXIT_WITHIN_MS = 2000

/** The group has no process any more, or only processes of another user. */
const CANNOT_SIGNAL = new Set<unknown>(['ESRCH', 'EPERM'])

/** Waits for a line or the end of its input; the end means that the daemon is gone. */
const GUARD =
  'trap "" TERM; if read -r _; then exit; fi; sleep 2; kill -s TERM -- "-$1"; sleep 2; kill -s KILL -- "-$1"'

const hasGroups = process.platform !== 'win32'

/**
 * Starts the process of a server.
 *
 * @param path the folders in which its program is looked for
 * @throws {Error} when it cannot be started
 */
export async function startServerProcess(
  server: StdioServer,
  path: string | undefined,
): Promise<ServerProcess> {
  const [program, ...args] = commandOf(server, path) as [string, ...string[]]
  const child = spawn(program, args, {
    cwd: server.cwd,
    env: server.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: hasGroups,
    windowsHide: true,
  })
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve)
    child.once('error', reject)
  })
  return watched(child)
}

/**
 * The command of a server, without the `NODE_OPTIONS` by which Node hands its permissions to each
 * child. A server is a program of its own, and has the variables of its setting alone.
 */
function commandOf(server: StdioServer, path: string | undefined): string[] {
  const command = [programPath(server, path), ...server.args]
  if (process.permission === undefined) return command
  const { NODE_OPTIONS } = server.env
  const set = NODE_OPTIONS === undefined ? [] : [`NODE_OPTIONS=${NODE_OPTIONS}`]
  return ['/usr/bin/env', '-u', 'NODE_OPTIONS', ...set, ...command]
}

function watched(child: ChildProcessByStdio<Writable, Readable, Readable>): ServerProcess {
  // A server that has ended cannot be written to. A writer learns it from `ended`.
  child.stdin.on('error', () => {})
  const release = hasGroups ? guard(child.pid as number) : () => {}
  const exited = new Promise<void>(resolve => {
    child.once('exit', () => resolve())
  })
  exited.then(() => {
    // A child that it left behind may hold its output open for ever.
    signal(child, 'SIGKILL')
    release()
  })
  const ended = new Promise<string>(resolve => {
    child.once('close', (code, by) =>
      resolve(by === null ? `it ended with exit code ${code}` : `it was ended by ${by}`),
    )
  })
  let stopping: Promise<void> | undefined
  const stop = async () => {
    child.stdin.end()
    for (const name of ['SIGTERM', 'SIGKILL'] as const) {
      const hasExited = exited.then(() => true)
      if (await within(hasExited, EXIT_WITHIN_MS, () => false)) break
      signal(child, name)
    }
    await within(ended, EXIT_WITHIN_MS, () => {
      // A process of another user, or one that has left the group and holds the output open.
      child.stdout.destroy()
      child.stderr.destroy()
      child.unref()
    })
  }
  const { stdin, stdout, stderr } = child
  return { stdin, stdout, stderr, ended, stop: () => (stopping ??= stop()) }
}

/** Sends a signal to a server and to all that it has started. */
function signal(child: ChildProcessByStdio<Writable, Readable, Readable>, name: NodeJS.Signals) {
  try {
    if (hasGroups) process.kill(-(child.pid as number), name)
    else child.kill(name)
  } catch (error) {
    if (!CANNOT_SIGNAL.has((error as NodeJS.ErrnoException).code)) throw error
  }
}

/** Starts the shell that stops a group when the daemon is gone; returns a function that ends it. */
function guard(group: number): () => void {
  const shell = spawn('/bin/sh', ['-c', GUARD, 'latchd-guard', String(group)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {},
    detached: true,
  })
  // Without a shell the end of its input is a server's only sign that the daemon is gone.
  shell.on('error', () => {})
  shell.stdin.on('error', () => {})
  shell.unref()
  return () => shell.stdin.end('ended\n')
}

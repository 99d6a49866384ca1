/** Starts processes that use a store: see `store-process.ts`. */

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { isBuilt } from '../support/built.ts'
import { testFolder } from '../support/test-folder.ts'

const script = fileURLToPath(new URL('./store-process.ts', import.meta.url))
const threads = new URL('../support/built-threads.ts', import.meta.url).href
const command = [process.execPath, ...(isBuilt ? [`--import=${threads}`] : []), script]

export type Task = 'hold' | 'work' | 'fill'
/** What a process acknowledged: one property, by which it is called. */
export type Told = Readonly<Record<string, unknown>>

export interface StoreProcess {
  readonly child: ChildProcess
  /** The next line that it tells; `undefined` when it has ended. */
  next(): Promise<Told | undefined>
  /** Resolves when it has ended, with all that it told and nobody took. */
  rest(): Promise<Told[]>
}

/** Starts a process on a folder; it is killed when the test ends. */
export function storeProcess(
  t: Test,
  stateDir: string,
  task: Task,
  environment: Readonly<Record<string, string>> = {},
): StoreProcess {
  return started(t, [...command, stateDir, task], environment)
}

/**
 * Starts a process on a new folder, on a disk of its own of `megabytes`, of which a file `ballast` in
 * the folder takes a third; needs the right to make a user namespace.
 */
export function storeProcessOnSmallDisk(t: Test, megabytes: number): StoreProcess {
  const mount = `mount -t tmpfs -o size=${megabytes}m tmpfs "$0"`
  const ballast = `mkdir "$0/state" && head -c ${megabytes}00000 /dev/zero > "$0/state/ballast"`
  const run = `exec ${command.join(' ')} "$0/state" fill`
  return started(t, [
    'unshare',
    '-rm',
    'sh',
    '-c',
    `${mount} && ${ballast} && ${run}`,
    testFolder(t),
  ])
}

function started(
  t: Test,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): StoreProcess {
  // Without the test runner's NODE_OPTIONS, which it adds when a process is spawned.
  const child = spawn('env', ['-u', 'NODE_OPTIONS', ...args], {
    env: {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      ...(isBuilt && { TEST_BUILT: '1' }),
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<Told | undefined> => {
    const { value, done } = await lines.next()
    return done ? undefined : JSON.parse(value)
  }
  const rest = async () => {
    const all: Told[] = []
    for (let told = await next(); told !== undefined; told = await next()) all.push(told)
    return all
  }
  return { child, next, rest }
}

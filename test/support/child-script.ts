/** A script in a process of its own, for what would harm the test's: flags, memory, lost threads. */

import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a script of this repository with Node flags and arguments. */
export function runScript(
  path: string,
  flags: readonly string[] = [],
  args: readonly string[] = [],
): Promise<Ended> {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url))
  // Without the NODE_OPTIONS that `tap run` sets when a process is spawned.
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const child = spawn('env', ['-u', 'NODE_OPTIONS', process.execPath, ...flags, file, ...args], {
    env: { PATH, NODE_COMPILE_CACHE },
  })
  const { promise, resolve } = Promise.withResolvers<Ended>()
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', part => {
    stdout += part
  })
  child.stderr.on('data', part => {
    stderr += part
  })
  child.once('close', code => resolve({ code, stdout, stderr }))
  return promise
}

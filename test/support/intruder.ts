/**
 * A program that has got out of the engine: code that runs in a worker thread of ours after the thread
 * has been sealed, with nothing but the thread's realm. A source that begins with `//intruder` is run
 * there, as the body of an asynchronous function, and what it gives is the execution's output.
 */

import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createExecutorOn } from '../../executor/create-executor.ts'
import type { EmbeddedExecutor } from '../../executor/index.ts'
import type { IsolationLevel } from '../../protocol/isolation.ts'

const entry = new URL('../../executor/worker/entry.ts', import.meta.url).href

/** The module that a worker begins with: ours, and then the intruder's way in. */
const module = `
import execute from ${JSON.stringify(entry)}
const AsyncFunction = (async () => {}).constructor
export default async task => {
  if (!task.source.startsWith('//intruder')) return await execute(task)
  let found
  try { found = await new AsyncFunction('task', task.source)(task) } catch (error) { found = 'threw ' + (error.code ?? error.message) }
  const report = await execute({ ...task, source: '0' })
  const json = JSON.stringify(found ?? null)
  return { ...report, ...(globalThis.forged ?? { outcome: { status: 'completed', isFinalAnswer: false, output: { json, text: json, exact: true } } }) }
}
`

/** Writes the module where a workers' process may read; gives its URL. It is removed with the test. */
export function intruderEntry(t: { teardown(release: () => void): unknown }): string {
  const folder = fileURLToPath(
    new URL('../../node_modules/.cache/latchd-intruders', import.meta.url),
  )
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${randomUUID()}.mjs`)
  writeFileSync(file, module)
  t.teardown(() => rmSync(file))
  return pathToFileURL(file).href
}

/** An executor in which `//intruder` programs are out of the engine. */
export function intrudedExecutor(
  t: { teardown(release: () => Promise<void> | void): unknown },
  isolation: IsolationLevel,
  workers = 1,
): EmbeddedExecutor {
  const entry = intruderEntry(t)
  const tools = { echo: async (value: unknown) => value }
  const executor = createExecutorOn({ entry }, { workers, isolation, tools })
  t.teardown(() => executor.close())
  return executor
}

/** Runs code outside of the engine and gives what it gave, or `threw CODE`. */
export async function intrude(executor: EmbeddedExecutor, code: string): Promise<unknown> {
  const { output } = await executor.execute({ source: `//intruder\n${code}` })
  return output
}

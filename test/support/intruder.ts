/**
 * A program that has got out of the engine: code that runs in a worker thread of ours after the thread
 * has been sealed, with nothing but the thread's realm. A source that begins with `//intruder` is run
 * there, as the body of an asynchronous function, and what it gives is the execution's output.
 */

import { randomUUID } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { createExecutorOn } from '../../executor/embedded/create-executor.ts'
import type { EmbeddedExecutor } from '../../executor/index.ts'
import type { IsolationLevel } from '../../protocol/execution/isolation.ts'
import { GuestState, STATE } from '../../protocol/latch.ts'
import { entryUrl } from './built.ts'

const entry = entryUrl('executor/worker/entry')

/**
 * What is loaded before the seal, for programs that are said to have found what nothing leads to:
 * `found.ports`, each port that was written to or listened to, `found.writeSync` of a descriptor, and
 * `found.base`, the parts of the thread's copy of the base snapshot.
 */
const early = `
import { writeSync } from 'node:fs'
import { workerData } from 'node:worker_threads'
const ports = new Set()
for (const name of ['postMessage', 'on']) {
  const was = MessagePort.prototype[name]
  MessagePort.prototype[name] = function (...args) { ports.add(this); return was.apply(this, args) }
}
export const found = { ports, writeSync, base: workerData.baseSnapshot?.parts }
`

/**
 * The module that a worker begins with: ours, and then the intruder's way in. The intruder's \`task\` has
 * the port and the latch of its thread's lane, and \`say(message)\` posts in the name of its worker: as a
 * text and as an object, with the serial of the task.
 */
const module = (earlyUrl: string) => `
import { found } from ${JSON.stringify(earlyUrl)}
import serve from ${JSON.stringify(entry)}
const AsyncFunction = (async () => {}).constructor
export default start => serve(start, async (task, lane, execute) => {
  if (!task.source.startsWith('//intruder')) return await execute(task, lane)
  // It has escaped from a program that has begun.
  Atomics.store(new Int32Array(start.latch), ${STATE}, ${GuestState.running})
  const { port, latch } = start
  const say = (message, tag = 'm') => {
    port.postMessage({ tag, serial: task.serial, value: message })
    try { port.postMessage(tag + task.serial + ' ' + JSON.stringify(message)) } catch {}
  }
  let result
  try { result = await new AsyncFunction('task', 'found', 'say', task.source)({ ...task, port, latch }, found, say) } catch (error) { result = 'threw ' + (error.code ?? error.message) }
  const report = await execute({ ...task, source: '0' }, lane)
  const json = JSON.stringify(result ?? null)
  const forged = globalThis.forged
  if (forged === undefined) return { ...report, outcome: { status: 'completed', isFinalAnswer: false, output: { json, text: json, exact: true } } }
  // Past what writes honest frames.
  Object.defineProperty(lane, 'report', { configurable: true, value(serial, value) {
    delete lane.report
    port.postMessage({ tag: 'r', serial, value })
  } })
  return { ...report, ...forged }
})
`

/** Writes the modules where a workers' process may read; gives the URL. They are removed with the test. */
export function intruderEntry(t: { teardown(release: () => void): unknown }): string {
  const folder = fileURLToPath(
    new URL('../../node_modules/.cache/latchd-intruders', import.meta.url),
  )
  mkdirSync(folder, { recursive: true })
  const write = (text: string) => {
    const file = join(folder, `${randomUUID()}.mjs`)
    writeFileSync(file, text)
    t.teardown(() => rmSync(file))
    return pathToFileURL(file).href
  }
  return write(module(write(early)))
}

/** An executor in which `//intruder` programs are out of the engine. */
export function intrudedExecutor(
  t: { teardown(release: () => Promise<void> | void): unknown },
  isolation: IsolationLevel,
  workers = 1,
  more: Record<string, (value: unknown) => Promise<unknown>> = {},
): EmbeddedExecutor {
  const entry = intruderEntry(t)
  const tools = { echo: async (value: unknown) => value, ...more }
  const executor = createExecutorOn({ entry }, { workers, isolation, tools })
  t.teardown(() => executor.close())
  return executor
}

/** Runs code outside of the engine and gives what it gave, or `threw CODE`. */
export async function intrude(executor: EmbeddedExecutor, code: string): Promise<unknown> {
  const { output } = await executor.execute({ source: `//intruder\n${code}` })
  return output
}

/**
 * What an escaped program says in the name of its worker harms its own execution alone; at the level of
 * the run, of which `npm run attacks` makes one for each. Each attempt costs a thread or two: the suite
 * has some of them, its long form and the attacks have all.
 */

import t from 'tap'
import { intrude, intrudedExecutor } from '../support/intruder.ts'
import { isolation } from '../support/isolation.ts'
import { rowsOf } from '../support/length.ts'
import { failure, unharmed } from '../support/one-worker.ts'
import {
  forgedFrames,
  forgedMessages,
  forgedReports,
  hostileReports,
} from './attempts/forged-messages.ts'

/** One that forges that it waits ends with its time. */
const limits = { wallMs: 1000 }

const executor = intrudedExecutor(t, isolation)
for (const [what, message] of rowsOf(forgedMessages)) {
  t.test(`${what} harms nobody else (${isolation})`, async t => {
    const source = `//intruder\nfor (const one of [${asSource(message)}].flat()) say(one); await new Promise(resolve => setTimeout(resolve, 1)); return 1`
    await ended(executor.execute({ source, limits }))
    t.equal(({} as { polluted?: unknown }).polluted, undefined)
    await unharmed(t, executor)
  })
}
for (const [what, code] of rowsOf(hostileReports)) {
  t.test(`a report with ${what} is refused (${isolation})`, async t => {
    const source = `//intruder\nglobalThis.forged = ${code}; return 1`
    const outcome = await executor.execute({ source })
    t.match(failure(outcome), { code: 'ENGINE_FAILURE' })
    t.ok(JSON.stringify(outcome), 'what was told of it can be told on')
    await unharmed(t, executor)
  })
}
for (const [what, report] of rowsOf(forgedReports)) {
  t.test(`a report with ${what} harms nobody else (${isolation})`, async t => {
    const source = `//intruder\nglobalThis.forged = ${asSource(report)}; return 1`
    await ended(executor.execute({ source, limits }))
    // Its thread still lies, if it was not ended.
    await intrude(executor, 'delete globalThis.forged').catch(() => {})
    await unharmed(t, executor)
  })
}

for (const [what, code] of rowsOf(forgedFrames)) {
  t.test(`a frame with ${what} harms nobody else (${isolation})`, async t => {
    const source = `//intruder\n${code}; await new Promise(resolve => setTimeout(resolve, 1)); return 1`
    await ended(executor.execute({ source, limits }))
    await unharmed(t, executor)
  })
}

t.test(`frames of an execution that has ended are of no other one (${isolation})`, async t => {
  const called: unknown[] = []
  const executor = intrudedExecutor(t, isolation, 1, { note: async value => called.push(value) })
  // The tool of the caller's own comes after three built-in ones and `echo`.
  const call = {
    kind: 'call',
    callNumber: 1,
    tool: 4,
    input: 'p["forged"]',
    isBlocking: false,
    atMs: 0,
  }
  const report = {
    outcome: {
      status: 'completed',
      isFinalAnswer: false,
      output: { json: '"forged"', text: '', exact: true },
    },
    logs: [],
    logsTruncatedBytes: 0,
    cpuMs: 0,
    waitMs: 0,
    peakMemoryBytes: 0,
  }
  for (const [message, tag] of [
    [call, 'm'],
    [report, 'r'],
  ]) {
    await intrude(executor, 'globalThis.earlier = say; return 1')
    // In the same thread, in the place of an honest program beside which the earlier one still acts.
    const victim = `const isBeside = globalThis.earlier !== undefined
      globalThis.earlier?.(${JSON.stringify(message)}, ${JSON.stringify(tag)})
      await new Promise(resolve => setTimeout(resolve, 50)); return isBeside ? 'beside' : 'alone'`
    t.equal(await intrude(executor, victim), 'alone', 'its thread was ended, and it ran again')
  }
  t.strictSame(called, [])
  await unharmed(t, executor)
})

t.test(`who reports and then says more pays, and not the next one (${isolation})`, async t => {
  const executor = intrudedExecutor(t, isolation)
  const spent = { logs: [], logsTruncatedBytes: 0, cpuMs: 0, waitMs: 0, peakMemoryBytes: 0 }
  const error = { code: 'GUEST_ERROR', name: 'E', message: 'said early' }
  const report = JSON.stringify({ outcome: { status: 'failed', error }, ...spent })
  // The next one is handed over while this one still has the thread.
  const source = `//intruder
    task.port.postMessage({ tag: 'r', serial: task.serial, value: ${report} })
    await new Promise(resolve => setTimeout(resolve, 100))
    task.port.postMessage(1); return 1`
  for (let i = 0; i < 5; i++) {
    const first = executor.execute({ source })
    await Promise.all([unharmed(t, executor), unharmed(t, executor)])
    t.match(await first, { error: { message: 'said early' } })
  }
})

t.test(
  `what an earlier program has left to do finds no later execution (${isolation})`,
  async t => {
    const executor = intrudedExecutor(t, isolation)
    const later = `const { port } = task, seen = globalThis.seen = []
    port.on('message', frame => { seen.push(frame); port.postMessage(frame) })
    setInterval(() => { port.postMessage('r' + task.serial + ' {}'); seen.push('timer') }, 0)
    return 1`
    await ended(executor.execute({ source: `//intruder\n${later}`, limits }))
    for (let i = 0; i < 3; i++) await unharmed(t, executor)
  },
)

/** However it ends, it ends. */
async function ended(execution: Promise<unknown>): Promise<void> {
  // A report that nobody can read is a fault of the engine, of which its caller is told.
  await execution.catch(() => {})
}

/** A value as source; `undefined` stays. */
function asSource(value: unknown): string {
  if (value === undefined) return 'undefined'
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(asSource).join()}]`
  const entries = Object.entries(value).map(
    ([key, one]) => `[${JSON.stringify(key)}]: ${asSource(one)}`,
  )
  return `{ ${entries.join(', ')} }`
}

/**
 * What an escaped program says in the name of its worker harms its own execution alone; at the level of
 * the run, of which `npm run attacks` makes one for each.
 */

import t from 'tap'
import { intrude, intrudedExecutor } from '../support/intruder.ts'
import { isolation } from '../support/isolation.ts'
import { failure, unharmed } from '../support/one-worker.ts'
import { forgedMessages, forgedReports, hostileReports } from './attempts/forged-messages.ts'

/** One that forges that it waits ends with its time. */
const limits = { wallMs: 1000 }

const executor = intrudedExecutor(t, isolation)
for (const [what, message] of forgedMessages) {
  t.test(`${what} harms nobody else (${isolation})`, async t => {
    const source = `//intruder\nfor (const one of [${asSource(message)}].flat()) say(one); await new Promise(resolve => setTimeout(resolve, 1)); return 1`
    await ended(executor.execute({ source, limits }))
    t.equal(({} as { polluted?: unknown }).polluted, undefined)
    await unharmed(t, executor)
  })
}
for (const [what, code] of hostileReports) {
  t.test(`a report with ${what} is refused (${isolation})`, async t => {
    const source = `//intruder\nglobalThis.forged = ${code}; return 1`
    const outcome = await executor.execute({ source })
    t.match(failure(outcome), { code: 'ENGINE_FAILURE' })
    t.ok(JSON.stringify(outcome), 'what was told of it can be told on')
    await unharmed(t, executor)
  })
}
for (const [what, report] of forgedReports) {
  t.test(`a report with ${what} harms nobody else (${isolation})`, async t => {
    const source = `//intruder\nglobalThis.forged = ${asSource(report)}; return 1`
    await ended(executor.execute({ source, limits }))
    // Its thread still lies, if it was not ended.
    await intrude(executor, 'delete globalThis.forged').catch(() => {})
    await unharmed(t, executor)
  })
}

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

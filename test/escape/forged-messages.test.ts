/**
 * A program that is out of the engine and speaks for its worker: forged calls, forged reports. It may
 * end its own execution as it likes, and that is all.
 */

import t from 'tap'
import { isolationLevels } from '../../protocol/isolation.ts'
import { intrude, intrudedExecutor } from '../support/intruder.ts'
import { unharmed } from '../support/one-worker.ts'

const call = { kind: 'call', id: 1, tool: 0, input: '[1]', isBlocking: false, atMs: 0 }

const messages: readonly (readonly [what: string, message: unknown])[] = [
  ['a call of a tool that it was not given', { ...call, tool: 999 }],
  ['a call of a tool before the first', { ...call, tool: -1 }],
  ['a call of a tool with a name', { ...call, tool: '__proto__' }],
  ['a call without a number', { ...call, id: undefined }],
  ['a call with a number of a hostile kind', { ...call, id: { a: 1 } }],
  ['a call with arguments that are no text', { ...call, input: 5 }],
  ['a call with arguments that nobody can read', { ...call, input: '[{"a":99}' }],
  ['a call with arguments of an unknown type', { ...call, input: '[["Function","process"]]' }],
  ['a call with a reference to nothing', { ...call, input: '[{"a":7}]' }],
  ['a call with a key __proto__', { ...call, input: '[{"__proto__":1},{"polluted":2},true]' }],
  ['a message of an unknown kind', { kind: 'constructor' }],
  ['a message without a kind', {}],
  ['a message that is a text', 'call'],
  ['a message that is null', null],
  ['an item of a stream that nobody opened', { kind: 'next-item', id: 1, stream: 77 }],
  ['an end of a stream that nobody opened', { kind: 'close-stream', id: 1, stream: 77 }],
  [
    'a stream opened again that was never there',
    { kind: 'reopen-stream', id: 1, tool: 50, input: '[]' },
  ],
  ['a timer of a hostile length', { kind: 'start-timer', id: 1, delayMs: 'x', atMs: {} }],
  ['a timer that nobody set', { kind: 'clear-timer', id: 12 }],
  ['lines that are no list', { kind: 'logs', lines: 5 }],
  ['a line without a text', { kind: 'logs', lines: [{}] }],
  ['a program that is no program', { kind: 'compiled', program: 5 }],
]

const reports: readonly (readonly [what: string, report: unknown])[] = [
  ['no outcome', { outcome: undefined }],
  ['an outcome of an unknown status', { outcome: { status: 'promoted' } }],
  [
    'an output that is no JSON',
    {
      outcome: {
        status: 'completed',
        isFinalAnswer: false,
        output: { json: '{', text: '', exact: true },
      },
    },
  ],
  [
    'an output without a text',
    { outcome: { status: 'completed', isFinalAnswer: false, output: {} } },
  ],
  ['an error without a code', { outcome: { status: 'failed', error: {} } }],
  ['an error of a hostile kind', { outcome: { status: 'failed', error: 5 } }],
  ['a stop that nobody asked for', { outcome: { status: 'stopped' } }],
  ['a halt that nobody asked for', { outcome: { status: 'halted', request: 'call echo' } }],
  [
    'a divergence',
    { outcome: { status: 'diverged', error: { code: 'NONDETERMINISM', name: 'N', message: 'm' } } },
  ],
  ['logs that are no list', { logs: 5 }],
  ['times that are no numbers', { cpuMs: 'x', waitMs: null }],
  ['a snapshot without a session', { snapshot: 'AAAA' }],
]

for (const isolation of isolationLevels) {
  const executor = intrudedExecutor(t, isolation)
  for (const [what, message] of messages) {
    t.test(`${what} harms nobody else (${isolation})`, async t => {
      const source = `//intruder\ntask.port.postMessage(${asSource(message)}); await new Promise(resolve => setTimeout(resolve, 1)); return 1`
      await ended(executor.execute({ source }))
      t.equal(({} as { polluted?: unknown }).polluted, undefined)
      await unharmed(t, executor)
    })
  }
  for (const [what, report] of reports) {
    t.test(`a report with ${what} harms nobody else (${isolation})`, async t => {
      const source = `//intruder\nglobalThis.forged = ${asSource(report)}; return 1`
      await ended(executor.execute({ source }))
      // Its thread still lies, if it was not ended.
      await intrude(executor, 'delete globalThis.forged').catch(() => {})
      await unharmed(t, executor)
    })
  }
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

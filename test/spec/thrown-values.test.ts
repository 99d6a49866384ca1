/** A tool may throw anything: the program gets an error that says what it was. */

import { runInNewContext } from 'node:vm'
import t from 'tap'
import { Latchd, type ToolSet } from '../../sdk/index.ts'
import { testDaemon } from '../support/daemon.ts'
import { startExecutor } from '../support/executor.ts'

class OwnText {
  toString() {
    return 'its own text'
  }
}

const cycle: Record<string, unknown> = { code: 7 }
cycle.self = cycle

const unreadable = new Error('never read')
Object.defineProperty(unreadable, 'message', {
  get() {
    throw new Error('no message')
  },
})
const hostile = new Proxy(new Error('never read'), {
  get() {
    throw new Error('no part')
  },
  getPrototypeOf() {
    throw new Error('no prototype')
  },
})

/** What a tool throws, and name, message and code of the error in the program. */
const cases: readonly (readonly [what: string, thrown: unknown, caught: readonly string[]])[] = [
  ['a record with a code', { code: 42 }, ['Error', '{"code":42}', '42']],
  ['a text', 'text', ['Error', 'text', 'TOOL_ERROR']],
  ['null', null, ['Error', 'null', 'TOOL_ERROR']],
  ['undefined', undefined, ['Error', 'undefined', 'TOOL_ERROR']],
  ['a number', 42, ['Error', '42', 'TOOL_ERROR']],
  ['a BigInt', 42n, ['Error', '42', 'TOOL_ERROR']],
  ['a symbol', Symbol('s'), ['Error', 'Symbol(s)', 'TOOL_ERROR']],
  ['a function', () => 'secret source', ['Error', 'a function', 'TOOL_ERROR']],
  [
    'a record with a message',
    { name: 'Conflict', message: 'taken', code: 'E_TAKEN' },
    ['Conflict', 'taken', 'E_TAKEN'],
  ],
  [
    'an error of another realm',
    runInNewContext("new RangeError('far')"),
    ['RangeError', 'far', 'TOOL_ERROR'],
  ],
  ['a cycle', cycle, ['Error', 'an object with code, self', '7']],
  ['a Map', new Map([[1, 2]]), ['Error', 'a Map', 'TOOL_ERROR']],
  ['an empty record', {}, ['Error', '{}', 'TOOL_ERROR']],
  ['a class with a text', new OwnText(), ['Error', 'its own text', 'TOOL_ERROR']],
  ['an error with an unreadable message', unreadable, ['Error', 'an Error', 'TOOL_ERROR']],
  ['a hostile proxy', hostile, ['Error', 'an object', 'TOOL_ERROR']],
  [
    'an error with a message that is no text',
    Object.assign(new Error(), { message: { why: 1 } }),
    ['Error', '{"why":1}', 'TOOL_ERROR'],
  ],
  [
    'an error whose message is inside',
    Object.assign(new AggregateError([new Error('a'), new Error('b'), new Error('a')]), {
      code: 'ECONNREFUSED',
    }),
    ['AggregateError', 'a; b', 'ECONNREFUSED'],
  ],
]

const failing = (thrown: unknown): ToolSet => ({
  fail: {
    execute: async () => {
      throw thrown
    },
  },
})
const source =
  'try { fail() } catch (e) { [e instanceof Error, e.name, e.message, e.code, e.tool] }'

t.test('what a tool throws is an error in the program, whatever it is', async t => {
  const executor = startExecutor(t)
  for (const [what, thrown, [name = '', message = '', code]] of cases) {
    const tools = failing(thrown)
    const { output } = await executor.execute({ source, tools })
    t.strictSame(output, [true, name, message, code, 'fail'], what)
    const outcome = await executor.execute({ source: 'fail()', tools })
    const shown = { name, message: message.slice(0, 40) }
    t.match(outcome, { status: 'failed', error: { code: 'GUEST_ERROR', ...shown } }, what)
    t.match(outcome.calls[0], { status: 'failed', error: { name, message } }, what)
  }
})

t.test('what a tool of a client throws is the same error', async t => {
  const { url } = await testDaemon(t)
  const latchd = new Latchd({ url })
  t.teardown(() => latchd.close())
  for (const [what, thrown, [name, message, code]] of cases) {
    const { output } = await latchd.execute({ source, tools: failing(thrown) })
    t.strictSame(output, [true, name, message, code, 'fail'], what)
  }
})

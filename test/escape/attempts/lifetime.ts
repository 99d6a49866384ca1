/**
 * What outlives its execution: late work, and traces for the next one on the same worker or session
 * (a callback of the collection: vm2 GHSA-r4fx-v8hh-22mv).
 */

import type { EmbeddedExecutor } from '../../../executor/index.ts'
import type { Attempt } from '../../support/escape-ground.ts'

/** Work that would go on after the end. */
export const lateWork: readonly Attempt[] = [
  {
    name: 'no statement runs after the final answer',
    source: `try { final_answer('contained') } finally { console.log('late'); echo('late') }`,
  },
  {
    name: 'a job that was queued before the final answer does not run after it',
    source: `Promise.resolve().then(() => final_answer('late')); queueMicrotask(() => final_answer('late')); final_answer('contained')`,
  },
  {
    name: 'a program that cannot be left alone is ended',
    source: `setInterval(() => echo(1), 0); await new Promise(() => {})`,
    ends: ['maxCalls', 'cpuMs'],
    request: { limits: { maxCalls: 40 } },
  },
  {
    name: 'a getter of the output cannot go on after the end',
    source: `return { get a() { final_answer('contained') } }`,
    ends: ['[object Object]'],
  },
  {
    name: 'a callback of the collection does not run, after the end or before it',
    source: `if (typeof FinalizationRegistry === 'function') { const late = new FinalizationRegistry(() => { while (true); }); for (let i = 0; i < 1e4; i++) late.register({}, i) }
      return typeof WeakRef === 'function' && new WeakRef({}).deref() === undefined ? 'collected' : 'contained'`,
  },
]

/** Two programs, of which the second looks for what the first has left. */
export interface Trace {
  readonly name: string
  /** Gives what the second one found. */
  run(executor: EmbeddedExecutor): Promise<unknown>
  /** What that is when nothing was left. */
  readonly nothing: unknown
}

const marks = `globalThis.mark = 1; Object.prototype.mark = 1; Array.prototype.mark = 1; echo.mark = 1; console.mark = 1; Error.mark = 1; Symbol.for('mark').description; Promise.prototype.mark = 1; (() => {}).constructor.prototype.mark = 1; JSON.mark = 1; tools.mark = 1`
const lookForMarks = `[globalThis, {}, [], echo, console, Error, Promise.resolve(), () => {}, JSON, tools].map(one => 'mark' in one)`
const lookForBytes = `let found = 0
for (let i = 0; i < 20; i++) {
  const bytes = new Uint8Array(new ArrayBuffer(10_000))
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0) found++
}
found`

export const traces: readonly Trace[] = [
  {
    name: 'a program leaves nothing to the next one on its worker',
    async run(executor) {
      await executor.execute({ source: marks })
      return (await executor.execute({ source: lookForMarks })).output
    },
    nothing: Array(10).fill(false),
  },
  {
    name: 'a program that was killed leaves nothing to the next one',
    async run(executor) {
      const source = 'globalThis.mark = 1; Object.prototype.mark = 1; while (true);'
      const { status } = await executor.execute({ source, limits: { cpuMs: 30 } })
      return [status, (await executor.execute({ source: `'mark' in {}` })).output]
    },
    nothing: ['failed', false],
  },
  {
    name: 'memory of an earlier program cannot be read by the next one',
    async run(executor) {
      const source = `globalThis.kept = Array.from({ length: 5_000 }, (_, i) => 'c4n4ry-' + i); kept.length`
      await executor.execute({ source })
      return (await executor.execute({ source: lookForBytes })).output
    },
    nothing: 0,
  },
  {
    name: 'a session does not see what another one holds',
    async run(executor) {
      const [first, second] = [await executor.sessions.create(), await executor.sessions.create()]
      const source = 'let secret = 1; globalThis.open = 2; Object.prototype.mark = 3'
      await first.execute({ source })
      const look = '[typeof secret, typeof open, "mark" in {}]'
      return (await second.execute({ source: look })).output
    },
    nothing: ['undefined', 'undefined', false],
  },
  {
    name: "timers of a session's program end with it",
    async run(executor) {
      const session = await executor.sessions.create()
      const source =
        'var ticks = 0; setInterval(() => { ticks++; if (ticks > 2) final_answer(ticks) }, 1)'
      const first = await session.execute({ source })
      const { output, logText } = await session.execute({ source: 'sleep(20); ticks' })
      return [first.output, output, logText]
    },
    nothing: [3, 3, ''],
  },
  {
    name: 'an answer that comes after the end reaches nobody',
    async run(executor) {
      const source = 'globalThis.late = never.async(); final_answer(1)'
      const { output, calls } = await executor.execute({ source })
      return [output, calls.map(({ status }) => status)]
    },
    nothing: [1, ['cancelled']],
  },
  {
    name: 'the random numbers of one program say nothing of those of the next',
    async run(executor) {
      const source =
        '[Math.random(), crypto.randomUUID(), ...crypto.getRandomValues(new Uint8Array(8))]'
      const [one, two] = [await executor.execute({ source }), await executor.execute({ source })]
      const [a, b] = [one.output as unknown[], two.output as unknown[]]
      return [a.length, a[0] === b[0], a[1] === b[1], String(a.slice(2)) === String(b.slice(2))]
    },
    nothing: [10, false, false, false],
  },
]

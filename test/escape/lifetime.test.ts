/** What outlives its execution: late work, and traces for the next one on the same worker or session. */

import t from 'tap'
import { openLevels, tryAll } from '../support/escape-ground.ts'
import { unharmed } from '../support/one-worker.ts'

tryAll(t, [
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
])

for (const { isolation, executor } of openLevels(t)) {
  t.test(`a program leaves nothing to the next one on its worker (${isolation})`, async t => {
    const marks = `globalThis.mark = 1; Object.prototype.mark = 1; Array.prototype.mark = 1; echo.mark = 1; console.mark = 1; Error.mark = 1; Symbol.for('mark').description; Promise.prototype.mark = 1; (() => {}).constructor.prototype.mark = 1; JSON.mark = 1; tools.mark = 1`
    const look = `[globalThis, {}, [], echo, console, Error, Promise.resolve(), () => {}, JSON, tools].map(one => 'mark' in one)`
    await executor.execute({ source: marks })
    const { output } = await executor.execute({ source: look })
    t.strictSame(output, Array(10).fill(false))
    await unharmed(t, executor)
  })

  t.test(`a program that was killed leaves nothing to the next one (${isolation})`, async t => {
    const source = 'globalThis.mark = 1; Object.prototype.mark = 1; while (true);'
    const { status } = await executor.execute({ source, limits: { cpuMs: 30 } })
    t.equal(status, 'failed')
    const { output } = await executor.execute({ source: `'mark' in {}` })
    t.equal(output, false)
    await unharmed(t, executor)
  })

  t.test(`memory of an earlier program cannot be read by the next one (${isolation})`, async t => {
    const canary = 'c4n4ry-'
    const source = `globalThis.kept = Array.from({ length: 5_000 }, (_, i) => 'c4n4ry-' + i); kept.length`
    await executor.execute({ source })
    const look = `let found = 0
      for (let i = 0; i < 20; i++) {
        const bytes = new Uint8Array(new ArrayBuffer(10_000))
        for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0) found++
      }
      found`
    const { output } = await executor.execute({ source: look })
    t.equal(output, 0, canary)
    await unharmed(t, executor)
  })

  t.test(`a session does not see what another one holds (${isolation})`, async t => {
    const [first, second] = [await executor.sessions.create(), await executor.sessions.create()]
    await first.execute({
      source: 'let secret = 1; globalThis.open = 2; Object.prototype.mark = 3',
    })
    const { output } = await second.execute({
      source: '[typeof secret, typeof open, "mark" in {}]',
    })
    t.strictSame(output, ['undefined', 'undefined', false])
    await unharmed(t, executor)
  })

  t.test(`timers of a session's program end with it (${isolation})`, async t => {
    const session = await executor.sessions.create()
    const source =
      'var ticks = 0; setInterval(() => { ticks++; if (ticks > 2) final_answer(ticks) }, 1)'
    const first = await session.execute({ source })
    t.equal(first.output, 3)
    const { output, logText } = await session.execute({ source: 'sleep(20); ticks' })
    t.strictSame({ output, logText }, { output: 3, logText: '' })
    await unharmed(t, executor)
  })

  t.test(`an answer that comes after the end reaches nobody (${isolation})`, async t => {
    const source = 'globalThis.late = never.async(); final_answer(1)'
    const { output, calls } = await executor.execute({ source })
    t.strictSame([output, calls.map(({ status }) => status)], [1, ['cancelled']])
    await unharmed(t, executor)
  })
}

/**
 * What an execution leaves goes with the next collection of young objects. What of it such a collection
 * keeps, it copies twice, and only a collection of the whole heap finds it.
 */

import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import t from 'tap'
import { Latencies } from '../../executor/calls/latencies.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'

const executor = resolve(import.meta.dirname, '../../executor/index.ts')
const EXECUTIONS = 60
const CALLS = 100
/** A call left 1000 bytes when a function in old memory held its execution, and leaves 50. */
const MOST_BYTES = 300

/** Writes the bytes that are left of a call. In a process of its own, since tap keeps promises. */
const script = `
const { createExecutor } = await import(${JSON.stringify(executor)})
const executor = createExecutor({ tools: { lookup: n => n + 1 }, workers: 1 })
const source = 'for (let i = 0; i < ${CALLS}; i++) lookup(i)'
const run = async () => {
  for (let n = 0; n < ${EXECUTIONS}; n++) await executor.executeOrThrow({ source })
}
await run()
await run()
gc()
const before = process.memoryUsage().heapUsed
await run()
gc({ type: 'minor' })
gc({ type: 'minor' })
console.log((process.memoryUsage().heapUsed - before) / ${EXECUTIONS * CALLS})
await executor.close()`

t.test('a collection of young objects leaves nothing of the calls of ended executions', async t => {
  const flags = ['--no-warnings', '--expose-gc', '--input-type=module']
  const left = execFileSync(process.execPath, [...flags, '-e', script], { encoding: 'utf8' })
  t.ok(Number(left) < MOST_BYTES, `${left.trim()} bytes are left of a call`)
})

t.test('the oldest call under way counts, in whatever order calls end', async t => {
  const tool = normalizeTool((n: number) => n, 'lookup')
  const latencies = new Latencies()
  const ends = [0, 1, 2].map(() => {
    const from = performance.now()
    return { from, end: latencies.start(tool) }
  })
  const isAge = (from: number) => {
    const before = performance.now()
    const age = latencies.expected([tool], false)[0] as number
    return age >= before - from - 1 && age <= performance.now() - from
  }
  const [first, second, third] = ends as [(typeof ends)[0], (typeof ends)[0], (typeof ends)[0]]
  t.ok(isAge(first.from))
  second.end()
  second.end()
  t.ok(isAge(first.from), 'one in between has ended, twice')
  first.end()
  t.ok(isAge(third.from))
  third.end()
  const mean = latencies.expected([tool], false)[0]
  t.equal(latencies.expected([tool], false)[0], mean, 'none is under way: the mean does not age')
})

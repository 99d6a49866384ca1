/** What is measured of the calls of a tool. */

import t from 'tap'
import { Latencies } from '../../executor/calls/latencies.ts'
import { normalizeTool } from '../../protocol/tool/normalize.ts'

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

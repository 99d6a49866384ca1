/** Tools of a client over a network that loses connections, and holds back, doubles and cuts frames. */

import t from 'tap'
import { Latchd } from '../../sdk/index.ts'
import { testDaemon } from '../support/daemon.ts'
import { type Faults, faultProxy } from '../support/fault-proxy.ts'

const faults: Faults = {
  drop: 0.005,
  lose: 0.01,
  double: 0.05,
  cut: 0.01,
  delay: 0.1,
  maxDelayMs: 20,
}

const { url } = await testDaemon(t)

/** Calls one after the other, many at a time, a stream, and one whose answer is large. */
const source = `let sum = 0
for (let n = 0; n < 20; n++) sum += work('one', n)
const many = await Promise.all(Array.from({ length: 60 }, (_, n) => work('many', n)))
const items = [...stream(10)]
;[sum, many.reduce((a, b) => a + b), items.join(), large().length]`

// Beside each other: most of their time is waiting for what was lost to be sent again.
t.jobs = 5
for (const seed of [1, 2, 3, 4, 5]) {
  const name = `no call is lost and none is made twice, seed ${seed}`
  t.test(name, { buffered: true }, async t => {
    const proxy = await faultProxy(t, url, seed, faults)
    const latchd = new Latchd({ url: proxy.url })
    t.teardown(() => latchd.close())
    const ledger = new Map<string, number>()
    const enter = (what: string) => ledger.set(what, (ledger.get(what) ?? 0) + 1)
    const tools = {
      work: async (kind: string, n: number) => {
        enter(`${kind} ${n}`)
        await new Promise(resolve => setImmediate(resolve))
        return n
      },
      stream: async function* (to: number) {
        enter('stream')
        for (let item = 0; item < to; item++) {
          enter(`item ${item}`)
          yield item
        }
      },
      large: () => {
        enter('large')
        return 'x'.repeat(200_000)
      },
    }
    const outcome = await latchd.execute({ source, tools, durable: true })
    t.match(outcome, { status: 'completed', output: [190, 1770, '0,1,2,3,4,5,6,7,8,9', 200_000] })
    t.equal(ledger.size, 20 + 60 + 1 + 10 + 1)
    t.strictSame(
      [...ledger].filter(([, count]) => count !== 1),
      [],
    )
    const { counts } = proxy
    t.ok(Object.values(counts).reduce((a, b) => a + b) > 10, JSON.stringify(counts))
  })
}

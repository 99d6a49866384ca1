/** When the heap is shrunk. The clock here is the test's. */

import { mock } from 'node:test'
import t, { type Test } from 'tap'
import { IdleCollector } from '../../daemon/upkeep/idle-collector.ts'

const MANY = 200

function startCollector(t: Test) {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  let collections = 0
  const collect = async () => {
    collections++
  }
  const collector = new IdleCollector([{ collect }])
  t.teardown(() => collector.stop())
  const end = (executions: number, isResting = true) => {
    for (let i = 0; i < executions; i++) collector.count(isResting)
  }
  const collectionsAfter = (ms: number) => {
    mock.timers.tick(ms)
    return collections
  }
  return { collector, end, collectionsAfter }
}

t.test('it is shrunk once the daemon has been idle for a second after its start', async t => {
  const { collector, collectionsAfter } = startCollector(t)
  collector.start()
  t.equal(collectionsAfter(999), 0)
  t.equal(collectionsAfter(1), 1)
})

t.test('it is shrunk again after many executions, when the last has ended', async t => {
  const { collector, end, collectionsAfter } = startCollector(t)
  collector.start()
  t.equal(collectionsAfter(1000), 1)
  end(MANY - 1)
  t.equal(collectionsAfter(1000), 1, 'not after few')
  end(1, false)
  t.equal(collectionsAfter(1000), 1, 'not while others run')
  end(1)
  t.equal(collectionsAfter(1000), 2)
})

t.test('a heap that nobody said is the daemon’s own is left alone', async t => {
  const { end, collectionsAfter } = startCollector(t)
  end(2 * MANY)
  t.equal(collectionsAfter(10_000), 0)
})

t.test('it is left alone once the daemon has stopped', async t => {
  const { collector, end, collectionsAfter } = startCollector(t)
  collector.start()
  collector.stop()
  end(2 * MANY)
  t.equal(collectionsAfter(10_000), 0)
})

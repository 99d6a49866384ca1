/** New work is refused while what is there holds too much. */

import t from 'tap'
import { MemoryGuard } from '../../daemon/upkeep/memory-guard.ts'

t.test('at the bound new executions are refused by name, and below it taken again', async t => {
  let nowMs = 0
  let bytes = 40
  const guard = new MemoryGuard(() => nowMs, 100)
  guard.watch({ calls: () => bytes, events: () => 50 })
  guard.admit()
  bytes = 50
  guard.admit()
  nowMs += 1000
  t.throws(() => guard.admit(), { code: 'MEMORY_FULL', retryAfterSeconds: 5 })
  bytes = 0
  nowMs += 1000
  t.doesNotThrow(() => guard.admit())
})

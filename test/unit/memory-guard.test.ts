/** New work is refused while what is there holds too much. */

import t from 'tap'
import { MemoryGuard } from '../../daemon/upkeep/memory-guard.ts'

t.test('at the bound new executions are refused by name, and below it taken again', async t => {
  let nowMs = 0
  let bytes = 40
  const guard = new MemoryGuard(() => nowMs, 100)
  guard.watch({ calls: () => bytes, events: () => 50 })
  const alone = () => guard.admit(() => bytes, 1)
  alone()
  bytes = 49
  nowMs += 1000
  alone()
  bytes = 50
  nowMs += 1000
  t.throws(alone, { code: 'MEMORY_FULL', retryAfterSeconds: 5 })
  bytes = 0
  nowMs += 1000
  t.doesNotThrow(alone)
})

t.test('of several callers one has three quarters, and the others take the rest', async t => {
  const guard = new MemoryGuard(() => 0, 100)
  guard.watch({ calls: () => 75 })
  const ofOne = { code: 'MEMORY_FULL', message: /of the token hold 75 bytes, limit 75/ }
  t.throws(() => guard.admit(() => 75, 2), ofOne)
  t.doesNotThrow(() => guard.admit(() => 74, 2))
  t.doesNotThrow(() => guard.admit(() => 75, 1))
})

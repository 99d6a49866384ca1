import t from 'tap'
import { CallerShares } from '../../daemon/auth/caller-shares.ts'
import { Rate } from '../../daemon/auth/rate.ts'
import type { TokenLimits } from '../../daemon/auth/token-limits.ts'

const caller = (limits: TokenLimits, name = 'ann') => ({ name, seesAll: false, limits })
const beyond = (retryAfterSeconds: number) => ({ code: 'TOKEN_LIMIT_EXCEEDED', retryAfterSeconds })

t.test('a rate gives what comes in a second at once, then as much as comes', async t => {
  let now = 0
  const rate = new Rate(10, () => now)
  for (let i = 0; i < 10; i++) t.equal(rate.take(1), 0)
  t.equal(rate.take(1), 0.1, 'seconds until there is one more')
  now = 150
  t.equal(rate.take(1), 0)
  t.ok(rate.take(1) > 0)
  now = 1e9
  for (let i = 0; i < 10; i++) t.equal(rate.take(1), 0)
  t.ok(rate.take(1) > 0, 'a long quiet time saves up no more than a second')
})

t.test('an amount beyond a second is taken from a full bucket, and owed', async t => {
  let now = 0
  const rate = new Rate(10, () => now)
  t.equal(rate.take(30), 0)
  t.equal(rate.take(1), 2.1)
  now = 2100
  t.equal(rate.take(1), 0)
})

t.test('requests beyond the rate are refused with the time to come again', async t => {
  let now = 0
  const shares = new CallerShares(() => now)
  const ann = caller({ requestsPerSecond: 2 })
  shares.admit(ann)
  shares.admit(ann)
  t.throws(() => shares.admit(ann), beyond(1))
  shares.admit(caller({ requestsPerSecond: 2 }, 'bob'))
  now = 500
  shares.admit(ann)
  t.throws(() => shares.admit(ann), beyond(1))
})

t.test('bytes on their way are counted until the answer, bytes a second for longer', async t => {
  let now = 0
  const shares = new CallerShares(() => now)
  const inFlight = caller({ maxBytesInFlight: 100 })
  const first = shares.body(inFlight)
  first.add(60)
  t.throws(() => shares.body(inFlight).add(60), beyond(1))
  first.release()
  first.release()
  const second = shares.body(inFlight)
  second.add(100)
  t.throws(() => second.add(1), beyond(1))
  second.release()

  const perSecond = caller({ bytesPerSecond: 100 }, 'bob')
  const long = shares.body(perSecond)
  long.add(200)
  long.add(100)
  long.release()
  t.throws(() => shares.body(perSecond).add(10), beyond(3))
  now = 3000
  shares.body(perSecond).add(10)
})

t.test('bodies of all callers together are bounded', async t => {
  const shares = new CallerShares(() => 0)
  const bodies = Array.from({ length: 4 }, (_, i) => shares.body(caller({}, `caller ${i}`)))
  for (const body of bodies) body.add(64 * 1024 * 1024)
  t.throws(() => shares.body(caller({})).add(1), { code: 'TOO_MANY_BODIES', retryAfterSeconds: 1 })
  bodies[0]?.release()
  shares.body(caller({})).add(1)
})

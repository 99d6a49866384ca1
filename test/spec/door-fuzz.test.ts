/** Random requests at the door; `test/attacks/door-fuzz.ts` is the long form. */

import t from 'tap'
import { post, testDaemon } from '../support/daemon.ts'
import { fuzzDoor } from '../support/door-fuzz.ts'

/** Begins the same requests each time. */
const SEED = 3
const RUNS = 200

t.test('no random request is a fault, and the daemon goes on', async t => {
  const { url } = await testDaemon(t)
  const { statuses, faults } = await fuzzDoor(url, { runs: RUNS, seed: SEED })
  t.strictSame(faults, [])
  t.equal(
    Object.values(statuses).reduce((sum, count) => sum + count, 0),
    RUNS,
  )
  t.ok((statuses[200] ?? 0) + (statuses[202] ?? 0) > RUNS / 10, JSON.stringify(statuses))
  t.ok((statuses[400] ?? 0) > 0, JSON.stringify(statuses))
  const { status, body } = await post(`${url}/v1/execute`, { source: '1 + 1' })
  t.strictSame([status, body.output?.value], [200, 2])
})

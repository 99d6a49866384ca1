/** Costly requests of one token beside the programs of another; `test/attacks/neighbour.ts` is the long form. */

import t from 'tap'
import { costlyRequests } from '../support/costly-requests.ts'
import { costlyCaller, timedPrograms } from '../support/neighbour.ts'
import { patience } from '../support/patience.ts'
import { as, tokenDaemon } from '../support/token-daemon.ts'

/** Those that cost some hundred milliseconds where they are well: the others are in the long form. */
const short = [
  'metadata nested 4 500 deep',
  'shared references shown to a person',
  'a schema of 2^27 ways',
  'a pattern that goes back',
  'a list of shared parts against a schema that refers to itself',
  'types of a schema that is wide and refers to itself',
  'searches for long words that all tools are like',
  'a type check of 9 000 readings that fail',
]
/** A trivial program takes some milliseconds; while one of these held the daemon it took minutes. */
const MAX_MS = 2000

const { url } = await tokenDaemon(t, [{ name: 'alice' }, { name: 'bob' }])
const [alice, bob] = ['alice', 'bob'].map(name => ({ url, headers: as(name) }))

for (const name of short) {
  t.test(`${name} is not felt by another token's programs`, async t => {
    const request = costlyRequests[name]
    if (request === undefined || alice === undefined || bob === undefined) throw new Error(name)
    const costly = costlyCaller(alice, request)
    const times = await timedPrograms(bob, 150)
    const statuses = await costly.stop()
    t.ok(statuses.length > 0)
    t.strictSame(
      statuses.filter(status => status === 0 || status >= 500),
      [],
    )
    const middleMs = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] as number
    t.ok(middleMs < patience(MAX_MS), `a trivial program took ${middleMs} ms`)
  })
}

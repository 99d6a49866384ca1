/** The drills of several daemons in their short form; those with processes for `npm run postgres`. */

import t from 'tap'
import { postgresDrills } from '../drill/drills.ts'

t.setTimeout(600_000)

const isLong = process.env.POSTGRES_LONG !== undefined
/** Drills of stores in this process: these take seconds. */
const quick: readonly string[] = ['cut-statements', 'interleavings']
const seed = Date.now() % 1e6

for (const [name, drill] of Object.entries(postgresDrills)) {
  t.test(drill.title, { skip: !isLong && !quick.includes(name) }, async t => {
    const { problems, figures, folder } = await drill.run({ seed, isShort: true })
    t.comment({ seed, ...figures })
    t.strictSame(problems, [], `seed ${seed}, state in ${folder}`)
  })
}

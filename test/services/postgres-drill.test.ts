/** The drill of several daemons in its short form, for `npm run postgres`. */

import t from 'tap'
import { postgresDrills } from '../drill/drills.ts'

t.setTimeout(240_000)

const skip = process.env.POSTGRES_LONG === undefined
const seed = Date.now() % 1e6

for (const drill of Object.values(postgresDrills)) {
  t.test(drill.title, { skip }, async t => {
    const { problems, figures, folder } = await drill.run({ seed, isShort: true })
    t.comment({ seed, ...figures })
    t.strictSame(problems, [], `seed ${seed}, state in ${folder}`)
  })
}

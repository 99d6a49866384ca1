/** The drills of `test/drill`, each in its short form: what is accepted is kept, whatever dies. */

import t from 'tap'
import { drills } from '../drill/drills.ts'

/** Those that fit into the suite; `npm run drill` runs all of them. */
const names = ['random-kill', 'zombie', 'child-kill'] as const
const seed = Date.now() % 1e6

for (const name of names) {
  const drill = drills[name]
  if (drill === undefined) throw new Error(`There is no drill ${name}`)
  t.test(drill.title, async t => {
    const { problems, figures, folder } = await drill.run({ seed, isShort: true })
    t.comment({ seed, ...figures })
    t.strictSame(problems, [], `seed ${seed}, state in ${folder}`)
  })
}

/** The drills of `test/drill`, each in its short form: what is accepted is kept, whatever dies. */

import t from 'tap'
import { drills } from '../drill/drills.ts'
import { isLong } from '../support/length.ts'

/** One fits into the suite, two more into its long form; `npm run drill` runs all of them. */
const names = isLong ? ['random-kill', 'zombie', 'child-kill'] : ['random-kill']
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

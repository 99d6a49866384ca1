/** The faults that `npm run drill -- --mutants` puts in fit the sources as they are. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { mutants } from '../drill/drills/mutants.ts'
import { drills } from '../drill/drills.ts'

for (const { name, file, from, drill } of mutants) {
  t.test(name, async t => {
    const text = readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8')
    t.equal(text.split(from).length, 2, `its text stands once in ${file}`)
    t.ok(drill in drills, drill)
  })
}

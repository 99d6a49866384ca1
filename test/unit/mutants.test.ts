/** The faults that `npm run drill -- --mutants` puts in fit the sources as they are. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { drills, postgresDrills } from '../drill/drills.ts'
import { embeddedMutants } from '../drill/mutants/embedded-mutants.ts'
import { postgresMutants } from '../drill/mutants/postgres-mutants.ts'

for (const { name, file, from, drill } of [...embeddedMutants, ...postgresMutants]) {
  t.test(name, async t => {
    const text = readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8')
    t.equal(text.split(from).length, 2, `its text stands once in ${file}`)
    t.ok(drill in drills || drill in postgresDrills, drill)
  })
}

/** Nothing runs after an execution has ended, and nothing of it reaches the next one. */

import t from 'tap'
import { openLevels, tryAll } from '../support/escape-ground.ts'
import { unharmed } from '../support/one-worker.ts'
import { lateWork, traces } from './attempts/lifetime.ts'

const levels = openLevels(t)

tryAll(t, lateWork, levels)

for (const { isolation, executor } of levels) {
  for (const { name, run, nothing } of traces) {
    t.test(`${name} (${isolation})`, async t => {
      t.strictSame(await run(executor), nothing)
      await unharmed(t, executor)
    })
  }
}

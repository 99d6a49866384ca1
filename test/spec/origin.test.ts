/**
 * The cases of the two systems that latchd descends from, each beside its counterpart, which runs
 * here. What a case needs in full stands in a file of its own; this one is the list.
 */

import t from 'tap'
import { minionFeatures, smolagentsExamples } from './origin-features.ts'
import { originGround } from './origin-ground.ts'
import { minionTests } from './origin-minion.ts'
import { smolagentsTests } from './origin-smolagents.ts'

const systems = {
  smolagents: { ...smolagentsTests, ...smolagentsExamples },
  minion: { ...minionTests, ...minionFeatures },
}

t.test('the 34 test functions of smolagents are all here, in their groups', async t => {
  const counts = Object.entries(smolagentsTests).map(([group, cases]) => [group, cases.length])
  t.strictSame(Object.fromEntries(counts), {
    models: 5,
    agents: 5,
    helpers: 3,
    integration: 2,
    errors: 3,
    tools: 6,
    'code agent': 5,
    'real-world patterns': 2,
    'rate limiter': 3,
  })
})

t.test('each case of the origin systems', async t => {
  t.jobs = 3
  const ground = await originGround(t)
  await ground.executor.start()
  for (const [system, groups] of Object.entries(systems)) {
    for (const [group, cases] of Object.entries(groups)) {
      for (const { origin, test } of cases) {
        t.test(`${system}, ${group}: ${origin}`, t => test(t, ground))
      }
    }
  }
})

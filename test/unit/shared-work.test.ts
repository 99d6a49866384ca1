/** Which daemon claims what has become due. */

import t from 'tap'
import { SharedWork } from '../../daemon/executions/shared-work.ts'

type Others = ConstructorParameters<typeof SharedWork>[0]['others']

/** The work of a daemon of two workers. @param told others that a poke reaches, and that it does not */
function workOf(active: number, told?: { readonly told: number; readonly untold: number }) {
  const looked = Promise.withResolvers<void>()
  const others = told && ({ pokeDue: async () => told } as unknown as NonNullable<Others>)
  const pool = { active, queued: 0, workers: 2 }
  const work = new SharedWork({ claims: { look: () => looked.resolve() }, pool, others })
  return { work, looked: looked.promise }
}

t.test('a daemon with a free worker, or without others, claims what is due at once', async t => {
  t.equal(workOf(1, { told: 1, untold: 0 }).work.claimsAfterMs(), 0)
  t.equal(workOf(2).work.claimsAfterMs(), 0)
})

t.test('a busy daemon leaves what is due to the others', async t => {
  const { work } = workOf(2, { told: 1, untold: 0 })
  t.equal(work.claimsAfterMs(), undefined)
})

t.test('a busy daemon that others leave something claims it when nobody else is there', async t => {
  const { work, looked } = workOf(2, { told: 0, untold: 0 })
  work.offer()
  await looked
  t.equal(work.claimsAfterMs(), 0)
  t.equal(work.claimsAfterMs(), undefined, 'and then leaves the next one again')
})

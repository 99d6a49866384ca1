/** Which daemon claims what has become due. */

import t from 'tap'
import { SharedWork } from '../../daemon/executions/shared-work.ts'

type Others = ConstructorParameters<typeof SharedWork>[0]['others']

/** The work of a daemon of two workers. @param reached how many others a poke reaches, and how many not */
function workOf(active: number, reached?: Awaited<ReturnType<NonNullable<Others>['pokeDue']>>) {
  const looked = Promise.withResolvers<void>()
  const others = reached && ({ pokeDue: async () => reached } as unknown as NonNullable<Others>)
  const pool = { active, queued: 0, workers: 2 }
  const work = new SharedWork({ claims: { look: () => looked.resolve() }, pool, others })
  return { work, looked: looked.promise }
}

t.test('a daemon with a free worker, or without others, claims what is due at once', async t => {
  t.equal(workOf(1, { notified: 1, unreachable: 0 }).work.claimsAfterMs(), 0)
  t.equal(workOf(2).work.claimsAfterMs(), 0)
})

t.test('a busy daemon leaves what is due to the others', async t => {
  const { work } = workOf(2, { notified: 1, unreachable: 0 })
  t.equal(work.claimsAfterMs(), undefined)
})

t.test('a busy daemon that others leave something claims it when nobody else is there', async t => {
  const { work, looked } = workOf(2, { notified: 0, unreachable: 0 })
  work.offer()
  await looked
  t.equal(work.claimsAfterMs(), 0)
  t.equal(work.claimsAfterMs(), undefined, 'and then leaves the next one again')
})

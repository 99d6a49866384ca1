/** How a store keeps messages until they have arrived. */

import type { Test } from 'tap'
import type { WebhookMessage } from '../../daemon/store/store.ts'
import { CREATED_MS, completed, message, parking, submission } from './store-samples.ts'
import type { OpenStore } from './store-suite.ts'

/** As the store gives it, which knows whose it is. */
const of = (sent: WebhookMessage, owner = 'alice') => ({ ...sent, owner })

export async function webhookTests(t: Test, open: OpenStore): Promise<void> {
  t.test('messages are due from when they were written, earliest first', async t => {
    const store = await open(t)
    t.equal(await store.nextWebhookMs(), undefined)
    await store.submit(submission('e1'))
    const first = message('e1', 'm2', CREATED_MS)
    const second = message('e1', 'm1', CREATED_MS + 5)
    await store.park('e1', 1, parking({ webhooks: [first] }))
    await store.claim('e1')
    await store.finish('e1', 2, { ...completed('e1'), webhooks: [second] })
    t.strictSame(
      [
        await store.nextWebhookMs(),
        await store.dueWebhooks(CREATED_MS + 4, 10),
        await store.dueWebhooks(CREATED_MS + 5, 10),
        await store.dueWebhooks(CREATED_MS + 5, 1),
      ],
      [CREATED_MS, [of(first)], [of(first), of(second)], [of(first)]],
    )
  })

  t.test('a message may come with every addition', async t => {
    const store = await open(t)
    const first = message('e1', 'm1', CREATED_MS)
    const second = message('e1', 'm2', CREATED_MS + 1)
    await store.submit(submission('e1', { webhooks: [first] }))
    await store.append('e1', 1, { webhooks: [second] })
    t.strictSame(await store.dueWebhooks(CREATED_MS + 1, 10), [of(first), of(second)])
  })

  t.test('a message that did not arrive is tried again later', async t => {
    const store = await open(t)
    await store.submit(submission('e1'))
    const sent = message('e1', 'm1', CREATED_MS)
    await store.finish('e1', 1, { ...completed('e1'), webhooks: [sent] })
    await store.delayWebhook('m1', CREATED_MS + 100)
    t.strictSame(
      [
        await store.nextWebhookMs(),
        await store.dueWebhooks(CREATED_MS + 99, 10),
        await store.dueWebhooks(CREATED_MS + 100, 10),
      ],
      [CREATED_MS + 100, [], [{ ...of(sent), attempts: 1 }]],
    )
  })

  t.test('a message that arrived is forgotten', async t => {
    const store = await open(t)
    await store.submit(submission('e1'))
    await store.finish('e1', 1, {
      ...completed('e1'),
      webhooks: [message('e1', 'm1', CREATED_MS)],
    })
    await store.endWebhook('m1')
    await store.endWebhook('m1')
    await store.delayWebhook('m1', 1)
    t.equal(await store.nextWebhookMs(), undefined)
  })

  t.test('however many wait for busy receivers, and of busy owners, the others come', async t => {
    const store = await open(t)
    const to = (id: string, url: string) => ({ ...message('e1', id, CREATED_MS), url })
    const slow = Array.from({ length: 20 }, (_, n) => to(`s${n}`, 'http://slow:81/hook'))
    await store.submit(submission('e1', { webhooks: [...slow, to('quick', 'http://quick/hook')] }))
    await store.submit(submission('e2', { owner: 'bob', webhooks: [to('z', 'http://quick/b')] }))
    const due = async (receivers: string[], owners: string[]) =>
      (await store.dueWebhooks(CREATED_MS, 2, { receivers, owners })).map(found => found.messageId)
    const [slowOfAlice, quickOfAlice] = ['alice http://slow:81', 'alice http://quick']
    t.strictSame(await due([slowOfAlice], []), ['quick', 'z'])
    t.strictSame(await due([], ['alice']), ['z'])
    t.strictSame(await due([slowOfAlice, quickOfAlice], []), ['z'])
    t.strictSame(await due([slowOfAlice, quickOfAlice, 'bob http://quick'], []), [])
  })

  t.test('a message outlives its execution', async t => {
    const store = await open(t)
    await store.submit(submission('e1'))
    const sent = message('e1', 'm1', CREATED_MS)
    await store.finish('e1', 1, { ...completed('e1'), webhooks: [sent] })
    await store.remove('e1')
    t.strictSame(await store.dueWebhooks(CREATED_MS, 10), [of(sent)])
    await store.endWebhook('m1')
    t.equal(await store.nextWebhookMs(), undefined)
  })
}

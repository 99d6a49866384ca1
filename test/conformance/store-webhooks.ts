/** How a store keeps messages until they have arrived. */

import type { Test } from 'tap'
import type { WebhookMessage } from '../../daemon/store/store.ts'
import { WEBHOOK_LEASE_MS } from '../../daemon/store/webhook-message.ts'
import { CREATED_MS, completed, message, parking, reclaimed, submission } from './store-samples.ts'
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
    await reclaimed(store, 'e1')
    await store.finish('e1', 2, { ...completed('e1'), webhooks: [second] })
    t.strictSame(
      [
        await store.nextWebhookMs(),
        await store.leaseWebhooks(CREATED_MS + 4, 10),
        await store.nextWebhookMs(),
        await store.releaseWebhooks(['m2']),
        await store.leaseWebhooks(CREATED_MS + 5, 1),
        await store.leaseWebhooks(CREATED_MS + 5, 10),
      ],
      [CREATED_MS, [of(first)], CREATED_MS + 5, undefined, [of(first)], [of(second)]],
    )
  })

  t.test('a message that is leased is nobody else’s for a while', async t => {
    const store = await open(t)
    const sent = message('e1', 'm1', CREATED_MS)
    await store.submit(submission('e1', { webhooks: [sent] }))
    const leased = [CREATED_MS, CREATED_MS + 1, CREATED_MS + WEBHOOK_LEASE_MS - 1]
    const found = []
    for (const nowMs of [...leased, CREATED_MS + WEBHOOK_LEASE_MS]) {
      found.push(await store.leaseWebhooks(nowMs, 10))
    }
    t.strictSame(found, [[of(sent)], [], [], [of(sent)]])
  })

  t.test('a message may come with every addition', async t => {
    const store = await open(t)
    const first = message('e1', 'm1', CREATED_MS)
    const second = message('e1', 'm2', CREATED_MS + 1)
    await store.submit(submission('e1', { webhooks: [first] }))
    await store.append('e1', 1, { webhooks: [second] })
    t.strictSame(await store.leaseWebhooks(CREATED_MS + 1, 10), [of(first), of(second)])
  })

  t.test('a message that did not arrive is tried again later', async t => {
    const store = await open(t)
    await store.submit(submission('e1'))
    const sent = message('e1', 'm1', CREATED_MS)
    await store.finish('e1', 1, { ...completed('e1'), webhooks: [sent] })
    await store.leaseWebhooks(CREATED_MS, 10)
    await store.delayWebhook('m1', CREATED_MS + 100)
    t.strictSame(
      [
        await store.nextWebhookMs(),
        await store.leaseWebhooks(CREATED_MS + 99, 10),
        await store.leaseWebhooks(CREATED_MS + 100, 10),
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
    const due = async (receivers: string[], owners: string[]) => {
      const found = await store.leaseWebhooks(CREATED_MS, 2, { receivers, owners })
      const ids = found.map(({ messageId }) => messageId)
      await store.releaseWebhooks(ids)
      return ids
    }
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
    t.strictSame(await store.leaseWebhooks(CREATED_MS, 10), [of(sent)])
    await store.endWebhook('m1')
    t.equal(await store.nextWebhookMs(), undefined)
  })
}

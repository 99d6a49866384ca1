/** How a store keeps messages until they have arrived. */

import type { Test } from 'tap'
import { CREATED_MS, completed, message, parking, submission } from './store-samples.ts'
import type { OpenStore } from './store-suite.ts'

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
      [CREATED_MS, [first], [first, second], [first]],
    )
  })

  t.test('a message may come with every addition', async t => {
    const store = await open(t)
    const first = message('e1', 'm1', CREATED_MS)
    const second = message('e1', 'm2', CREATED_MS + 1)
    await store.submit(submission('e1', { webhooks: [first] }))
    await store.append('e1', 1, { webhooks: [second] })
    t.strictSame(await store.dueWebhooks(CREATED_MS + 1, 10), [first, second])
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
      [CREATED_MS + 100, [], [{ ...sent, attempts: 1 }]],
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
}

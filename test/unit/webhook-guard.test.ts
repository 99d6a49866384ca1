/** What the operator's own webhook opens: its URL, and nothing else of its host. */

import t from 'tap'
import { admitWebhook, operatorHost, webhookHosts } from '../../daemon/webhooks/webhook-guard.ts'

const settings = { tokens: [{}], webhookUrl: 'http://127.0.0.1:9/hooks', webhookAllow: [] }

t.test('a caller names no other path of the host that the operator posts to', async t => {
  const hosts = webhookHosts(settings)
  for (const url of ['http://127.0.0.1:9/internal/delete?all=1', 'http://127.0.0.1:9/hooks']) {
    t.throws(() => admitWebhook(hosts, url), { code: 'INVALID_REQUEST' }, url)
  }
  const own = operatorHost(settings)
  t.ok(own !== undefined && own !== hosts, 'the own one goes by a list of its own')
  t.equal(operatorHost({ ...settings, webhookUrl: undefined }), undefined)
})

t.test('what webhookAllow names is open to callers', async t => {
  const hosts = webhookHosts({ ...settings, webhookAllow: ['127.0.0.1:9'] })
  t.doesNotThrow(() => admitWebhook(hosts, 'http://127.0.0.1:9/other'))
})

/** Which client a request comes from, behind proxies and in front of them. */

import t from 'tap'
import { TrustedProxies } from '../../daemon/http/middleware/forwarded.ts'

const proxies = new TrustedProxies(['10.0.0.0/8', '::1', 'unix'])

function client(remoteAddress: string | undefined, headers: Record<string, string>) {
  return proxies.clientOf({ socket: { remoteAddress }, headers } as never)
}

t.test('headers of somebody who is no proxy are not read', async t => {
  const headers = { 'x-forwarded-for': '1.1.1.1', 'x-forwarded-host': 'a.example' }
  t.strictSame(client('192.0.2.9', headers), { address: '192.0.2.9', host: undefined })
  const none = new TrustedProxies([])
  const request = { socket: { remoteAddress: undefined }, headers } as never
  t.strictSame(none.clientOf(request), { address: undefined, host: undefined })
})

t.test('the last address that is no proxy is the client', async t => {
  const chains: [string, string | undefined][] = [
    ['203.0.113.7', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7, 10.9.9.9', '203.0.113.7'],
    ['10.1.1.1', '10.1.1.1'],
    ['198.51.100.1, unknown, 10.9.9.9', undefined],
    ['203.0.113.7:4711', '203.0.113.7'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
  ]
  for (const [chain, address] of chains) {
    for (const proxy of ['10.0.0.1', undefined, '::ffff:10.0.0.1']) {
      const { address: seen } = client(proxy, { 'x-forwarded-for': chain })
      t.equal(seen, address ?? proxy, `${chain} by ${proxy}`)
    }
  }
})

t.test('Forwarded counts where there is no X-Forwarded-For', async t => {
  const forwarded = 'for=198.51.100.1, for="[2001:db8::1]:99";host=a.example;proto=https'
  t.strictSame(client('::1', { forwarded }), { address: '2001:db8::1', host: 'a.example' })
  const both = { forwarded: 'for=198.51.100.1', 'x-forwarded-for': '203.0.113.7' }
  t.equal(client('::1', both).address, '203.0.113.7', 'a client may have written the other')
})

/** Errors that have no message of their own, since several addresses of one host refused a connection. */

import t from 'tap'
import { detailOf, pathlessText } from '../../daemon/base/host-fault.ts'
import { oneLine } from '../../daemon/cli/refusal.ts'
import { Connection } from '../../sdk/http.ts'

const refused = new AggregateError([
  new Error('connect EHOSTUNREACH ::1:8787'),
  new Error('connect EHOSTUNREACH 127.0.0.1:8787'),
])
const words = 'connect EHOSTUNREACH ::1:8787; connect EHOSTUNREACH 127.0.0.1:8787'

t.test('their causes stand in their place', async t => {
  t.equal(refused.message, '')
  t.equal(pathlessText(refused), words)
  t.equal(detailOf(refused), words)
  t.equal(oneLine(refused), words)
})

t.test('the client says why it has lost its daemon', async t => {
  for (const thrown of [refused, new TypeError('fetch failed', { cause: refused })]) {
    const fetch = () => Promise.reject(thrown)
    const connection = new Connection({ url: 'http://localhost:8787', token: undefined, fetch })
    await t.rejects(connection.json('GET', '/v1/info'), {
      code: 'CONNECTION_LOST',
      message: `The connection to the daemon was lost: ${words}`,
    })
  }
})

t.test('the command has a line also for what has no words at all', async t => {
  t.equal(oneLine(new RangeError('')), 'RangeError')
  t.equal(oneLine(''), 'an error without a message')
})

/** Where a client looks for its daemon: a URL, or a clear word on what is not one. */

import t from 'tap'
import { Latchd } from '../../sdk/index.ts'

t.test('an address that is no http URL is refused at once', async t => {
  const hint: Record<string, RegExp> = {
    'localhost:7070': /"localhost:7070".*; did you mean http:\/\/localhost:7070\?$/,
    '127.0.0.1:7070': /did you mean http:\/\/127\.0\.0\.1:7070\?$/,
    'ws://localhost': /"ws:\/\/localhost": a URL with http:\/\/ or https:\/\/ is expected$/,
    '': /"": a URL with http:\/\/ or https:\/\/ is expected$/,
  }
  for (const [url, message] of Object.entries(hint)) {
    t.throws(() => new Latchd({ url }), { name: 'LatchdError', code: 'CONFIG_INVALID', message })
  }
  t.equal(new Latchd({ url: 'https://host.example/base/' }).url, 'https://host.example/base')
})

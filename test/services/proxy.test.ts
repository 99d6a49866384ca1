/** The daemon behind nginx: streams arrive as they are told, client tools work, answers may wait. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { Latchd } from '../../sdk/index.ts'
import { post, testDaemon } from '../support/daemon.ts'
import { startNginx } from '../support/nginx.ts'
import { stateFolder } from '../support/state-folder.ts'

const guide = readFileSync(resolve(import.meta.dirname, '../../docs/proxy.md'), 'utf8')
/** TLS has a test of its own. */
const documented = String(/```nginx\n([\s\S]*?)```/.exec(guide)?.[1])
  .replace('listen 443 ssl;', 'listen 80;')
  .replace(/ssl_certificate.*;/g, '')

/** Nothing about buffering, and a compression that would wait for more. */
const careless = `server {
  listen 80;
  location / {
    proxy_pass http://127.0.0.1:7070; proxy_http_version 1.1;
    gzip on; gzip_types text/event-stream; gzip_proxied any;
  }
}`

const program = `const next = n => tools.next_line(n)
for (let i = 0; i < 15; i++) console.log('line', next(i))
'done'`

for (const [what, configuration] of Object.entries({ careless, documented })) {
  t.test(`events pass a ${what} nginx as they happen`, async t => {
    const daemon = await testDaemon(t)
    const direct = new URL(daemon.url).host
    const url = await startNginx(t, stateFolder(t), configuration.replace('127.0.0.1:7070', direct))
    /** Of each line, what lets the program go on to it. */
    const lines = Array.from({ length: 15 }, () => Promise.withResolvers<number>())
    const latchd = new Latchd({ url: daemon.url })
    t.teardown(() => latchd.close())
    latchd.addTools({ next_line: (n: number) => (lines[n] as (typeof lines)[0]).promise })
    const { executionId } = await latchd.execute({ source: program, durable: true, waitMs: 0 })
    const response = await fetch(`${url}/v1/executions/${executionId}/events`)
    t.equal(response.status, 200)
    const decoder = new TextDecoder()
    let seen = ''
    let logged = 0
    // The program writes its next line only when the one before it has come through.
    lines[0]?.resolve(0)
    for await (const chunk of response.body as ReadableStream<Uint8Array>) {
      seen += decoder.decode(chunk, { stream: true })
      const count = seen.split('event: log-written').length - 1
      for (; logged < count; logged++) lines[logged + 1]?.resolve(logged + 1)
    }
    t.equal(logged, 15)
    t.match(seen, /event: execution-ended/)
  })
}

t.test('client tools and long answers pass the documented nginx', async t => {
  const daemon = await testDaemon(t)
  const direct = new URL(daemon.url).host
  const url = await startNginx(t, stateFolder(t), documented.replace('127.0.0.1:7070', direct))
  const latchd = new Latchd({ url })
  t.teardown(() => latchd.close())
  const outcome = await latchd.execute({
    source: 'double(21)',
    tools: { double: (n: number) => n * 2 },
  })
  t.match(outcome, { status: 'completed', output: 42 })
  const inputs = { text: 'x'.repeat(2_000_000) }
  const large = await post(`${url}/v1/execute`, { source: 'text.length', inputs })
  t.match(large, { status: 200, body: { output: { value: 2_000_000 } } })
})

/** By which names, from which pages and through which proxies a daemon is reached. */

import t, { type Test } from 'tap'
import { startProcess } from '../support/command-process.ts'
import { exchange, type RawAnswer } from '../support/raw-http.ts'
import { serve } from '../support/running-command.ts'
import { as, tokenDaemon } from '../support/token-daemon.ts'

const { url } = await tokenDaemon(t, [{ name: 'ann' }], {
  LATCHD_HOSTS: 'latchd.example, other.example',
  LATCHD_ORIGINS: 'https://app.example, http://localhost:3000/',
  LATCHD_TRUSTED_PROXIES: '127.0.0.0/8',
})
const { host, port } = new URL(url)

/** Sends one request with these header lines. */
async function ask(
  t: Test,
  headers: readonly string[],
  start = 'GET /v1/info',
): Promise<RawAnswer> {
  const { authorization } = as('ann')
  const lines = [`${start} HTTP/1.1`, ...headers, `Authorization: ${authorization}`]
  const [answer] = await exchange(t, url, [`${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`])
  if (answer === undefined) throw new Error('no answer')
  return answer
}

t.test('with tokens too a daemon answers to its own names and those of LATCHD_HOSTS', async t => {
  for (const name of [
    host,
    `localhost:${port}`,
    'latchd.example',
    'LATCHD.example:8443',
    '[::1]',
  ]) {
    t.equal((await ask(t, [`Host: ${name}`])).status, 200, name)
  }
  t.equal((await ask(t, ['Host: 10.1.2.3'])).status, 200, 'no name leads to an address')
  for (const name of ['attacker.example', 'latchd.example.attacker.example', '10.1.2.3.example']) {
    const { status, body } = await ask(t, [`Host: ${name}`])
    t.equal(status, 403, name)
    t.match(JSON.parse(body), { code: 'FORBIDDEN', detail: /LATCHD_HOSTS/ })
  }
})

t.test('pages of other origins are refused with tokens too', async t => {
  for (const origin of [
    'https://attacker.example',
    'null',
    'https://app.example.attacker.example',
  ]) {
    const { status, headers } = await ask(t, [`Host: ${host}`, `Origin: ${origin}`])
    t.equal(status, 403, origin)
    t.notOk(headers['access-control-allow-origin'])
  }
})

t.test('pages of named origins get answers and refusals that they can read', async t => {
  for (const origin of ['https://app.example', 'http://localhost:3000']) {
    const answer = await ask(t, [`Host: ${host}`, `Origin: ${origin}`])
    t.match(answer, { status: 200, headers: { 'access-control-allow-origin': origin } })
    t.match(answer.headers.vary, /origin/i)
    const start = 'GET /v1/executions/exe_nothing'
    const refused = await ask(t, [`Host: ${host}`, `Origin: ${origin}`], start)
    t.match(refused, { status: 404, headers: { 'access-control-allow-origin': origin } })
  }
})

t.test('a preflight of a named origin needs no token; others are refused', async t => {
  const wanted = {
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization, content-type, idempotency-key',
  }
  const preflight = (origin: string) =>
    fetch(`${url}/v1/execute`, { method: 'OPTIONS', headers: { origin, ...wanted } })
  const answer = await preflight('https://app.example')
  t.equal(answer.status, 204)
  t.equal(answer.headers.get('access-control-allow-origin'), 'https://app.example')
  t.match(answer.headers.get('access-control-allow-methods'), /POST/)
  t.match(answer.headers.get('access-control-allow-headers'), /authorization.*idempotency-key/)
  t.equal((await preflight('https://attacker.example')).status, 403)
})

t.test('behind a trusted proxy the forwarded host is the one that counts for pages', async t => {
  const behind = (...headers: string[]) =>
    ask(t, [`Host: ${host}`, 'X-Forwarded-For: 203.0.113.7', ...headers])
  const origin = 'Origin: https://latchd.example'
  t.equal((await behind(origin)).status, 403)
  t.equal((await behind(origin, 'X-Forwarded-Host: latchd.example')).status, 200)
  t.equal((await behind('X-Forwarded-Host: attacker.example')).status, 403)
})

t.test('the audit names the client, and believes nobody but the proxy', async t => {
  const askOf = async (proxies: string) => {
    const env = { LATCHD_TOKENS: 'ann:a-secret-of-some-length', LATCHD_TRUSTED_PROXIES: proxies }
    const { url, signal, ended } = await serve(startProcess, t, [], { env })
    const headers = {
      authorization: 'Bearer a-secret-of-some-length',
      'x-forwarded-for': '198.51.100.1, 203.0.113.7',
    }
    t.equal((await fetch(`${url}/v1/info`, { headers })).status, 200)
    signal('SIGTERM')
    const { stderr } = await ended
    const lines = stderr
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    return lines.find(({ audit }) => audit === 'token-used').address
  }
  t.equal(await askOf('127.0.0.1'), '203.0.113.7')
  t.match(await askOf('192.0.2.1'), /127\.0\.0\.1/)
})

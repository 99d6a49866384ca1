/** Servers that want tokens: for an application by its credentials, or by the login of a person. */

import { createHash } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { getRequestListener } from '@hono/node-server'
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server'
import t, { type Test } from 'tap'
import { runProgram } from '../../daemon/cli/program.ts'
import { get } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { execute, mcpDaemon, valueFrom } from '../support/mcp.ts'
import { stateFolder } from '../support/state-folder.ts'

/** A server of the protocol and its authorization server, at one address. */
async function guardedServer(t: Test) {
  const valid = new Set<string>()
  const challenges = new Map<string, string>()
  const asked: string[] = []
  let count = 0
  const handler = createMcpHandler(() => {
    const server = new McpServer({ name: 'guarded', version: '1' })
    server.registerTool('leak', {}, () => ({
      content: [{ type: 'text', text: [...valid].join(' ') }],
    }))
    return server
  })
  const mcp = getRequestListener(request => handler.fetch(request))
  let base = ''
  const issue = () => {
    const access = `the-access-token-${++count}`
    valid.clear()
    valid.add(access)
    return { access_token: access, token_type: 'Bearer', refresh_token: 'the-refresh-token' }
  }
  const token = (given: URLSearchParams, authorization: string | undefined) => {
    const grant = given.get('grant_type') as string
    asked.push(grant)
    if (grant === 'client_credentials') {
      const isRight =
        authorization === `Basic ${Buffer.from('app:the-app-secret').toString('base64')}`
      return isRight ? issue() : undefined
    }
    if (grant === 'refresh_token') {
      return given.get('refresh_token') === 'the-refresh-token' ? issue() : undefined
    }
    const hash = createHash('sha256')
      .update(given.get('code_verifier') ?? '')
      .digest('base64url')
    return challenges.get(given.get('code') ?? '') === hash ? issue() : undefined
  }
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url as string, base)
    const json = (value: unknown, status = 200) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    const path = url.pathname
    if (path.startsWith('/.well-known/oauth-protected-resource')) {
      return json({ resource: `${base}/mcp`, authorization_servers: [base] })
    }
    if (path.startsWith('/.well-known/oauth-authorization-server')) {
      return json({
        issuer: base,
        authorization_endpoint: `${base}/authorize`,
        token_endpoint: `${base}/token`,
        registration_endpoint: `${base}/register`,
        response_types_supported: ['code'],
        code_challenge_methods_supported: ['S256'],
        token_endpoint_auth_methods_supported: ['none', 'client_secret_basic'],
      })
    }
    if (path === '/authorize') {
      challenges.set('the-code', url.searchParams.get('code_challenge') as string)
      const back = new URL(url.searchParams.get('redirect_uri') as string)
      back.searchParams.set('code', 'the-code')
      back.searchParams.set('state', url.searchParams.get('state') ?? '')
      return void response.writeHead(302, { location: back.href }).end()
    }
    if (path === '/mcp') {
      const [, bearer = ''] = request.headers.authorization?.split(' ') ?? []
      if (valid.has(bearer)) return void mcp(request, response)
      const challenge = `Bearer resource_metadata="${base}/.well-known/oauth-protected-resource/mcp"`
      return void response.writeHead(401, { 'www-authenticate': challenge }).end()
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString()
    if (path === '/register') return json({ ...JSON.parse(body), client_id: 'registered' }, 201)
    if (path !== '/token') return void response.writeHead(404).end()
    const given = token(new URLSearchParams(body), request.headers.authorization)
    json(given ?? { error: 'invalid_grant' }, given === undefined ? 400 : 200)
  })
  t.teardown(() => void server.close().closeAllConnections())
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url: `${base}/mcp`, base, asked, expire: () => valid.clear() }
}

const stateOf = async ({ url }: { url: string }) => (await get(`${url}/v1/info`)).body.mcpServers[0]

t.test('an application has tokens by its credentials, which no program sees', async t => {
  const guarded = await guardedServer(t)
  const oauth = { grant: 'client_credentials', clientId: 'app', clientSecret: '${env:APP_SECRET}' }
  const servers = { g: { url: guarded.url, oauth: { ...oauth, issuer: guarded.base } } }
  const daemon = await mcpDaemon(t, servers, { APP_SECRET: 'the-app-secret' })
  t.equal(await valueFrom(daemon, 'g.leak()'), '[redacted]')
  guarded.expire()
  t.equal(await valueFrom(daemon, 'g.leak()'), '[redacted]', 'a new token for one that is over')
  t.strictSame([...new Set(guarded.asked)], ['client_credentials'])
})

t.test('wrong credentials are said', async t => {
  const guarded = await guardedServer(t)
  const oauth = {
    grant: 'client_credentials',
    clientId: 'app',
    clientSecret: 'wrong-secret',
    issuer: guarded.base,
  }
  const daemon = await mcpDaemon(t, { g: { url: guarded.url, oauth } })
  const state = await eventually(
    () => stateOf(daemon),
    ({ state }) => state === 'unavailable',
  )
  t.match(state.reason, /invalid_grant/)
  t.notMatch(JSON.stringify(state), /wrong-secret/)
})

t.test('a person logs in by latchd mcp login, and the tokens are renewed', async t => {
  const guarded = await guardedServer(t)
  const stateDir = stateFolder(t)
  const servers = { g: { url: guarded.url, oauth: {} } }
  const daemon = await mcpDaemon(t, servers, { LATCHD_STATE_DIR: stateDir })
  const { error } = await execute(daemon, 'g.leak()')
  t.match(error, {
    name: 'ToolUnavailableError',
    message: /it wants a login: run latchd mcp login g/,
  })
  t.strictSame(guarded.asked, [], 'nothing is asked of the server before')

  const page = Promise.withResolvers<string>()
  let said = ''
  const code = runProgram(['mcp', 'login', 'g', '--state-dir', stateDir], {
    env: { LATCHD_MCP_SERVERS: JSON.stringify(servers) },
    cwd: stateDir,
    stdin: (async function* () {})(),
    stdout: {
      write: (text: string) => {
        said += text
        const [url] = /http:\S+\/authorize\S+/.exec(said) ?? []
        if (url !== undefined) page.resolve(url)
      },
    },
    stderr: { write: (text: string) => page.reject(new Error(text)) },
    onSignal: () => () => {},
    exit: () => {},
  })
  const address = new URL(await page.promise)
  const callback = address.searchParams.get('redirect_uri') as string
  t.equal((await fetch(`${callback}?code=forged&state=other`)).status, 404, 'an answer of no login')
  t.match(await (await fetch(address)).text(), /logged in/)
  t.equal(await code, 0)
  t.match(said, /g: logged in/)
  const file = join(stateDir, 'mcp-auth', 'g.json')
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.match(JSON.parse(readFileSync(file, 'utf8')), {
    url: guarded.url,
    client: { client_id: 'registered' },
    tokens: { access_token: 'the-access-token-1' },
  })

  await eventually(
    () => stateOf(daemon),
    ({ state }) => state === 'connected',
  )
  t.equal(await valueFrom(daemon, 'g.leak()'), '[redacted]')
  guarded.expire()
  t.equal(await valueFrom(daemon, 'g.leak()'), '[redacted]')
  t.strictSame(guarded.asked, ['authorization_code', 'refresh_token'])
})

t.test('a login that cannot be is refused with the reason', async t => {
  const servers = { s: { command: 'x' }, h: { url: 'http://127.0.0.1:1/mcp' } }
  const login = async (name: string) => {
    let said = ''
    const code = await runProgram(['mcp', 'login', name], {
      env: { LATCHD_MCP_SERVERS: JSON.stringify(servers) },
      cwd: '/',
      stdin: (async function* () {})(),
      stdout: { write: () => {} },
      stderr: {
        write: (text: string) => {
          said += text
        },
      },
      onSignal: () => () => {},
      exit: () => {},
    })
    return { code, said }
  }
  t.match(await login('none'), { code: 2, said: /no server in mcpServers has that name: s, h/ })
  for (const name of ['s', 'h'])
    t.match(await login(name), { code: 2, said: /needs "oauth": \{\}/ })
})

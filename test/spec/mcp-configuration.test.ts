/** `mcpServers` and `policy` as operators write them. */

import t from 'tap'
import { type ConfigDependencies, loadConfig } from '../../daemon/config/config.ts'
import { effectiveConfig } from '../../daemon/config/effective-config.ts'
import { knownSecrets } from '../../daemon/redaction/known-secrets.ts'
import { startDaemon } from '../../daemon/start-daemon.ts'
import { get, post, testSettings } from '../support/daemon.ts'
import { execute, fixtureServer } from '../support/mcp.ts'

/** Loads a configuration file of the folder `/srv`. */
function load(written: object, more: Partial<ConfigDependencies> = {}) {
  const files: Record<string, string> = {
    '/srv/latchd.config.json': JSON.stringify(written),
    '/srv/secret': 'the-secret-of-a-file\n',
  }
  return loadConfig({ flags: {}, env: {}, cwd: '/srv', readFile: path => files[path], ...more })
}

const refusal = (mcpServers: object): string => {
  try {
    load({ mcpServers })
    return 'nothing was refused'
  } catch (error) {
    return (error as Error).message
  }
}

t.test('a server is written as other hosts write it', async t => {
  const { mcpServers } = load({
    mcpServers: {
      files: { type: 'stdio', command: 'files', args: ['/data'], env: { A: 'b' }, cwd: 'sub' },
      far: {
        type: 'http',
        url: 'https://far.example/mcp',
        headers: { 'X-Key': 'abc' },
        timeoutMs: 5,
      },
    },
  })
  const common = { include: undefined, exclude: [], policy: [], maxConcurrentCalls: 16 }
  t.strictSame(mcpServers, [
    {
      name: 'files',
      transport: {
        kind: 'stdio',
        command: 'files',
        args: ['/data'],
        env: { A: 'b' },
        cwd: '/srv/sub',
      },
      ...{ ...common, timeoutMs: undefined },
    },
    {
      name: 'far',
      transport: { kind: 'http', url: 'https://far.example/mcp', headers: { 'X-Key': 'abc' } },
      ...{ ...common, timeoutMs: 5 },
    },
  ])
})

/* biome-ignore-start lint/suspicious/noTemplateCurlyInString: references of the configuration */
t.test('values refer to variables and files, and what they hold is a secret', async t => {
  const env = { HOME: '/home/x', KEY: 'the-secret-of-a-variable' }
  const config = load(
    {
      mcpServers: {
        one: {
          command: 'one',
          args: ['--home=${env:HOME}'],
          env: { API_KEY: '${file:secret}', X: '1' },
        },
        two: { url: 'https://two.example/mcp', headers: { Authorization: 'Bearer ${env:KEY}' } },
      },
    },
    { env },
  )
  t.match(config.mcpServers, [
    { transport: { args: ['--home=/home/x'], env: { API_KEY: 'the-secret-of-a-file' } } },
    { transport: { headers: { Authorization: 'Bearer the-secret-of-a-variable' } } },
  ])
  t.ok(config.files.includes('/srv/secret'))
  const secrets = knownSecrets(config, {})
  t.ok(secrets.includes('the-secret-of-a-file') && secrets.includes('the-secret-of-a-variable'))
  t.notOk(secrets.includes('/home/x'))
  const shown = effectiveConfig(config).find(({ key }) => key === 'mcpServers')?.value
  t.strictSame(shown, {
    one: {
      command: 'one',
      args: ['--home=${env:HOME}'],
      env: { API_KEY: '${file:secret}', X: '****' },
    },
    two: { url: 'https://two.example/mcp', headers: { Authorization: '****' } },
  })
})

t.test('a bad server is refused by the place of the fault, without its secrets', async t => {
  const of = (place: string) => `Cannot use mcpServers${place} of /srv/latchd.config.json`
  const refusals: [object, string, RegExp][] = [
    [{ a: {} }, of('.a.command'), /the name or the path of a program/],
    [{ 'a.b': { command: 'x' } }, of('.a.b'), /names of letters, digits/],
    [{ a: { command: 'x', url: 'http://y/' } }, of('.a.command'), /one of command and url/],
    [
      { a: { command: 'x', comand: 's3cret' } },
      `${of('.a.comand')} "****"`,
      /an object of type, command/,
    ],
    [{ a: { url: 'ftp://x/' } }, `${of('.a.url')} "****"`, /an http or https URL/],
    [
      { a: { url: 'http://x/', oauth: { grant: 'client_credentials', clientSecret: 's3cret' } } },
      `${of('.a.oauth')} "****"`,
      /client_credentials with clientId, clientSecret and issuer/,
    ],
    [
      { a: { command: 'x', env: { A: '${env:NO}' } } },
      `${of('.a.env.A')} "****"`,
      /the variable NO/,
    ],
    [{ a: { command: 'x', env: { A: '${file:no}' } } }, `${of('.a.env.A')} "****"`, /the file no/],
    [{ a: { command: 'x', args: ['${x}'] } }, `${of('.a.args[0]')} "****"`, /\$\{env:NAME\} or/],
    [
      { a: { command: 'x', policy: [{ tools: ['*'], action: 'maybe' }] } },
      of('.a.policy[0].action'),
      /allow, ask, deny/,
    ],
    [
      { a: { command: 'x', maxConcurrentCalls: 0 } },
      `${of('.a.maxConcurrentCalls')} 0`,
      /from 1 to 256/,
    ],
    [
      { a: { url: 'http://x/', headers: { A: 'a\nb' } } },
      `${of('.a.headers.A')} "****"`,
      /a header can hold/,
    ],
  ]
  for (const [written, begins, expects] of refusals) {
    const message = refusal(written)
    t.ok(message.startsWith(begins), `${message} begins with ${begins}`)
    t.match(message, expects)
    t.notMatch(message, /s3cret/)
  }
})
/* biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above */

t.test('the strictest of the policies of server, daemon and token counts', async t => {
  const secret = (name: string) => `the-long-secret-of-${name}`
  const token = (name: string, more: object) => ({ name, secret: secret(name), ...more })
  const written = {
    mcpServers: {
      fix: { ...fixtureServer(), policy: [{ tools: ['read_zip'], action: 'ask' }] },
    },
    policy: [
      { tools: ['fix.read_word', 'sleep'], action: 'deny' },
      { tools: ['fix.*'], action: 'allow' },
    ],
    tokens: [
      token('free', {}),
      token('bound', {
        policy: [
          { tools: ['fix.read_id'], action: 'deny' },
          { tools: ['*'], action: 'ask' },
        ],
      }),
      token('mild', { policy: [{ tools: ['*'], action: 'allow' }] }),
    ],
  }
  const config = load(written, { env: testSettings(t, {}) })
  const daemon = await startDaemon(config)
  t.teardown(() => daemon.close())
  const as = async (name: string, source: string) => {
    const more = { authorization: `Bearer ${secret(name)}` }
    const { status, output, waitingFor } = await execute(daemon, source, {}, more)
    return status === 'completed' ? output.value : [status, waitingFor?.[0]?.tool]
  }
  const types = `[typeof fix.read_word, typeof sleep, typeof fix.read_id, typeof fix.read_sha]`
  t.strictSame(await as('free', types), ['undefined', 'undefined', 'function', 'function'])
  t.strictSame(await as('bound', types), ['undefined', 'undefined', 'undefined', 'function'])
  t.strictSame(await as('free', 'fix.read_sha()'), '12e5')
  t.strictSame(await as('bound', 'fix.read_sha()'), ['waiting', 'fix.read_sha'])
  t.strictSame(await as('mild', 'fix.read_sha()'), '12e5')
  t.strictSame(await as('mild', 'fix.read_zip()'), ['waiting', 'fix.read_zip'])
  const headers = { authorization: `Bearer ${secret('bound')}` }
  const { body } = await get(`${daemon.url}/v1/tools`, headers)
  const listed = body.data.find(({ name }: { name: string }) => name === 'fix.read_sha')
  t.equal(listed.needsApproval, true, 'the list of tools says that it may wait')
})

t.test(
  'what a token was asked about is asked about after a restart too, whatever its policy is then',
  async t => {
    const settings = testSettings(t, {})
    const start = (policy: object[]) =>
      startDaemon(
        load(
          {
            mcpServers: { fix: fixtureServer() },
            tokens: [{ name: 'a', secret: 'a-long-secret-of-a', policy }],
          },
          { env: settings },
        ),
      )
    const headers = { authorization: 'Bearer a-long-secret-of-a' }
    const first = await start([{ tools: ['fix.*'], action: 'ask' }])
    const { executionId, waitingFor } = await execute(
      first,
      `[fix.read_sha(), fix.read_zip()]`,
      { durable: true },
      headers,
    )
    await first.close()
    const second = await start([])
    t.teardown(() => second.close())
    await post(
      `${second.url}/v1/approvals/${waitingFor[0].approvalId}`,
      { decision: 'approve' },
      headers,
    )
    const { body } = await get(`${second.url}/v1/executions/${executionId}?waitMs=10000`, headers)
    t.match(body, { status: 'waiting', waitingFor: [{ tool: 'fix.read_zip' }] })
  },
)

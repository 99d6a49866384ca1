import t from 'tap'
import { digestOf } from '../../daemon/auth/secret-digest.ts'
import { type ConfigDependencies, loadConfig } from '../../daemon/config/config.ts'
import { effectiveConfig } from '../../daemon/config/effective-config.ts'
import { settingKeys, settingOf } from '../../daemon/config/settings.ts'

const DAY_MS = 86_400_000

type Files = Readonly<Record<string, unknown>>

/** Loads a configuration in the folder `/srv`; files that are no text are written as JSON. */
function load(deps: Partial<ConfigDependencies> = {}, files: Files = {}) {
  return loadConfig({
    flags: {},
    env: {},
    cwd: '/srv',
    cores: 2,
    readFile: path => {
      const content = files[path]
      return content === undefined || typeof content === 'string'
        ? content
        : JSON.stringify(content)
    },
    ...deps,
  })
}

function refusal(deps: Partial<ConfigDependencies>, files?: Files): string {
  try {
    load(deps, files)
  } catch (error) {
    const { code, message } = error as { code: string; message: string }
    return code === 'CONFIG_INVALID' ? message : `${code}: ${message}`
  }
  return 'nothing was refused'
}

t.test('without any word every setting has its default', async t => {
  const { sources, files, ...values } = load()
  t.strictSame(values, {
    host: '127.0.0.1',
    port: 7070,
    socket: undefined,
    hosts: [],
    origins: [],
    trustedProxies: [],
    stateDir: '.latchd',
    databaseUrl: undefined,
    filesUrl: undefined,
    nodeName: undefined,
    advertiseUrl: undefined,
    peerHost: '127.0.0.1',
    peerPort: 0,
    tokens: [],
    tools: [],
    mcpServers: [],
    httpTools: [],
    openapi: [],
    policy: [],
    allow: undefined,
    fetchAllow: [],
    isolation: 'thread',
    workers: 4,
    drainMs: 10_000,
    reconnectMs: 30_000,
    recycleWorkers: 1000,
    maxQueue: 1000,
    retention: { keepMs: 7 * DAY_MS, maxBytes: undefined },
    webhookUrl: undefined,
    webhookSecret: undefined,
    webhookAllow: [],
    console: 'on',
    logLevel: 'info',
    model: undefined,
    modelBaseUrl: undefined,
    modelApiKey: undefined,
    url: 'http://127.0.0.1:7070',
    token: undefined,
  })
  t.strictSame(new Set(Object.values(sources).map(({ from }) => from)), new Set(['default']))
})

t.test(
  'a flag goes before a variable, a variable before the file, the file before the default',
  async t => {
    const files = { '/srv/latchd.config.json': { port: 1003, drainMs: 3, maxQueue: 3 } }
    const env = { LATCHD_PORT: '1002', LATCHD_DRAIN_MS: '2' }
    const { port, drainMs, maxQueue, workers, sources } = load(
      { flags: { port: '1001' }, env },
      files,
    )
    t.strictSame(
      { port, drainMs, maxQueue, workers },
      { port: 1001, drainMs: 2, maxQueue: 3, workers: 4 },
    )
    t.strictSame(
      [sources.port, sources.drainMs, sources.maxQueue, sources.workers],
      [
        { from: 'flag', name: '--port' },
        { from: 'environment', name: 'LATCHD_DRAIN_MS' },
        { from: 'file', name: '/srv/latchd.config.json' },
        { from: 'default' },
      ],
    )
  },
)

t.test('LATCHD_CONFIG names the file, relative to the working directory', async t => {
  const files = { '/srv/etc/a.json': { port: 1 }, '/srv/latchd.config.json': { port: 2 } }
  t.equal(load({ env: { LATCHD_CONFIG: 'etc/a.json' } }, files).port, 1)
})

t.test('paths in the file are relative to the file, others to the working directory', async t => {
  const files = { '/srv/etc/a.json': { tools: ['tools/a.ts', '/opt/b.mjs'], socket: 's.sock' } }
  const { tools, socket } = load({ env: { LATCHD_CONFIG: 'etc/a.json' } }, files)
  t.strictSame(
    { tools, socket },
    { tools: ['/srv/etc/tools/a.ts', '/opt/b.mjs'], socket: '/srv/etc/s.sock' },
  )
  t.strictSame(load({ env: { LATCHD_TOOLS: 'a.ts, b/c.ts' } }).tools, ['/srv/a.ts', '/srv/b/c.ts'])
})

t.test('an empty variable counts as unset', async t => {
  t.equal(load({ env: { LATCHD_PORT: '', LATCHD_CONFIG: '', OPENAI_API_KEY: '' } }).port, 7070)
})

t.test('LATCHD_TOKENS that is empty is refused, since it would open the daemon', async t => {
  t.match(
    refusal({ env: { LATCHD_TOKENS: '' } }),
    /^Cannot use LATCHD_TOKENS "\*\*\*\*": expected /,
  )
  t.match(refusal({}, { '/srv/latchd.config.json': { tokens: [] } }), /^Cannot use tokens of /)
})

t.test('the key of the model is OPENAI_API_KEY when nobody says another', async t => {
  const { modelApiKey, sources } = load({ env: { OPENAI_API_KEY: 'sk-1\n' } })
  t.strictSame(
    [modelApiKey, sources.modelApiKey],
    ['sk-1', { from: 'environment', name: 'OPENAI_API_KEY' }],
  )
  const env = { OPENAI_API_KEY: 'sk-1', LATCHD_MODEL_API_KEY: 'sk-2' }
  t.equal(load({ env }).modelApiKey, 'sk-2')
})

t.test('a variable of tokens has names, secrets and scopes, all scopes when absent', async t => {
  t.strictSame(load({ env: { LATCHD_TOKENS: 'ci:s3cret:execute+read, ops:other' } }).tokens, [
    {
      name: 'ci',
      digest: digestOf('s3cret'),
      scopes: ['execute', 'read'],
      tools: undefined,
      limits: {},
    },
    {
      name: 'ops',
      digest: digestOf('other'),
      scopes: ['execute', 'approve', 'read', 'admin'],
      tools: undefined,
      limits: {},
    },
  ])
})

t.test(
  'a token of the file has its secret in it or in a file beside it, its tools and its limits',
  async t => {
    const files = {
      '/srv/etc/a.json': {
        tokens: [
          { name: 'ci', secretFile: 'ci.secret', scopes: ['execute'], tools: ['files.*'] },
          { name: 'ops', secret: 'other', limits: { maxExecutions: 4, requestsPerSecond: 10 } },
        ],
      },
      '/srv/etc/ci.secret': 's3cret\n',
    }
    t.strictSame(load({ env: { LATCHD_CONFIG: 'etc/a.json' } }, files).tokens, [
      {
        name: 'ci',
        digest: digestOf('s3cret'),
        scopes: ['execute'],
        tools: ['files.*'],
        limits: {},
      },
      {
        name: 'ops',
        digest: digestOf('other'),
        scopes: ['execute', 'approve', 'read', 'admin'],
        tools: undefined,
        limits: { maxExecutions: 4, requestsPerSecond: 10 },
      },
    ])
  },
)

t.test('a retention is a time, with a bound of bytes or without', async t => {
  const read = (text: string) => load({ env: { LATCHD_RETENTION: text } }).retention
  t.strictSame(read('12h'), { keepMs: DAY_MS / 2, maxBytes: undefined })
  t.strictSame(read('30d'), { keepMs: 30 * DAY_MS, maxBytes: undefined })
  t.strictSame(read(' 7d, 20GB '), { keepMs: 7 * DAY_MS, maxBytes: 20e9 })
  for (const text of ['0d', '7', 'd', '7d,', '7d,20', '7d,20GB,1h', '3651d', '7d 20GB', '-1d']) {
    t.match(refusal({ env: { LATCHD_RETENTION: text } }), /^Cannot use LATCHD_RETENTION /, text)
  }
})

t.test('a retention is shown as it is written', async t => {
  const shown = (text: string) => {
    const settings = effectiveConfig(load({ env: { LATCHD_RETENTION: text } }))
    return settings.find(({ key }) => key === 'retention')?.value
  }
  t.strictSame(['7d', '36h', '90s', '24h,1500MB'].map(shown), ['7d', '36h', '90s', '1d,1500MB'])
})

t.test('an unknown variable is refused with the nearest known one', async t => {
  t.match(
    refusal({ env: { LATCHD_PROT: '1' } }),
    /^Unknown variable LATCHD_PROT: did you mean LATCHD_PORT\? Expected one of LATCHD_HOST, .*, LATCHD_CONFIG$/,
  )
})

t.test('an unknown key of the file is refused with the nearest known one', async t => {
  t.match(
    refusal({}, { '/srv/latchd.config.json': { drainMS: 1 } }),
    /^Unknown key "drainMS" in \/srv\/latchd\.config\.json: did you mean drainMs\? Expected one of host, /,
  )
  t.match(
    refusal({}, { '/srv/latchd.config.json': '{"__proto__": 1}' }),
    /^Unknown key "__proto__" in /,
  )
})

t.test(
  'a value that is not allowed is refused with its key, itself and what is allowed',
  async t => {
    const lines: [Partial<ConfigDependencies>, string][] = [
      [
        { env: { LATCHD_PORT: '70000' } },
        'LATCHD_PORT 70000: expected a whole number from 0 to 65535',
      ],
      [
        { env: { LATCHD_PORT: '1e3' } },
        'LATCHD_PORT "1e3": expected a whole number from 0 to 65535',
      ],
      [{ env: { LATCHD_PORT: '-1' } }, 'LATCHD_PORT "-1": expected a whole number from 0 to 65535'],
      [{ flags: { workers: '0' } }, '--workers 0: expected a whole number from 1 to 1024'],
      [
        { env: { LATCHD_LOG_LEVEL: 'loud' } },
        'LATCHD_LOG_LEVEL "loud": expected one of trace, debug, info, warn, error, fatal, silent',
      ],
      [
        { env: { LATCHD_RETENTION: '7 days' } },
        'LATCHD_RETENTION "7 days": expected a time such as 12h or 7d (units s, m, h, d, at most 3650d), or with a bound of the store such as 7d,20GB (MB, GB, TB)',
      ],
      [
        { env: { LATCHD_WEBHOOK_URL: 'http://a:b@c/' } },
        'LATCHD_WEBHOOK_URL "http://****@c/": expected an http or https URL without credentials',
      ],
      [
        { env: { LATCHD_MODEL_BASE_URL: 'http://:b@c/' } },
        'LATCHD_MODEL_BASE_URL "http://****@c/": expected an http or https URL without credentials',
      ],
      [
        { env: { LATCHD_ORIGINS: 'http://:b@c' } },
        'LATCHD_ORIGINS "http://****@c": expected a list of origins such as https://app.example.com, without path',
      ],
      [{ env: { LATCHD_HOST: 'a b' } }, 'LATCHD_HOST "a b": expected an IP address or a host name'],
      [
        { flags: { url: 'ftp://a' } },
        '--url "ftp://a": expected an http or https URL without credentials, or unix: and the path of a socket',
      ],
      [
        { env: { LATCHD_FETCH_ALLOW: 'a.com,https://b.com' } },
        'LATCHD_FETCH_ALLOW "https://b.com": expected a list of hosts such as example.com, *.example.com or 10.0.0.0/8, each with a port or without, or * for any public host',
      ],
    ]
    for (const [deps, line] of lines) t.equal(refusal(deps), `Cannot use ${line}`)
  },
)

t.test('a value of the file is refused with its place there', async t => {
  const of = 'of /srv/latchd.config.json'
  const lines: [unknown, string][] = [
    [{ port: '1' }, `port ${of} "1": expected a whole number from 0 to 65535`],
    [{ tools: ['a.ts', 1] }, `tools[1] ${of} 1: expected a list of paths`],
    [
      { tokens: [{ name: 'a', secret: 'b', scopes: ['read', 'all'] }] },
      `tokens[0].scopes[1] ${of} "all": expected a list out of execute, approve, read, admin`,
    ],
    [
      { tokens: [{ name: 'a', secretFile: 'none' }] },
      `tokens[0].secretFile ${of} "none": expected the path of a file that can be read`,
    ],
  ]
  for (const [content, line] of lines) {
    t.equal(refusal({}, { '/srv/latchd.config.json': content }), `Cannot use ${line}`)
  }
})

t.test('a message never shows a secret', async t => {
  const inFile = (content: unknown) => refusal({}, { '/srv/latchd.config.json': content })
  const messages = [
    refusal({ env: { LATCHD_TOKENS: 'hunter2' } }),
    refusal({ env: { LATCHD_TOKENS: 'ci:hunter2:hunter2' } }),
    refusal({ env: { LATCHD_TOKENS: 'ci:hunter2:read:hunter2' } }),
    refusal({ env: { LATCHD_TOKENS: 'ci:hunter2,ci:hunter2' } }),
    refusal({ env: { LATCHD_TOKENS: 'c i:hunter2' } }),
    refusal({ env: { LATCHD_TOKEN: 'hunter2 hunter2' } }),
    refusal({ env: { LATCHD_WEBHOOK_SECRET: 'whsec_hunter2' } }),
    refusal({ env: { LATCHD_DATABASE_URL: 'mysql://latchd:hunter2@db/latchd' } }),
    refusal({ env: { LATCHD_MODEL_API_KEY: 'hunter2 hunter2' } }),
    inFile({ tokens: 'hunter2' }),
    inFile({ tokens: ['hunter2'] }),
    inFile({ tokens: [{ name: 'ci', secret: 'hunter2 ' }] }),
    inFile({ tokens: [{ name: 'ci', secert: 'hunter2' }] }),
    inFile({ tokens: [{ name: 'ci', secret: 'hunter2', secretFile: 'hunter2' }] }),
    inFile({ token: ['hunter2'] }),
    inFile('{"token": hunter2}'),
  ]
  for (const message of messages) {
    t.match(message, /^Cannot (use|read) /)
    t.notMatch(message, 'hunter2')
    t.notMatch(message, '\n')
  }
})

t.test('a name or a secret may be given once', async t => {
  for (const tokens of ['a:x,a:y', 'a:x,b:x']) {
    t.match(refusal({ env: { LATCHD_TOKENS: tokens } }), /names and secrets used once$/)
  }
})

t.test('a file that is named must be there', async t => {
  t.equal(
    refusal({ env: { LATCHD_CONFIG: 'none.json' } }),
    'Cannot use LATCHD_CONFIG "none.json": expected the path of a file that exists',
  )
})

t.test('a file that cannot be read or is no JSON object is refused', async t => {
  const path = '/srv/latchd.config.json'
  const readFile = () => {
    throw Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' })
  }
  t.equal(refusal({ readFile }), `Cannot read ${path}: EACCES; expected a file that can be read`)
  t.equal(refusal({}, { [path]: '[]' }), `Cannot read ${path}: expected a JSON object`)
  t.equal(
    refusal({}, { [path]: '{"port": 1' }),
    `Cannot read ${path}: not JSON at line 1 column 11; expected a JSON object`,
  )
})

t.test('an address beyond this machine needs tokens', async t => {
  for (const host of ['0.0.0.0', '::', '192.168.1.5', 'example.com', '::ffff:10.0.0.1']) {
    t.equal(
      refusal({ env: { LATCHD_HOST: host } }),
      `Cannot use LATCHD_HOST "${host}" without tokens: expected a loopback address such as 127.0.0.1, or tokens in LATCHD_TOKENS`,
    )
    const LATCHD_TOKENS = 'a:sixteen-letters-'
    t.equal(load({ env: { LATCHD_HOST: host, LATCHD_TOKENS } }).host, host)
  }
  for (const host of ['127.0.0.1', '127.8.8.8', '::1', 'localhost', '::ffff:127.0.0.1']) {
    t.equal(load({ flags: { host } }).host, host)
  }
})

t.test('the effective configuration masks secrets and tells sources', async t => {
  const env = {
    LATCHD_TOKENS: 'ci:hunter2:read',
    LATCHD_TOKEN: 'hunter2',
    LATCHD_WEBHOOK_SECRET: 'hunter2',
    LATCHD_DATABASE_URL: 'postgres://latchd:hunter2@db/latchd',
    LATCHD_MODEL_API_KEY: 'hunter2',
    LATCHD_FETCH_ALLOW: 'example.com',
    LATCHD_WEBHOOK_URL:
      'https://hooks.example.com/services/T0123456789hunter2?team=a&token=hunter2',
  }
  const rows = effectiveConfig(load({ env }))
  t.notMatch(JSON.stringify(rows), 'hunter2')
  const of = (key: string) => rows.find(row => row.key === key)
  t.strictSame(of('tokens'), {
    key: 'tokens',
    value: ['ci:****:read'],
    source: { from: 'environment', name: 'LATCHD_TOKENS' },
  })
  t.strictSame(of('token')?.value, '****')
  t.strictSame(of('modelApiKey')?.value, '****')
  const webhook = 'https://hooks.example.com/services/****?team=a&token=****'
  t.strictSame(of('webhookUrl')?.value, webhook)
  t.strictSame(of('fetchAllow')?.value, ['example.com'])
  t.strictSame(of('model'), { key: 'model', value: null, source: { from: 'default' } })
})

t.test('no secret can be given as a flag, which every user of a machine could see', async t => {
  const withoutFlag = settingKeys.filter(key => settingOf(key).flag === undefined)
  t.strictSame(withoutFlag, [
    'databaseUrl',
    'tokens',
    'mcpServers',
    'httpTools',
    'openapi',
    'policy',
    'webhookSecret',
    'modelApiKey',
    'token',
  ])
})

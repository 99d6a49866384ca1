import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { loadConfig } from '../../daemon/config/config.ts'
import { tokenList, tokenSecrets } from '../../daemon/config/token-list.ts'
import { knownSecrets } from '../../daemon/redaction/known-secrets.ts'
import { REDACTED, Secrets } from '../../daemon/redaction/secrets.ts'
import { loadToolModules } from '../../daemon/tools/load-modules.ts'
import { WEBHOOK_SECRET_FILE } from '../../daemon/webhooks/secret-file.ts'
import { startProcess } from '../support/command-process.ts'
import { get, post } from '../support/daemon.ts'
import { serve } from '../support/running-command.ts'
import { stateFolder } from '../support/state-folder.ts'
import { as, readTokens, secretOf, tokenDaemon } from '../support/token-daemon.ts'
import { canaries, leakingTools, leakNames } from './attacks/leaks.ts'

const program = `
const seen = []
for (const name of Object.keys(tools).filter(name => /^(throws|rejects)/.test(name))) {
  try { tools[name]({ x: 'else' }) } catch (error) {
    seen.push([name, error.name, error.message, error.code])
    console.error(name, error, error.stack)
  }
}
seen.push(progresses())
seen.push(gives())
try { for (const item of streams()) seen.push(item) } catch (error) { seen.push(error) }
console.log(seen)
human_approval('go on', { seen })
if (inputs.fails) throws()
return seen
`

/** The canaries of which something stands in a text. */
function found(text: string): string[] {
  const isIn = (canary: string) =>
    [canary, canary.slice(0, 12), encodeURIComponent(canary)].some(form => text.includes(form))
  return Object.entries(canaries)
    .filter(([, canary]) => isIn(canary) || isIn(JSON.stringify(canary).slice(1, -1)))
    .map(([name]) => name)
}

/** The bytes of all files of a folder, as text; without the one that is kept for the secret. */
function bytesIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return files
    .filter(file => file.isFile() && file.name !== WEBHOOK_SECRET_FILE)
    .map(file => readFileSync(join(file.parentPath, file.name), 'latin1'))
    .join('\n')
}

/** All that a daemon has said and written. */
async function leakyDaemon(t: Test) {
  const stateDir = stateFolder(t)
  const module = join(stateFolder(t), 'leaking.mjs')
  writeFileSync(module, leakingTools)
  // As a daemon that was given no secret has made it at an earlier start.
  writeFileSync(join(stateDir, WEBHOOK_SECRET_FILE), `whsec_${canaries.webhook}\n`)
  const folder = stateFolder(t)
  writeFileSync(join(folder, 'a-token'), `${canaries.fileToken}\n`)
  const tokens = [
    { name: 'me', secret: canaries.token },
    { name: 'other', secretFile: 'a-token' },
  ]
  const settings = { tokens, model: 'any', modelApiKey: canaries.model }
  writeFileSync(join(folder, 'latchd.config.json'), JSON.stringify(settings))
  const daemon = await serve(startProcess, t, ['--state-dir', stateDir, '--tools', module], {
    env: {
      LEAKS: JSON.stringify(canaries),
      LATCHD_LOG_LEVEL: 'trace',
      LATCHD_CONFIG: join(folder, 'latchd.config.json'),
      SERVICE_API_KEY: canaries.variable,
      DATABASE_URL: `postgres://user:${canaries.url}@127.0.0.1/base`,
    },
  })
  return { ...daemon, stateDir, headers: { authorization: `Bearer ${canaries.token}` } }
}

t.test('no secret leaves the host, whatever tools do with it', async t => {
  const { url, headers, stateDir, signal, ended } = await leakyDaemon(t)
  const answers: string[] = []
  const events = await fetch(`${url}/v1/events`, { headers })
  const run = async (fails: boolean) => {
    const body = { source: program, inputs: { fails }, waitMs: 20_000 }
    const waiting = await post(`${url}/v1/execute`, body, headers)
    t.equal(waiting.body.status, 'waiting', JSON.stringify(waiting.body.error))
    const { executionId } = waiting.body
    const { data } = (await get(`${url}/v1/approvals?status=pending`, headers)).body
    const decision = { decision: 'approve' }
    const decided = await post(`${url}/v1/approvals/${data[0].approvalId}`, decision, headers)
    const ended = await get(`${url}/v1/executions/${executionId}?waitMs=20000`, headers)
    const told = await fetch(`${url}/v1/executions/${executionId}/events`, { headers })
    answers.push(JSON.stringify([waiting, data, decided, ended]), await told.text())
    return ended.body
  }
  const completed = await run(false)
  t.equal(completed.status, 'completed')
  const failed = await run(true)
  t.match(failed.error, { name: `No ${REDACTED}`, code: 'GUEST_ERROR' })
  t.match(failed.error.message, /no login with \[redacted\] and \[redacted\]/)
  const calls = completed.calls.map(({ tool, status }: Record<string, string>) => [tool, status])
  // The person is one more.
  t.equal(calls.length, leakNames.length + 1, 'every tool was called')
  answers.push(await (await fetch(`${url}/v1/executions`, { headers })).text())
  answers.push(await (await fetch(`${url}/metrics`, { headers })).text())
  const live = await readUntil(events, /"executionId":"[^"]+","status":"failed"/)
  t.match(live, /event: call-progressed\n/)
  signal('SIGTERM')
  const { stdout, stderr } = await ended
  const written = bytesIn(stateDir)
  const places = { answers: answers.join('\n'), live, stdout, stderr, written }
  // What the tools said is there, only without secrets; stdout is one line for whoever started it.
  const marked = Object.entries(places).filter(([, text]) => text.includes(REDACTED))
  t.strictSame(
    marked.map(([place]) => place),
    ['answers', 'live', 'stderr', 'written'],
  )
  t.strictSame(
    Object.fromEntries(Object.entries(places).map(([place, text]) => [place, found(text)])),
    { answers: [], live: [], stdout: [], stderr: [], written: [] },
  )
})

/** What a stream has said when it matches. */
async function readUntil(response: Response, pattern: RegExp): Promise<string> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (pattern.test(text)) return text
  }
  throw new Error(`the stream has ended without ${pattern}`)
}

t.test('the secret of a token that comes with a reload is known from then on', async t => {
  const module = join(stateFolder(t), 'tools.mjs')
  const says = JSON.stringify(`no login with ${secretOf('evelyn')}`)
  writeFileSync(module, `export default { says: () => { throw new Error(${says}) } }`)
  const env = { LATCHD_TOOLS: module }
  const daemon = await tokenDaemon(t, [{ name: 'ann' }], env)
  const told = async (name: string) =>
    (await post(`${daemon.url}/v1/execute`, { source: 'says()' }, as(name))).body.error.message
  t.equal(await told('ann'), `no login with ${secretOf('evelyn')}`, 'a text like any other')
  daemon.reload(() => readTokens(t, [{ name: 'evelyn' }], env))
  t.equal(await told('evelyn'), `no login with ${REDACTED}`)
  daemon.reload(() => readTokens(t, [{ name: 'ann' }], env))
  t.equal(await told('ann'), `no login with ${REDACTED}`, 'one that was withdrawn too')
})

t.test('what is left of a value is the value without its secrets', async t => {
  const secrets = new Secrets(['s3cret-value'])
  const cycle: Record<string, unknown> = { text: 'a s3cret-value b', n: 1, when: new Date(5) }
  cycle.self = cycle
  const clean = secrets.value(cycle) as Record<string, unknown>
  t.equal(clean.self, clean)
  t.strictSame({ ...clean, self: 0 }, { text: `a ${REDACTED} b`, n: 1, when: new Date(5), self: 0 })
  const sparse = ['', 's3cret-value']
  delete sparse[0]
  t.strictSame(Object.entries(secrets.value(sparse) as object), [['1', REDACTED]])
  t.equal(secrets.value(7n), 7n)
  const bytes = new Uint8Array([1, 2])
  t.equal(secrets.value(bytes), bytes)
  const entry = JSON.parse('{"__proto__": "s3cret-value"}')
  t.strictSame(JSON.stringify(secrets.value(entry)), `{"__proto__":"${REDACTED}"}`)
})

t.test('a secret inside a longer one leaves nothing of the longer one', async t => {
  const secrets = new Secrets(['password', 'password-of-the-base'])
  t.equal(secrets.text('with password-of-the-base.'), `with ${REDACTED}.`)
  t.equal(secrets.text('with password.'), `with ${REDACTED}.`)
})

t.test('values that are too short to be told from other text are no secrets', async t => {
  const secrets = new Secrets(['', ' ', '1234567', 'true'])
  t.equal(secrets.text('1234567 is true'), '1234567 is true')
  secrets.add(['12345678\n'])
  t.equal(secrets.text('12345678'), REDACTED, 'the newline of its file does not count')
})

t.test('a token that is written as its digest has no secret that could be known', t => {
  const written = [{ name: 'a', secret: `sha256:${'0'.repeat(64)}` }]
  const reading = tokenList.read(written, { folder: '/', readFile: () => undefined })
  t.strictSame(reading.ok && tokenSecrets(reading.value), [])
  t.end()
})

/** The configuration that variables of ours make. */
function configOf(env: Record<string, string>) {
  return loadConfig({ flags: {}, env, readFile: () => undefined, cwd: import.meta.dirname })
}

t.test('variables are secrets by a word in their names, or by a password in their URL', async t => {
  const env = {
    HOME: '/home/somebody',
    PATH: '/usr/bin:/bin',
    PWD: '/home/somebody',
    LANG: 'en_GB.UTF-8',
    NODE_ENV: 'production',
    SSH_AUTH_SOCK: '/tmp/agent.1',
    TLS_KEY_FILE: '/etc/key.pem',
    MONGO_URL: 'mongodb://127.0.0.1/base',
    GITHUB_TOKEN: 'a',
    STRIPE_SECRET_KEY: 'b',
    DB_PASSWORD: 'c',
    aws_secret_access_key: 'd',
    REDIS_URL: 'redis://:p%40ss@127.0.0.1',
    LATCHD_TOKENS: 'one:e:read,two:f',
    LATCHD_WEBHOOK_SECRET: `whsec_${'0'.repeat(32)}`,
    LATCHD_WEBHOOK_URL: 'https://hooks.example.com/a-path-of-many-words/g?token=h&page=2',
  }
  const signing = [env.LATCHD_WEBHOOK_SECRET, '0'.repeat(32)]
  const all = [...'abcdefh', ...signing, 'p%40ss', 'p@ss', env.LATCHD_TOKENS]
  t.strictSame(new Set(knownSecrets(configOf(env), env)), new Set(all))
})

t.test('a module names the secrets that it has from elsewhere', async t => {
  const load = async (text: string) => {
    const folder = stateFolder(t)
    writeFileSync(join(folder, 'tools.mjs'), text)
    const secrets: string[] = []
    await loadToolModules(['tools.mjs'], folder, {
      onSecrets: found => secrets.push(...found),
    })
    return secrets
  }
  const tools = 'export default { a: () => 1 }'
  t.strictSame(await load(`export const secrets = ['from a vault']; ${tools}`), ['from a vault'])
  await t.rejects(load(`export const secrets = 'from a vault'; ${tools}`), {
    code: 'TOOL_INVALID',
    message: 'Cannot load the tool module tools.mjs: its export "secrets" is not a list of texts',
  })
})

/** Schemas that nobody here wrote: what cannot be checked, and what is made to hold up the daemon. */

import t from 'tap'
import type { JsonSchema } from '../../protocol/schema.ts'
import { startHere } from '../support/command-here.ts'
import { startProcess } from '../support/command-process.ts'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'
import { serve } from '../support/running-command.ts'
import { bombs } from '../support/schema-bombs.ts'

const tools = fixture('tools/foreign-tools.mjs')

const program = `const tried = {}
const drafts = {
  plain: { customer: 'c1' },
  fits: { customer: 'c1', callback: 'https://shop.example/cb' },
  misfits: { customer: 'c1', callback: 'ftp://shop.example' },
  foreign: { customer: 'c1', code: '?', period: '?', slug: '?', twice: 'ab', phone: '?', price: '?', remote: 1 },
}
for (const name in drafts) {
  try { tried[name] = create_draft(drafts[name]) } catch (error) { tried[name] = error.name + ': ' + error.message }
}
tried.ping = ping()
tried.last = last({ a: 1 })
tried`

/** What is said of each property that is not enforced. */
const warnings = [
  /^Tool create_draft: the pattern of "code" is not enforced: it is written in another dialect$/,
  /^Tool create_draft: the pattern of "period" is not enforced: it is written in another dialect$/,
  /^Tool create_draft: the pattern of "slug" is not enforced: it is written in another dialect$/,
  /^Tool create_draft: the pattern of "twice" is not enforced: it refers back to a group$/,
  /^Tool create_draft: the format of "phone" is not enforced: "phone" is not known here$/,
  /^Tool create_draft: the type of "price" is not enforced: "money" is not one$/,
  /^Tool create_draft: the \$ref of "remote" is not enforced: it leads nowhere in this schema$/,
]

t.test('what cannot be checked is not enforced, and no program hears of it', async t => {
  const daemon = await testDaemon(t, { LATCHD_TOOLS: tools })
  const { body } = await post(`${daemon.url}/v1/execute`, { source: program })
  t.strictSame(body.output?.value ?? body.error, {
    plain: 'customer',
    fits: 'callback,customer',
    misfits:
      'ToolInputError: Cannot call create_draft: the input does not fit\n' +
      '- callback: expected text that fits ^https\\:\\/\\/[a-z0-9.]+(\\/.*)?$, got "ftp://shop.example"',
    foreign: 'code,customer,period,phone,price,remote,slug,twice',
    ping: 'pong',
    last: 'a',
  })
  const { body: list } = await get(`${daemon.url}/v1/tools`)
  const draft = list.data.find(({ name }: { name: string }) => name === 'create_draft')
  t.match(draft.warnings, warnings)
  t.equal(draft.warnings.length, warnings.length)
  t.equal(draft.inputSchema.properties.code.pattern, '(?i)^[a-z]{2}-[0-9]+$', 'it is told as it is')
})

t.test('log, latchd tools and latchd doctor say it once, and which tools are left out', async t => {
  const running = await serve(startProcess, t, ['--tools', tools, '--drain-ms', '100'])
  const listed = await startHere(t, ['tools', '--url', running.url]).ended
  t.equal(listed.code, 0)
  t.match(listed.stdout, /^create_draft +Creates a draft invoice\.$/m)
  const told = listed.stderr.trimEnd().split('\n')
  t.strictSame(
    told.filter(line => !warnings.some(warning => warning.test(line.replace('latchd: ', '')))),
    ['latchd: Tool last: properties at the root is not enforced: it is not an object'],
  )
  const doctor = await startHere(t, ['doctor', '--url', running.url]).ended
  for (const warning of warnings) {
    t.match(doctor.stdout, new RegExp(warning.source.replace('^', '^warn +tools +'), 'm'))
  }
  running.signal('SIGTERM')
  const { stderr } = await running.ended
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  for (const warning of warnings) {
    t.equal(lines.filter(({ msg }) => warning.test(msg)).length, 1, warning.source)
  }
  for (const left of [
    /"broken" of its default export .*neither a Standard Schema nor/,
    /"idle" of/,
    /"JSON" of/,
  ]) {
    t.equal(lines.filter(({ msg }) => left.test(msg)).length, 1, left.source)
  }
})

t.test('doctor reads the modules itself when no daemon answers', async t => {
  const env = { LATCHD_TOOLS: tools, LATCHD_URL: 'http://127.0.0.1:9' }
  const { stdout } = await startHere(t, ['doctor'], { env }).ended
  t.match(stdout, /^warn +tools +Tool create_draft: the pattern of "code" is not enforced/m)
  t.match(stdout, /^warn +tools +Cannot load .*"broken" of its default export/m)
})

/** A call of a tool whose client never comes: what its schema costs, it costs the daemon. */
function request(schema: JsonSchema, source: string): object {
  // References start at the root.
  const { $defs, 'x-hidden': hidden, ...s } = schema
  const inputSchema = { type: 'object', properties: { s }, $defs, 'x-hidden': hidden }
  return {
    source: `evil({ s: ${source} })`,
    waitMs: 0,
    limits: { maxCallBytes: 16_777_216, cpuMs: 60_000 },
    clientTools: { clientId: 'evil', tools: [{ name: 'evil', inputSchema }] },
  }
}

t.test('while schemas of clients are made to cost, programs of others are answered', async t => {
  const daemon = await testDaemon(t)
  for (const [name, { schema, source }] of Object.entries(bombs)) {
    if (source === undefined) continue
    const bombed = post(`${daemon.url}/v1/execute`, request(schema, source))
    const answered = await fetch(`${daemon.url}/v1/execute`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ source: '1 + 1' }),
      // Without bounds most of them hold the thread for minutes.
      signal: AbortSignal.timeout(20_000),
    })
    t.match(await answered.json(), { output: { value: 2 } }, name)
    const { status, body } = await bombed
    // What nests deeper than a body may is refused before anything is made of it.
    if (status === 400) {
      t.match(body, { code: 'INVALID_REQUEST', detail: /nest/i }, name)
      continue
    }
    t.ok(status === 200 || status === 202, name)
    const { body: ended } = await get(`${daemon.url}/v1/executions/${body.executionId}?waitMs=100`)
    t.notMatch(ended.error?.message ?? '', /RangeError|stack|Maximum/, name)
    await post(`${daemon.url}/v1/executions/${body.executionId}/cancel`, {})
  }
})

/** The guide to MCP: its configurations are loaded, and its programs run over servers from npm. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { loadConfig } from '../../daemon/config/config.ts'
import { startDaemon } from '../../daemon/start-daemon.ts'
import { get, post, testSettings } from '../support/daemon.ts'
import { execute, npmServer, valueFrom } from '../support/mcp.ts'
import { callTool, connectHost } from '../support/mcp-host.ts'
import { stateFolder } from '../support/state-folder.ts'

const guide = readFileSync(resolve(import.meta.dirname, '../../docs/mcp.md'), 'utf8')
const blocks = Array.from(
  guide.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm),
  ([, kind = '', text = '']) => ({ kind, text }),
)
const of = (kind: string) => blocks.filter(block => block.kind === kind).map(({ text }) => text)

const folder = stateFolder(t)
mkdirSync(join(folder, 'docs'))
writeFileSync(join(folder, 'docs/a.txt'), 'the text of a')
const written = JSON.parse(of('json servers')[0] as string)
const policy = JSON.parse(of('json policy')[0] as string)

/** What the guide has run by npx is run from its package here. */
const installed = Object.fromEntries(
  Object.entries<{ args?: string[]; command?: string }>(written.mcpServers).map(
    ([name, server]) => {
      const [, of, ...args] = server.args ?? []
      if (server.command !== 'npx') return [name, { ...server, url: 'http://127.0.0.1:1/mcp' }]
      const own = args.map(arg => arg.replace('/srv', folder))
      // It would write into its package.
      const env = { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') }
      return [name, { ...server, env, ...npmServer(of?.split('/server-')[1] as string, ...own) }]
    },
  ),
)
const env = testSettings(t, { PATH: process.env.PATH as string })
const files: Record<string, string> = {
  [join(folder, 'latchd.config.json')]: JSON.stringify({ ...policy, mcpServers: installed }),
  [join(folder, 'tracker-token')]: 'the-token-of-the-tracker',
}
const daemon = await startDaemon(
  loadConfig({ flags: {}, env, cwd: folder, readFile: path => files[path] }),
)
t.teardown(() => daemon.close())

t.test('the programs of the guide give the values that it says', async t => {
  const programs = of('js program')
  const values = of('json value')
  t.equal(programs.length, values.length)
  for (const [at, source] of programs.entries()) {
    t.strictSame(await valueFrom(daemon, source), JSON.parse(values[at] as string), source)
  }
})

t.test('the logins of the guide are configurations', async t => {
  const { mcpServers } = loadConfig({
    flags: {},
    env: { BILLING_SECRET: 'a-secret' },
    cwd: '/',
    readFile: path => (path === '/latchd.config.json' ? of('json oauth')[0] : undefined),
  })
  t.match(mcpServers, [
    { name: 'mail', transport: { oauth: { grant: 'authorization_code' } } },
    { name: 'billing', transport: { oauth: { clientSecret: 'a-secret' } } },
  ])
})

t.test('several servers in one program, with a question before it writes', async t => {
  const source = `
    const { content } = files.read_text_file({ path: ${JSON.stringify(join(folder, 'docs/a.txt'))} })
    const told = everything.echo(content)
    files.write_file({ path: ${JSON.stringify(join(folder, 'docs/b.txt'))}, content: told })
    ;[told, everything.get_structured_content({ location: 'Chicago' }).temperature]`
  const { status, waitingFor, executionId } = await execute(daemon, source)
  t.match([status, waitingFor], ['waiting', [{ tool: 'files.write_file' }]])
  await post(`${daemon.url}/v1/approvals/${waitingFor[0].approvalId}`, { decision: 'approve' })
  const { body } = await get(`${daemon.url}/v1/executions/${executionId}?waitMs=10000`)
  t.strictSame(body.output.value, ['Echo: the text of a', 36])
  t.equal(readFileSync(join(folder, 'docs/b.txt'), 'utf8'), 'Echo: the text of a')
})

t.test(
  'a long read-only call reports its progress, and is made again when its server is killed in the middle',
  async t => {
    const source = 'everything.trigger_long_running_operation({ duration: 2, steps: 20 })'
    const { executionId } = (await post(`${daemon.url}/v1/executions`, { source })).body
    const events = await fetch(`${daemon.url}/v1/executions/${executionId}/events`)
    let text = ''
    for await (const chunk of events.body as ReadableStream<Uint8Array>) {
      const isFirst = !text.includes('call-progressed')
      text += Buffer.from(chunk).toString()
      if (isFirst && text.includes('call-progressed')) kill('server-everything')
    }
    t.match(text, /"value":"Long running operation completed\. Duration: 2 seconds, Steps: 20\."/)
    const { body } = await get(`${daemon.url}/v1/info`)
    const { state, reconnects } = body.mcpServers.find(
      (one: { name: string }) => one.name === 'everything',
    )
    t.strictSame([state, reconnects], ['connected', 1])
  },
)

t.test('the call of the guide gives the answer that it says', async t => {
  const host = await connectHost(t, daemon.url)
  const { name, arguments: input } = JSON.parse(of('json call')[0] as string)
  const { text, executionId, ...answer } = await callTool(host, name, input)
  t.strictSame(answer, JSON.parse(of('json answer')[0] as string))
})

t.test('the lines for hosts name the address of /mcp, and a command that there is', async t => {
  const lines = [
    ...of('sh claude-code'),
    ...of('toml codex'),
    ...of('json vscode'),
    ...of('json opencode'),
  ]
  t.equal(lines.length, 4)
  for (const line of lines) t.match(line, /127\.0\.0\.1:7070\/mcp|"latchd", "mcp", "--url"/)
  for (const kind of ['json vscode', 'json opencode']) {
    t.ok(JSON.parse(of(kind)[0] as string), kind)
  }
  const url = new URL('/mcp', daemon.url)
  const { status } = await fetch(url, { method: 'POST' })
  t.not(status, 404)
})

/** Kills the server that this process has started from a package. */
function kill(name: string): void {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  for (const pid of children.trim().split(' ')) {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    if (command.includes(name)) process.kill(Number(pid), 'SIGKILL')
  }
}

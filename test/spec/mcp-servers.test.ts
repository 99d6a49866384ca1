import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { checkServers } from '../../daemon/cli/doctor/check-servers.ts'
import { loadConfig } from '../../daemon/config/config.ts'
import { startDaemon } from '../../daemon/start-daemon.ts'
import { get, post, testSettings } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { execute, fixtureServer, isAlive, mcpDaemon, valueFrom } from '../support/mcp.ts'
import { stateFolder } from '../support/state-folder.ts'

// One daemon for the tests that leave its servers as they are.
const daemon = await mcpDaemon(t, {
  fix: { ...fixtureServer('broken'), env: { ONLY: 'this' }, maxConcurrentCalls: 2 },
  paged: { ...fixtureServer('pages'), tools: { include: ['read_*', 'look'], exclude: ['*_two'] } },
  old: fixtureServer('ends-at-questions'),
  endless: fixtureServer('endless'),
  toolless: fixtureServer('no-tools'),
  ruled: {
    ...fixtureServer(),
    policy: [
      { tools: ['fail'], action: 'deny' },
      { tools: ['look', 'ruled.echo'], action: 'ask' },
      { tools: ['*'], action: 'allow' },
    ],
  },
  exact: { ...fixtureServer(), policy: [{ tools: ['delete'], action: 'allow' }] },
  gone: { url: 'http://127.0.0.1:1/mcp' },
  absent: { command: 'latchd-no-such-program' },
})

const servers = async () => {
  const { body } = await get(`${daemon.url}/v1/info`)
  return new Map<string, { state: string; reason?: string; tools: number }>(
    body.mcpServers.map((one: { name: string }) => [one.name, one]),
  )
}

t.test('tools of servers are called by exact name and as members of their namespace', async t => {
  t.strictSame(
    await valueFrom(
      daemon,
      `[tools['fix.echo']({ message: 'a' }), fix.echo('b'), fix.hyphen_name(), tools['fix.hyphen-name'](),
        fix.eval(), fix.delete(), typeof print]`,
    ),
    ['Echo: a', 'Echo: b', 'did hyphen-name', 'did hyphen-name', 'did eval', 'deleted', 'function'],
  )
})

t.test('declarations group the tools of a server', async t => {
  const response = await fetch(`${daemon.url}/v1/tools?format=typescript`)
  const text = await response.text()
  t.match(text, /declare const fix: \{\n/)
  t.match(text, /\n {2}echo\(message: (unknown|any)\)/)
  t.match(text, /Also tools\["fix\.hyphen-name"\]/)
})

t.test('text is parsed only when it is an object or a list; scalars stay text', async t => {
  t.strictSame(
    await valueFrom(
      daemon,
      `({ v: fix.read_version(), id: fix.read_id(), zip: fix.read_zip(), w: fix.read_word(), sha: fix.read_sha(),
        rows: fix.read_rows(), doc: fix.read_doc(), two: fix.read_two(), count: fix.read_count() })`,
    ),
    {
      ...{ v: '1.10', id: '9007199254740993', zip: '01067', w: 'null', sha: '12e5' },
      ...{ rows: [{ id: 1 }], doc: { ok: true }, two: '{"a":1}\n{"b":2}', count: 7 },
    },
  )
})

t.test('structured content is the value, and raw has the image and the link beside it', async t => {
  const { value, plain, files, links } = await valueFrom(
    daemon,
    `const raw = fix.screenshot.raw()
     ;({ plain: fix.screenshot(), value: raw.value, links: raw.links,
        files: raw.files.map(({ name, type, size }) => ({ name, type, size })) })`,
  )
  t.strictSame(
    [plain, value],
    [
      { width: 1, height: 1 },
      { width: 1, height: 1 },
    ],
  )
  t.strictSame(files, [{ name: 'image-1.png', type: 'image/png', size: 70 }])
  t.strictSame(links, [{ uri: 'file:///shots/1.png', name: '1.png' }])
})

t.test(
  'an image of a server is a file: read, given out, and the value of an answer of images alone',
  async t => {
    const source = `
    const [shot] = fix.screenshot.raw().files
    emit(shot)
    const alone = fix.picture()
    ;[shot.bytes()[1], alone.name, alone.type, alone.size, fix.note().text()]`
    const { status, output, files, error } = await execute(daemon, source)
    t.equal(status, 'completed', JSON.stringify(error))
    t.strictSame(output.value, [0x50, 'image-1.png', 'image/png', 70, 'kept'])
    t.match(files, [{ name: 'image-1.png', type: 'image/png', size: 70 }])
    const bytes = await (await fetch(`${daemon.url}/v1/files/${files[0].fileId}`)).arrayBuffer()
    t.equal(bytes.byteLength, 70)
  },
)

t.test('isError throws an error with the text', async t => {
  t.strictSame(
    await valueFrom(daemon, `try { fix.fail() } catch (e) { [e.name, e.message, e.tool] }`),
    ['Error', 'the disk is full', 'fix.fail'],
  )
})

t.test('a misspelt argument never reaches the server', async t => {
  t.match(
    await valueFrom(daemon, `try { fix.echo({ mesage: 1 }) } catch (e) { [e.name, e.message] }`),
    ['ToolInputError', /mesage[\s\S]*message/],
  )
})

t.test('a server has no environment but what its setting gives', async t => {
  const environment: Record<string, string> = await valueFrom(daemon, 'fix.environment()')
  // tap has its own variables set in every child.
  const own = Object.entries(environment).filter(([name]) => !/^(_TAPJS_|NODE_OPTIONS$)/.test(name))
  t.strictSame(own, [['ONLY', 'this']])
})

t.test('a tool that cannot be taken is left out, and its server stays', async t => {
  t.strictSame(
    await valueFrom(daemon, `['no-schema', 'as-task', 'text'].map(n => typeof tools['fix.' + n])`),
    ['undefined', 'undefined', 'undefined'],
  )
  t.equal((await servers()).get('fix')?.state, 'connected')
})

t.test('all pages of a list are read, and include and exclude choose from it', async t => {
  t.strictSame(await valueFrom(daemon, 'Object.keys(paged).sort()'), [
    ...['look', 'read_count', 'read_doc', 'read_id', 'read_rows', 'read_sha'],
    ...['read_version', 'read_word', 'read_zip'],
  ])
})

t.test('a server without tools is connected all the same', async t => {
  await valueFrom(daemon, 'typeof toolless')
  t.match((await servers()).get('toolless'), { state: 'connected', tools: 0 })
})

t.test('a list without end is cut', async t => {
  t.strictSame(await valueFrom(daemon, 'Object.keys(endless).length'), 100)
})

t.test(
  'a server that ends at the question for its revision is connected as an old one',
  async t => {
    t.equal(await valueFrom(daemon, `old.echo('x')`), 'Echo: x')
  },
)

t.test('a server runs so many calls at once as its setting says', async t => {
  const source = `Promise.all(Array.from({ length: 6 }, () => fix.most_at_once()))`
  t.strictSame(await valueFrom(daemon, source), new Array(6).fill('at most 2'))
})

t.test('progress of a server is progress of the call', async t => {
  const { executionId } = (
    await post(`${daemon.url}/v1/executions`, { source: `sleep(200); fix.progress()` })
  ).body
  const events = await (await fetch(`${daemon.url}/v1/executions/${executionId}/events`)).text()
  t.match(events, /event: call-progressed\ndata: .*"progress":1,"total":2,"message":"step 1"/)
})

t.test('a call that is given up is cancelled at the server', async t => {
  const source = `try { fix.hang() } catch (e) { e.name }`
  t.equal(await valueFrom(daemon, source, { limits: { callMs: 50 } }), 'ToolTimeoutError')
  const { cancelled } = await eventually(
    () => valueFrom(daemon, 'fix.cancelled()'),
    ({ cancelled }) => cancelled.length > 0,
  )
  t.strictSame(cancelled, ['hang'])
})

t.test('a server that is away says so in the call, with the reason', async t => {
  t.match(
    await valueFrom(
      daemon,
      `[() => gone.any_tool({ a: 1 }), () => tools['absent.any-tool']()].map(call => {
        try { return call() } catch (e) { return [e.name, e.code, e.message] }
      })`,
    ),
    [
      [
        'ToolUnavailableError',
        'TOOL_UNAVAILABLE',
        /MCP server gone is unavailable: .*127\.0\.0\.1:1|bad port/,
      ],
      [
        'ToolUnavailableError',
        'TOOL_UNAVAILABLE',
        /no program latchd-no-such-program in any folder of PATH/,
      ],
    ],
  )
  const facts = await servers()
  t.match(facts.get('gone'), { state: 'unavailable', reason: /./, tools: 0 })
  const metrics = await (await fetch(`${daemon.url}/metrics`)).text()
  t.match(metrics, /latchd_mcp_server_up\{server="gone"\} 0/)
  t.match(metrics, /latchd_mcp_server_up\{server="fix"\} 1/)
})

t.test('programs and callers learn no path of the host from what is away', async t => {
  const folder = stateFolder(t)
  const place = (name: string) => join(folder, 'a-place', name)
  const mcpServers = {
    gone: { command: place('x') },
    homeless: { command: process.execPath, cwd: place('y') },
    unread: { url: 'http://127.0.0.1:1/mcp', oauth: { grant: 'authorization_code' } },
  }
  const documents = {
    nodoc: { document: place('nope.yaml') },
    folder: { document: folder },
    far: { document: 'http://127.0.0.1:1/x.json?key=a-secret-key', allow: ['127.0.0.1:1'] },
  }
  const LATCHD_STATE_DIR = join(folder, 'state')
  // The folder of logins is a file: they cannot be read.
  mkdirSync(LATCHD_STATE_DIR)
  writeFileSync(join(LATCHD_STATE_DIR, 'mcp-auth'), '')
  const LATCHD_OPENAPI = JSON.stringify(documents)
  const LATCHD_MCP_SERVERS = JSON.stringify(mcpServers)
  const env = { LATCHD_STATE_DIR, LATCHD_OPENAPI, LATCHD_MCP_SERVERS }
  const configOf = (more: Record<string, string>) =>
    loadConfig({ flags: {}, env: { ...env, ...more }, cwd: '/', readFile: () => undefined })
  let log = ''
  const config = configOf(testSettings(t, { LATCHD_STATE_DIR, LATCHD_LOG_LEVEL: 'warn' }))
  const one = await startDaemon(config, undefined, undefined, undefined, {}, line => {
    log += line
  })
  t.teardown(() => one.close())
  const info = async () => (await get(`${one.url}/v1/info`)).body
  const { mcpServers: away, openapi } = await eventually(info, ({ mcpServers, openapi }) =>
    [...mcpServers, ...openapi].every(({ state }) => state === 'unavailable'),
  )
  const reasons = Object.fromEntries(
    [...away, ...openapi].map(({ name, reason }) => [name, reason]),
  )
  const { far: _, ...ofHost } = reasons
  t.strictSame(ofHost, {
    gone: 'its program is not there, or cannot be run',
    homeless: 'cannot spawn: ENOENT',
    unread: 'cannot open: ENOTDIR',
    nodoc: 'its file cannot be read: ENOENT',
    folder: 'EISDIR: illegal operation on a directory, read',
  })
  const said = await valueFrom(
    one,
    `[() => gone.a(), () => homeless.a(), () => unread.a(), () => nodoc.a(), () => folder.a()].map(call => {
      try { return call() } catch (e) { return e.message }
    })`,
  )
  for (const [at, text] of said.entries()) {
    t.ok(text.endsWith(`is unavailable: ${Object.values(ofHost)[at]}`), text)
  }
  const found = await checkServers(configOf({ LATCHD_URL: one.url }), undefined)
  const doctor = found.map(({ text }) => text).join('\n')
  t.notMatch(doctor, 'a-secret-key')
  for (const path of [place('x'), place('nope.yaml')]) {
    t.ok(doctor.includes(path), `doctor: ${path}`)
    t.ok(log.includes(path), `log: ${path}`)
  }
})

t.test(
  'a policy allows, asks about and denies calls; a hint of the server only tightens it',
  async t => {
    t.strictSame(await valueFrom(daemon, `[typeof ruled.fail, ruled.hyphen_name()]`), [
      'undefined',
      'did hyphen-name',
    ])
    for (const source of [
      'ruled.echo({ message: 1 })',
      // It calls itself read-only.
      'ruled.look()',
      // It calls itself destructive, and only a rule for everything allows it.
      'ruled.delete()',
    ]) {
      const { status, waitingFor, executionId } = await execute(daemon, source)
      t.equal(status, 'waiting', source)
      await post(`${daemon.url}/v1/approvals/${waitingFor[0].approvalId}`, {
        decision: 'reject',
        reason: 'no',
      })
      const { body } = await get(`${daemon.url}/v1/executions/${executionId}?waitMs=10000`)
      t.match(body.error, { name: 'ApprovalRejectedError', message: /no/ })
    }
    t.equal(await valueFrom(daemon, 'exact.delete()'), 'deleted', 'a rule with its name allows it')
  },
)

t.test('an approved call is made with the arguments of the decision', async t => {
  const { waitingFor, executionId } = await execute(daemon, `ruled.echo({ message: 'a' })`)
  const [{ approvalId, tool }] = waitingFor
  t.equal(tool, 'ruled.echo')
  const decision = { decision: 'approve', args: { message: 'b' } }
  await post(`${daemon.url}/v1/approvals/${approvalId}`, decision)
  const { body } = await get(`${daemon.url}/v1/executions/${executionId}?waitMs=10000`)
  t.equal(body.output.value, 'Echo: b')
})

t.test('a changed list of tools is seen by the programs that follow', async t => {
  await valueFrom(daemon, 'exact.add_tool()')
  const source = `typeof exact.added === 'function' && exact.added()`
  t.equal(await eventually(() => valueFrom(daemon, source), Boolean), 'added')
})

t.test('a call that ends its server may have run, and the server comes back', async t => {
  const source = `
    const first = (() => { try { return old.die() } catch (e) { return [e.name, e.message] } })()
    ;[first, old.echo('again')]`
  const { output, calls } = await execute(daemon, source)
  t.match(output.value, [
    ['CallInterruptedError', /die may have run: the MCP server old was lost .* ended by SIGKILL/],
    'Echo: again',
  ])
  t.strictSame(
    calls.map(({ status }: { status: string }) => status),
    ['unknown', 'completed'],
  )
})

t.test('a read-only call is made again when its server was lost', async t => {
  const mark = join(stateFolder(t), 'mark')
  t.equal(await valueFrom(daemon, `old.die_once({ mark: ${JSON.stringify(mark)} })`), 'answered')
})

t.test('a server ends with its daemon, and what it has started too', async t => {
  const own = await mcpDaemon(t, { stubborn: fixtureServer('stubborn') })
  const { server, child } = await valueFrom(own, 'stubborn.pids()')
  t.ok(isAlive(server) && isAlive(child))
  await own.close()
  await eventually(
    async () => isAlive(server) || isAlive(child),
    alive => !alive,
  )
})

t.test('a crash loop is bounded', async t => {
  const starts = join(stateFolder(t), 'starts')
  const own = await mcpDaemon(t, { crash: { ...fixtureServer('crash'), env: { STARTS: starts } } })
  const begun = performance.now()
  await eventually(
    async () => (await get(`${own.url}/v1/info`)).body.mcpServers[0],
    ({ reconnects }) => reconnects >= 3,
  )
  const passedMs = performance.now() - begun
  const count = readFileSync(starts, 'utf8').length
  // Pauses of 250, 500 and 1000 ms.
  t.ok(passedMs > 1700 && count <= 5, `${count} starts in ${passedMs} ms`)
})

t.test('after a restart the tools are there before their server is', async t => {
  const stateDir = stateFolder(t)
  const first = await mcpDaemon(t, { fix: fixtureServer() }, { LATCHD_STATE_DIR: stateDir })
  await valueFrom(first, `fix.echo('x')`)
  await first.close()
  const gone = { fix: { command: 'latchd-no-such-program' } }
  const second = await mcpDaemon(t, gone, { LATCHD_STATE_DIR: stateDir })
  const { body } = await get(`${second.url}/v1/tools`)
  t.ok(body.data.some(({ name }: { name: string }) => name === 'fix.echo'))
  t.match(
    await valueFrom(second, `try { fix.echo('x') } catch (e) { e.name }`),
    'ToolUnavailableError',
  )
})

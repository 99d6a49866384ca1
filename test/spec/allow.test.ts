/** `LATCHD_ALLOW`: a daemon under Node's permissions does all of its work, and its tools what is allowed. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createLocalServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { loadConfig } from '../../daemon/config/config.ts'
import { enterPermissions } from '../../daemon/permissions/enter.ts'
import type { Outcome } from '../../protocol/execution/executor.ts'
import { Latchd } from '../../sdk/index.ts'
import { intrusions, loading, modules } from '../escape/attempts/inner-line.ts'
import { implants, waysOut } from '../escape/attempts/sealed-realm.ts'
import { entryUrl } from '../support/built.ts'
import { startHere } from '../support/command-here.ts'
import { type ProcessOptions, startProcess } from '../support/command-process.ts'
import { post } from '../support/daemon.ts'
import { intruderEntry } from '../support/intruder.ts'
import { type RunningCommand, serve } from '../support/running-command.ts'
import { stateFolder } from '../support/state-folder.ts'
import { notifySocket } from '../support/systemd.ts'

const executor = entryUrl('executor/embedded/create-executor')

/** A module of tools that act on files and processes, and one that lets a program out of the engine. */
const tools = (entry: string) => `
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createExecutorOn } from ${JSON.stringify(executor)}

const intruded = createExecutorOn({ entry: ${JSON.stringify(entry)} }, { workers: 1, tools: {} })

async function read(path) { return readFileSync(path, 'utf8') }
async function readLater(path) { return await readFile(path, 'utf8') }
async function* readItems(path) { yield readFileSync(path, 'utf8') }
async function readFor(path) {
  try { return readFileSync(path, 'utf8') } catch (cause) { throw new TypeError('no such report', { cause }) }
}
async function write(path, text) { writeFileSync(path, text); return 'written' }
async function run(command) { return execFileSync(command, { encoding: 'utf8' }).trim() }
async function permissions(...scopes) { return scopes.map(scope => process.permission.has(scope)) }
async function intrude(code) { return (await intruded.execute({ source: '//intruder\\n' + code })).output }
export default { read, readLater, readItems, readFor, write, run, permissions, intrude }
`

/** Calls each and gives what it gives, or the message, name and code that it throws. */
const attempt = (...calls: string[]) => `
const attempt = call => { try { return call() } catch ({ message, name, code }) { return [name, code, message] } }
return [${calls.map(call => `() => ${call}`).join(', ')}].map(attempt)`

const secret = 'a-secret-that-is-long-enough'

/** The folder of a daemon: its configuration, tools, and what these may read, write, and neither. */
function ground(t: Test, settings: object) {
  const folder = stateFolder(t)
  for (const name of ['tools', 'data', 'out', 'other']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'tools/tools.mjs'), tools(intruderEntry(t)))
  writeFileSync(join(folder, 'data/a'), 'allowed')
  writeFileSync(join(folder, 'other/a'), 'denied')
  writeFileSync(join(folder, 'token'), secret)
  const configure = (changed: object = {}) => {
    const tokens = [{ name: 'one', secretFile: 'token' }]
    const written = { tokens, tools: ['tools/tools.mjs'], drainMs: 100, ...settings, ...changed }
    writeFileSync(join(folder, 'latchd.config.json'), JSON.stringify(written))
  }
  configure()
  const start = async (args: readonly string[] = [], options: ProcessOptions = {}) => {
    const all = ['--state-dir', join(folder, 'state'), ...args]
    const daemon = await serve(startProcess, t, all, { cwd: folder, ...options })
    const client = new Latchd({ url: daemon.url, token: secret })
    const run = async (source: string) => outputOf(await client.execute({ source }))
    return { daemon, client, run }
  }
  return { folder, configure, start, in: (path: string) => JSON.stringify(join(folder, path)) }
}

function outputOf(outcome: Outcome): unknown {
  if (outcome.status !== 'completed') throw new Error(JSON.stringify(outcome))
  return outcome.output
}

/** Ends a daemon as a manager does, and waits for it. */
async function stop(daemon: RunningCommand): Promise<void> {
  daemon.signal('SIGTERM')
  const { code, stderr } = await daemon.ended
  if (code !== 0) throw new Error(`ended with ${code}: ${stderr}`)
}

/** A socket that listens, of which a daemon may be handed the descriptor. */
async function listening(): Promise<{ fd: number; url: string; server: Server }> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle
  return { fd, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}

t.test('at level thread tools do what is allowed, and the daemon all of its work', async t => {
  const at = ground(t, { allow: ['read:data', 'write:out'] })
  const socket = await listening()
  const ear = await notifySocket(t, at.folder)
  const { daemon, client, run } = await at.start([], {
    sockets: [socket.fd],
    env: { NOTIFY_SOCKET: ear.path },
  })
  socket.server.close()
  const path = (name: string) => join(at.folder, name)
  const may = 'the operator can allow it by LATCHD_ALLOW='

  await t.test('it listens on the socket of the service manager, and tells it so', async t => {
    t.equal(daemon.url, socket.url)
    t.equal(await ear.heard(/^READY/m), `READY=1\nSTATUS=listening on ${socket.url}`)
    await daemon.seen('stderr', /"allow":\["read:.*data","write:.*out"\],"childFor":\[\]/)
    t.match(await client.info(), { isolation: 'thread', protects: /have given up all of Node's/ })
  })

  await t.test('a denial names the setting', async t => {
    const denied = `Reading ${path('other/a')} is not allowed; ${may}read:${path('other/a')}`
    const other = at.in('other/a')
    t.strictSame(
      await run(
        attempt(
          `read(${at.in('data/a')})`,
          `read(${other})`,
          `readLater(${other})`,
          `[...readItems(${at.in('data/a')})]`,
          `[...readItems(${other})]`,
          `readFor(${other})`,
          `write(${at.in('out/a')}, 'by a tool')`,
          `write(${at.in('data/a')}, 'by a tool')`,
          `run('id')`,
        ),
      ),
      [
        'allowed',
        ['Error', 'ERR_ACCESS_DENIED', denied],
        ['Error', 'ERR_ACCESS_DENIED', denied],
        ['allowed'],
        ['Error', 'ERR_ACCESS_DENIED', denied],
        ['TypeError', 'TOOL_ERROR', `no such report (${denied})`],
        'written',
        [
          'Error',
          'ERR_ACCESS_DENIED',
          `Writing ${path('data/a')} is not allowed; ${may}write:${path('data/a')}`,
        ],
        ['Error', 'ERR_ACCESS_DENIED', `Starting the process id is not allowed; ${may}child`],
      ],
    )
    t.equal(readFileSync(path('out/a'), 'utf8'), 'by a tool')
    t.equal(readFileSync(path('data/a'), 'utf8'), 'allowed')
  })

  await t.test('a program is not type-checked without child, and is told so', async t => {
    const { diagnostics } = await client.execute({ source: '1', typecheck: 'warn' })
    t.match(diagnostics, [{ code: 'CHECK_SKIPPED', message: /LATCHD_ALLOW=child\.$/ }])
  })

  await t.test('its threads have no permission left, and no way out', async t => {
    const asked: string[] = []
    const server = createServer((_, response) => {
      asked.push('the server')
      response.end()
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const local = createLocalServer(one => {
      asked.push('the local socket')
      one.destroy()
    })
    await new Promise<void>(resolve => local.listen(path('local'), resolve))
    t.teardown(() => {
      server.close()
      local.close()
    })
    const scopes = ['fs.read', 'fs.write', 'net', 'child', 'worker', 'wasi', 'addon', 'inspector']
    // What the daemon itself has: without it the threads would have nothing to give up.
    t.strictSame(await run(`return permissions('net', 'worker', 'child')`), [true, true, false])
    const has = `return ${JSON.stringify(scopes)}.map(scope => process.permission.has(scope))`
    const attacks = [
      ...modules.map(name => loading(name)),
      ...intrusions({
        // The daemon may read the one and write the other.
        secret: path('data/a'),
        made: path('out/made'),
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/out`,
        socket: path('local'),
        pid: process.pid,
      }).map(({ code }) => code),
      ...[...waysOut, ...implants].map(([, code]) => code),
    ]
    const inputs = { codes: [has, ...attacks] }
    const source = 'return codes.map(code => intrude(code))'
    const [left, ...got] = outputOf(await client.execute({ source, inputs })) as unknown[]
    t.strictSame(
      left,
      scopes.fill('').map(() => false),
    )
    t.strictSame(
      got,
      attacks.map(() => []),
    )
    t.strictSame(asked, [])
  })

  await t.test('a new secret file is read after a restart, and the log says so', async t => {
    at.configure({ tokens: [{ name: 'one', secretFile: 'other/a' }] })
    daemon.signal('SIGHUP' as 'SIGTERM')
    await daemon.seen(
      'stderr',
      /Cannot read .*other\/a under LATCHD_ALLOW: .*restart it.*the one before stays/,
    )
    at.configure()
    t.equal(await run('1'), 1)
  })

  const session = await client.sessions.create()
  await session.run('let kept = 1')
  const headers = { authorization: `Bearer ${secret}` }
  const source = `human_approval('go on?')`
  const { body } = await post(`${daemon.url}/v1/executions`, { source }, headers)
  const { executionId } = body
  await client.get(executionId, { waitMs: 10_000 })
  await stop(daemon)
  t.match(await ear.heard(/^STOPPING/m), /STATUS=stopping/)

  await t.test('at level process it goes on with what it has kept', async t => {
    const next = await at.start([
      '--isolation',
      'process',
      '--allow',
      'read:data',
      '--allow',
      'child',
    ])
    const { client, run } = next
    const [approval] = await client.approvals.list({ status: 'pending' })
    await client.approvals.approve(approval?.approvalId as string)
    t.match(await client.wait(executionId), { status: 'completed' })
    const again = await client.sessions.open(session.sessionId)
    t.equal((await again.run('kept + 1')).output, 2)
    const denied = `Writing ${path('out/a')} is not allowed; ${may}write:${path('out/a')}`
    t.match(await run(attempt(`run('id')`, `write(${at.in('out/a')}, '')`)), [
      /^uid=/,
      ['Error', 'ERR_ACCESS_DENIED', denied],
    ])
    const { diagnostics } = await client.execute({ source: 'nothing', typecheck: 'warn' })
    t.match(diagnostics, [{ message: /nothing/ }])
    const metrics = await (await fetch(`${next.daemon.url}/metrics`, { headers })).text()
    t.match(metrics, /^latchd_worker_processes_resident_memory_bytes [1-9]/m)
    await stop(next.daemon)
  })
})

t.test('a module that imports what is not allowed is told with the setting', async t => {
  const at = ground(t, { allow: [] })
  writeFileSync(join(at.folder, 'tools/tools.mjs'), `export { default } from '../other/tools.mjs'`)
  writeFileSync(join(at.folder, 'other/tools.mjs'), 'export default async function echo(x) {}')
  const { code, stderr } = await startProcess(t, ['serve', '--port', '0'], { cwd: at.folder }).ended
  const path = join(at.folder, 'other/tools.mjs')
  t.strictSame(
    [code === 0, stderr.split('\n')[0]],
    [
      false,
      `latchd: Cannot load the tool module ${join(at.folder, 'tools/tools.mjs')}: Reading ${path} is not allowed; the operator can allow it by LATCHD_ALLOW=read:${path}`,
    ],
  )
})

t.test('a value that is not allowed is one line, and 78', async t => {
  const expected =
    'expected a list of read:PATH, write:PATH, net and child, paths without *, or none'
  for (const text of ['raed:/srv', 'read:', 'read:/srv/*', 'none,net', 'net,,write']) {
    const [wrong] = text.split(',').filter(item => !['net', ''].includes(item))
    const env = { LATCHD_ALLOW: text }
    t.strictSame(await startHere(t, ['serve'], { env }).ended, {
      code: 78,
      stdout: '',
      stderr: `latchd: Cannot use LATCHD_ALLOW "${wrong}": ${expected}\n`,
    })
  }
})

t.test('config shows what is allowed, and where that was said', async t => {
  const cwd = stateFolder(t)
  const shown = async (args: readonly string[], env: Record<string, string> = {}) => {
    const { stdout } = await startHere(t, ['config', '--json', ...args], { cwd, env }).ended
    return JSON.parse(stdout).allow
  }
  const source = 'LATCHD_ALLOW'
  t.strictSame(await shown([]), { value: null, source: 'default' })
  for (const LATCHD_ALLOW of ['none', '']) {
    t.strictSame(await shown([], { LATCHD_ALLOW }), { value: [], source })
  }
  t.strictSame(await shown([], { LATCHD_ALLOW: 'net, child,write:/srv/out,read:data' }), {
    value: [`read:${cwd}/data`, 'write:/srv/out', 'net', 'child'],
    source,
  })
  t.strictSame(await shown(['--allow', 'read:/a', '--allow', 'read:/b']), {
    value: ['read:/a', 'read:/b'],
    source: '--allow',
  })
})

t.test('it is refused where it would not hold', async t => {
  const config = loadConfig({
    flags: { allow: 'none' },
    env: {},
    cwd: '/',
    readFile: () => undefined,
  })
  const refused = (terminal: object) => {
    try {
      enterPermissions(config, { env: {}, ...terminal } as never)
    } catch (error) {
      const { code, message } = error as { code: string; message: string }
      return [code, message]
    }
    return 'nothing was refused'
  }
  const env = { NODE_OPTIONS: '--allow-fs-read=*' }
  t.match(refused({ env, replace() {} }), ['CONFIG_INVALID', /NODE_OPTIONS$/])
  t.match(refused({}), ['CONFIG_INVALID', /expected a system on which a process can replace/])
})

/** Commands of the operator: tokens, the Unix socket, the check of the configuration, doctor. */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { takenAddress } from '../../daemon/systemd/taken-address.ts'
import { startHere } from '../support/command-here.ts'
import { startProcess } from '../support/command-process.ts'
import { get } from '../support/daemon.ts'
import { type CommandOptions, serve } from '../support/running-command.ts'
import { stateFolder } from '../support/state-folder.ts'

const latchd = (t: Test, args: readonly string[], options?: CommandOptions) =>
  startHere(t, args, options).ended

t.test('latchd token new prints a secret once, and a daemon takes it', async t => {
  const cwd = stateFolder(t)
  const path = join(cwd, 'latchd.config.json')
  const made = await latchd(t, ['token', 'new', 'ci', '--scopes', 'execute+read'], { cwd })
  t.match(made, { code: 0, stderr: /has the token "ci".*\n.*started again/ })
  const secret = made.stdout.trim()
  t.match(secret, /^[\w-]{43}$/)
  t.notOk(readFileSync(path, 'utf8').includes(secret), 'the file has the digest alone')
  t.equal(statSync(path).mode & 0o777, 0o600)

  writeFileSync(path, JSON.stringify({ maxQueue: 7, ...JSON.parse(readFileSync(path, 'utf8')) }))
  const other = await latchd(t, ['token', 'new', 'bob', '--allow-tools', 'fetch_*,sleep'], { cwd })
  t.match(other, { code: 0, stderr: /reads its configuration again/ })
  const { maxQueue, tokens } = JSON.parse(readFileSync(path, 'utf8'))
  t.equal(maxQueue, 7, 'the rest of the file stays')
  t.match(tokens, [
    { name: 'ci', secret: /^sha256:/, scopes: ['execute', 'read'] },
    { name: 'bob', secret: /^sha256:/, tools: ['fetch_*', 'sleep'] },
  ])
  const { url } = await serve(startHere, t, ['--log-level', 'silent'], { cwd })
  const authorization = `Bearer ${secret}`
  t.equal((await get(`${url}/v1/info`, { authorization })).status, 200)
})

t.test('a token that cannot be added changes nothing', async t => {
  const cwd = stateFolder(t)
  const path = join(cwd, 'latchd.config.json')
  await latchd(t, ['token', 'new', 'ci'], { cwd })
  const before = readFileSync(path, 'utf8')
  const faults: [string[], number, RegExp][] = [
    [['ci'], 78, /it has one of that name/],
    [['a b'], 2, /expected a name of letters/],
    [['bob', '--scopes', 'root'], 2, /expected scopes out of execute/],
  ]
  for (const [args, code, stderr] of faults) {
    t.match(await latchd(t, ['token', 'new', ...args], { cwd }), { code, stdout: '', stderr })
  }
  t.equal(readFileSync(path, 'utf8'), before)
  const printed = await latchd(t, ['token', 'new', 'eve', '--print'], { cwd })
  t.match(printed, { code: 0, stdout: /^[\w-]{43}\n$/, stderr: /"secret": "sha256:/ })
  t.equal(readFileSync(path, 'utf8'), before)
})

t.test('commands reach a daemon by its Unix socket', async t => {
  const socket = join(stateFolder(t), 'latchd.sock')
  await serve(startHere, t, ['--socket', socket, '--log-level', 'silent'])
  t.equal(statSync(socket).mode & 0o777, 0o660)
  const program = ['run', '-', '--url', `unix:${socket}`]
  t.match(await latchd(t, program, { input: 'console.log(1)\n6 * 7' }), {
    code: 0,
    stdout: /1\n42\n$/,
    stderr: `Running on the daemon at unix:${socket}\n`,
  })
  for (const env of [{ LATCHD_URL: `unix:${socket}` }, { LATCHD_SOCKET: socket }]) {
    t.match(await latchd(t, ['ps'], { env }), { code: 0, stdout: /completed/ })
  }
})

t.test('the console is opened at an address that browsers speak to', async t => {
  const socket = join(stateFolder(t), 'latchd.sock')
  const { port } = await serve(startHere, t, ['--socket', socket, '--log-level', 'silent'])
  const open = (env: Record<string, string>) => latchd(t, ['open', '--print'], { env })
  const refused = {
    code: 2,
    stdout: '',
    stderr: /browsers do not speak to Unix sockets; .*--url http/,
  }
  t.match(await open({ LATCHD_URL: `unix:${socket}` }), refused)
  t.match(await open({ LATCHD_SOCKET: socket, LATCHD_PORT: '0' }), refused)
  const known = { LATCHD_URL: `unix:${socket}`, LATCHD_PORT: port }
  t.match(await open(known), { code: 0, stdout: `http://127.0.0.1:${port}/\n` })
})

t.test('where no socket is, no daemon is', async t => {
  const socket = join(stateFolder(t), 'none.sock')
  const told = `latchd: No daemon at unix:${socket}; start one: latchd serve\n`
  t.match(await latchd(t, ['ps', '--url', `unix:${socket}`]), { code: 2, stderr: told })
  const odd = await latchd(t, ['ps', '--url', 'unix:relative.sock'])
  t.match(odd, { code: 78, stderr: /expected .* unix: and the path of a socket/ })
})

t.test('a file that is no socket is not removed for one', async t => {
  const socket = join(stateFolder(t), 'precious')
  writeFileSync(socket, 'kept')
  const args = ['serve', '--port', '0', '--socket', socket]
  // A process of its own: what a daemon has begun before it is refused ends with that.
  const refused = await startProcess(t, args).ended
  t.match(refused, { code: 78, stderr: /expected a socket or nothing there/ })
  t.equal(readFileSync(socket, 'utf8'), 'kept')
})

t.test(
  'a socket on which a daemon listens is left to it, and one of a killed daemon is not',
  async t => {
    const socket = join(stateFolder(t), 'latchd.sock')
    const flags = ['--socket', socket, '--log-level', 'silent']
    const killed = `require('node:net').createServer().listen(${JSON.stringify(socket)}, () => process.kill(process.pid, 'SIGKILL'))`
    t.match(spawnSync(process.execPath, ['-e', killed]), { signal: 'SIGKILL' })
    t.ok(statSync(socket).isSocket())
    await serve(startHere, t, flags)
    const others = ['serve', '--port', '0', '--workers', '1', ...flags]
    t.match(await startProcess(t, others, { cwd: stateFolder(t) }).ended, {
      code: 78,
      stderr: `latchd: Cannot listen on the socket ${socket}: another program listens there`,
    })
    t.match(await latchd(t, ['ps', '--url', `unix:${socket}`]), { code: 0 })
  },
)

t.test(
  'a state folder or a socket that cannot be is one line with path and reason, and 78',
  async t => {
    const folder = stateFolder(t)
    const file = join(folder, 'file')
    writeFileSync(file, 'kept')
    const long = join(folder, `${'long'.repeat(30)}.sock`)
    const stateDirs: [string, string][] = [
      [file, 'it is a file'],
      [join(file, 'state'), 'a part of its path is a file'],
    ]
    for (const [path, reason] of stateDirs) {
      const stderr = `latchd: Cannot use the state folder ${path}: ${reason}; expected a folder`
      t.match(await latchd(t, ['serve', '--state-dir', path]), { code: 78, stdout: '', stderr })
    }
    const sockets: [string, string][] = [
      [join(folder, 'none', 'a.sock'), 'its folder is not there'],
      [join(file, 'a.sock'), 'a part of its path is a file'],
      [long, `its path has ${long.length} bytes, limit 107`],
    ]
    for (const [path, reason] of sockets) {
      const stderr = `latchd: Cannot listen on the socket ${path}: ${reason}; expected a path`
      const args = ['serve', '--port', '0', '--workers', '1', '--socket', path]
      const cwd = stateFolder(t)
      t.match(await startProcess(t, args, { cwd }).ended, { code: 78, stdout: '', stderr })
    }
    t.match(await latchd(t, ['ps', '--url', `unix:${long}`]), { code: 78, stderr: /too long/ })
  },
)

t.test('config --check says nothing of what can be used, and 78 of what cannot', async t => {
  const usable = { code: 0, stdout: '', stderr: '' }
  t.strictSame(await latchd(t, ['config', '--check']), usable)
  const refused = await latchd(t, ['config', '--check'], { env: { LATCHD_WORKERS: 'many' } })
  t.match(refused, { code: 78, stdout: '', stderr: /Cannot use LATCHD_WORKERS "many"/ })
})

t.test('a secret that is guessed is refused where other machines come', async t => {
  const check = (host: string, LATCHD_TOKENS: string) =>
    latchd(t, ['config', '--check', '--host', host], { env: { LATCHD_TOKENS } })
  const refused = await check('0.0.0.0', 'ann:long-enough-a-secret,bob:fifteen-letters')
  t.match(refused, { code: 78, stderr: /the token "bob": its secret is too short.*16 bytes/ })
  t.notMatch(refused.stderr, /fifteen-letters/)
  t.equal((await check('0.0.0.0', 'ann:sixteen-letters-')).code, 0)
  t.equal((await check('127.0.0.1', 'bob:short')).code, 0)
})

t.test('doctor asks the daemon at its own port, and loads the modules of tools', async t => {
  const folder = stateFolder(t)
  const [good, bad] = [join(folder, 'good.mjs'), join(folder, 'bad.mjs')]
  writeFileSync(good, 'export default { hello: () => 1 }')
  writeFileSync(bad, 'export default 1')
  const { url } = await serve(startHere, t, ['--log-level', 'silent'])
  const { port } = new URL(url)
  const env = { LATCHD_PORT: port }
  const well = await latchd(t, ['doctor', '--tools', good], { env })
  t.match(well.stdout, new RegExp(`ok +address +latchd .* answers at http://127.0.0.1:${port}`))
  t.match(well.stdout, /ok +tools +1 tool configured/)
  const ill = await latchd(t, ['doctor', '--tools', bad], { env })
  t.match(ill, { code: 1, stdout: /fail +tools +Cannot/ })
})

t.test('the address of a socket unit is tried', async t => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const unit = `[Socket]\nListenStream=%t/latchd.sock\nListenStream=127.0.0.1:${port}\n`
  t.equal(await takenAddress(unit), `127.0.0.1 port ${port}`)
  await new Promise(resolve => server.close(resolve))
  t.equal(await takenAddress(unit), undefined)
  t.notOk(existsSync('%t'))
})

/** `latchd store`: copies and checks, on a store that a daemon uses and on one that nobody does. */

import { createHash } from 'node:crypto'
import {
  closeSync,
  copyFileSync,
  cpSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { runProgram } from '../../daemon/cli/program.ts'
import { type StoredInstant, TrustedClock } from '../../daemon/clock/trusted-clock.ts'
import type { Daemon } from '../../daemon/start-daemon.ts'
import { ClockWatch } from '../../daemon/upkeep/clock-watch.ts'
import { get, post, testDaemon } from '../support/daemon.ts'
import { testFolder } from '../support/test-folder.ts'

const start = (t: Test, stateDir: string) =>
  testDaemon(t, { LATCHD_WORKERS: '1', LATCHD_STATE_DIR: stateDir })

/** Runs `latchd store …` in this process; the program's own process is no part of what it does. */
async function store(cwd: string, ...args: string[]) {
  const texts = { stdout: '', stderr: '' }
  const output = (name: keyof typeof texts) => ({
    write: (text: string) => {
      texts[name] += text
    },
  })
  const code = await runProgram(['store', ...args], {
    env: {},
    cwd,
    stdin: (async function* () {})(),
    stdout: output('stdout'),
    stderr: output('stderr'),
    onSignal: () => () => {},
    exit: () => {},
  })
  return { code, ...texts }
}

const taken = (daemon: Daemon) =>
  post(`${daemon.url}/v1/execute`, { source: '6 * 7', durable: true })

t.test('a backup of a live store is sound, and a daemon goes on from it', async t => {
  const folder = testFolder(t, { state: {}, restored: {} })
  const daemon = await start(t, join(folder, 'state'))
  const { body } = await taken(daemon)
  const copied = await store(folder, 'backup', 'copy.db', '--state-dir', 'state')
  t.match(copied, { code: 0, stdout: /copy\.db \d+ bytes\n$/, stderr: '' })
  const file = join(folder, 'copy.db')
  t.equal(statSync(file).mode & 0o777, 0o600, 'nobody else reads it')
  t.equal(statSync(join(folder, 'state', 'latchd.db')).mode & 0o777, 0o600)
  t.equal(statSync(join(folder, 'state', 'latchd.db-wal')).mode & 0o777, 0o600)
  t.strictSame(await store(folder, 'verify', 'copy.db'), {
    code: 0,
    stdout: `${file} ok\n`,
    stderr: '',
  })
  copyFileSync(file, join(folder, 'restored', 'latchd.db'))
  const other = await start(t, join(folder, 'restored'))
  t.strictSame((await get(`${other.url}/v1/executions/${body.executionId}`)).body, body)
  t.strictSame((await get(`${daemon.url}/v1/executions/${body.executionId}`)).body, body)
})

t.test(
  'a backup has the contents of files, and verify holds them against their hashes',
  async t => {
    const folder = testFolder(t, { state: {}, restored: {} })
    const daemon = await start(t, join(folder, 'state'))
    const source = `emit(new File(['one'], 'a.txt')); emit(new File(['one'], 'b.txt')); emit(new File(['three'], 'c.txt'))`
    const { body } = await post(`${daemon.url}/v1/execute`, { source, durable: true })
    const copied = await store(folder, 'backup', 'copy.db', '--state-dir', 'state')
    t.match(copied, {
      code: 0,
      stdout: /copy\.db \d+ bytes\n.*copy\.db\.files 2 files, 8 bytes\n$/,
    })
    const ok = { code: 0, stderr: '' }
    t.match(await store(folder, 'verify', 'copy.db'), ok)
    t.match(await store(folder, 'verify', 'state'), ok)
    const again = await store(folder, 'backup', 'copy.db', '--state-dir', 'state')
    t.match(again, { code: 2, stderr: /copy\.db: the file exists/ })

    copyFileSync(join(folder, 'copy.db'), join(folder, 'restored', 'latchd.db'))
    cpSync(join(folder, 'copy.db.files'), join(folder, 'restored', 'files'), { recursive: true })
    const other = await start(t, join(folder, 'restored'))
    const { fileId } = body.files[2]
    const sha256 = createHash('sha256').update('three').digest('hex')
    t.equal(await (await fetch(`${other.url}/v1/files/${fileId}`)).text(), 'three')
    t.equal(statSync(join(folder, 'copy.db.files', sha256.slice(0, 2), sha256)).mode & 0o777, 0o600)

    const content = join(folder, 'copy.db.files', sha256.slice(0, 2), sha256)
    const problem = async () => (await store(folder, 'verify', 'copy.db')).stdout
    writeFileSync(content, 'thrEE')
    t.equal(await problem(), `file ${sha256}: its content is another one\n`)
    writeFileSync(content, 'th')
    t.equal(await problem(), `file ${sha256}: its content has 2 bytes, and its record says 5\n`)
    rmSync(content)
    t.equal(await problem(), `file ${sha256}: its content is not there\n`)

    rmSync(join(folder, 'state', 'files', sha256.slice(0, 2), sha256))
    t.match(await store(folder, 'backup', 'second.db', '--state-dir', 'state'), {
      code: 1,
      stdout: `second.db.files 1 files, 3 bytes\nfile ${sha256}: its content is not there\n`,
    })
  },
)

t.test('a store is checked while a daemon uses it, and after', async t => {
  const folder = testFolder(t, { state: {} })
  const daemon = await start(t, join(folder, 'state'))
  await taken(daemon)
  const file = join(folder, 'state', 'latchd.db')
  const sound = { code: 0, stdout: `${file} ok\n`, stderr: '' }
  t.strictSame(await store(folder, 'verify', '--state-dir', 'state'), sound)
  t.strictSame(await store(folder, 'verify', 'state'), sound)
  await daemon.close()
  t.strictSame(await store(folder, 'verify', 'state'), sound)
})

t.test('what does not hold of a store is told, one line each, with exit code 1', async t => {
  const folder = testFolder(t, { state: {} })
  const daemon = await start(t, join(folder, 'state'))
  const { body } = await taken(daemon)
  await daemon.close()
  const file = join(folder, 'state', 'latchd.db')
  const database = new DatabaseSync(file)
  database.exec('DELETE FROM ending')
  database.close()
  t.strictSame(await store(folder, 'verify', 'state'), {
    code: 1,
    stdout: `execution ${body.executionId}: has ended or is stuck, and its outcome is not there\n`,
    stderr: '',
  })
  const descriptor = openSync(file, 'r+')
  writeSync(descriptor, Buffer.alloc(4096, 0x5a), 0, 4096, 0)
  closeSync(descriptor)
  t.match(await store(folder, 'verify', 'state'), { code: 1, stdout: /latchd\.db: / })
})

t.test('a copy over a file that exists, and a store that is not there, are refused', async t => {
  const folder = testFolder(t, { state: {}, 'a.db': 'mine' })
  const daemon = await start(t, join(folder, 'state'))
  const copied = await store(folder, 'backup', 'a.db', '--state-dir', 'state')
  t.match(copied, { code: 2, stdout: '', stderr: /a\.db: the file exists\n$/ })
  await daemon.close()
  for (const args of [
    ['verify', 'none'],
    ['backup', 'b.db', '--state-dir', 'none'],
  ]) {
    t.match(await store(folder, ...args), { code: 2, stdout: '', stderr: /: there is none\n$/ })
  }
  writeFileSync(join(folder, 'empty.db'), '')
  const empty = { code: 2, stdout: '', stderr: /empty\.db: it is empty\n$/ }
  t.match(await store(folder, 'verify', 'empty.db'), empty)
  const nowhere = await store(folder, 'backup', 'no/b.db', '--state-dir', 'state')
  t.match(nowhere, { code: 2, stderr: /b\.db: it cannot be made there\n$/ })
  t.strictSame(readdirSync(folder).sort(), ['a.db', 'empty.db', 'state'])
})

t.test('confirm-clock reaches a daemon that runs: the clock is believed again', async t => {
  const stateDir = join(testFolder(t, { state: {} }), 'state')
  await start(t, stateDir)
  let setMs = 0
  const jumps: boolean[] = []
  const sources = { wall: () => Date.now() + setMs, steady: () => performance.now() }
  const clock = new TrustedClock(sources, undefined, jumpMs => jumps.push(jumpMs > 0))
  const kept: StoredInstant[] = []
  const watch = new ClockWatch(
    clock,
    {
      recordInstant: async instant => void kept.push(instant),
      storedInstant: async () => ({ ...clock.kept, confirmedMs: confirmedIn(stateDir) }),
    },
    { warn: (...told: unknown[]) => t.fail(String(told)) } as never,
  )
  await watch.check()
  setMs = 40 * 86_400_000
  await watch.check()
  const { code, stdout } = await store('.', 'confirm-clock', '--state-dir', stateDir)
  t.equal(code, 0)
  t.match(stdout, /Z is right; a daemon that runs takes it within seconds/)
  await watch.check()
  t.strictSame(jumps, [true, false])
  t.strictSame(
    kept.map(({ jumpMs }) => jumpMs > 0),
    [false, true, false],
  )
})

function confirmedIn(stateDir: string): number {
  const database = new DatabaseSync(join(stateDir, 'latchd.db'), { readOnly: true })
  const row = database.prepare(`SELECT value FROM meta WHERE name = 'clock_confirmed_ms'`).get()
  database.close()
  return Number(row?.value ?? 0)
}

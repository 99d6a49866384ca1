/** The embedded store: what every store does, and what SQLite, its thread and its files add. */

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { failpointNames, readFailpoints } from '../../daemon/store/failpoints.ts'
import { SCHEMA_VERSION } from '../../daemon/store/sqlite/migrations.ts'
import { openSqliteStore } from '../../daemon/store/sqlite/open.ts'
import { backupFile, verifyFile } from '../../daemon/store/sqlite/upkeep.ts'
import type { Store } from '../../daemon/store/store.ts'
import { storeProcess, storeProcessOnSmallDisk, type Told } from '../conformance/store-children.ts'
import {
  approval,
  CREATED_MS,
  claimedOf,
  completed,
  delivery,
  endedExecution,
  parking,
  submission,
} from '../conformance/store-samples.ts'
import { storeSuite } from '../conformance/store-suite.ts'
import { emptiedStore } from '../support/emptied-store.ts'
import { patience } from '../support/patience.ts'
import { testFolder } from '../support/test-folder.ts'

t.setTimeout(240_000)

async function open(t: Test, stateDir = testFolder(t), failpoints = ''): Promise<Store> {
  const store = await openSqliteStore({
    stateDir,
    onLost: error => t.fail('the store was lost', { error }),
    failpoints: readFailpoints({ FAILPOINTS: failpoints }),
  })
  t.teardown(() => store.close())
  return store
}

/** A store of which it is expected that it is lost. */
async function openToLose(t: Test, failpoints: string) {
  const losses: Error[] = []
  const store = await openSqliteStore({
    stateDir: testFolder(t),
    onLost: error => losses.push(error),
    failpoints: readFailpoints({ FAILPOINTS: failpoints }),
  })
  t.teardown(() => store.close())
  return { store, losses }
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i)
const approved = { status: 'approved', decidedAtMs: CREATED_MS } as const

storeSuite(t, 'SQLite', await emptiedStore(t))

t.test('a folder that is not there is made for its owner only', async t => {
  const stateDir = join(testFolder(t), 'a', 'state')
  await open(t, stateDir)
  t.equal(statSync(stateDir).mode & 0o777, 0o700)
})

t.test('what was acknowledged is there when the store is opened again', async t => {
  const stateDir = testFolder(t)
  const first = await open(t, stateDir)
  await first.submit(submission('e1'))
  const { storeId } = await first.statistics()
  await first.close()
  const second = await open(t, stateDir)
  t.match(await second.get('e1'), { owner: 'alice' })
  t.match(await second.statistics(), { storeId, schemaVersion: SCHEMA_VERSION, commits: 0 })
})

t.test(
  'what was asked for before the store is closed is carried out, and nothing after',
  async t => {
    const stateDir = testFolder(t)
    const first = await open(t, stateDir)
    const submitted = first.submit(submission('e1'))
    const closed = first.close()
    await t.rejects(first.submit(submission('e2')), { code: 'DRAINING' })
    t.strictSame(await submitted, { kind: 'accepted', epoch: 1 })
    await closed
    await first.close()
    const second = await open(t, stateDir)
    await second.open({ nowMs: CREATED_MS })
    t.strictSame((await claimedOf(second, CREATED_MS)).ids, ['e1'])
  },
)

t.test('one daemon uses a folder at a time', async t => {
  const stateDir = testFolder(t)
  const inUse = { code: 'STATE_IN_USE', message: new RegExp(stateDir) }
  const first = storeProcess(t, stateDir, 'hold')
  t.strictSame(await first.next(), { opened: true })
  const second = storeProcess(t, stateDir, 'hold')
  t.match(await second.next(), { refused: inUse.code, message: inUse.message })
  await t.rejects(open(t, stateDir), inUse)
  first.child.kill('SIGKILL')
  await first.rest()
  const store = await open(t, stateDir)
  await t.rejects(open(t, stateDir), inUse, 'in this process too')
  await store.close()
  t.strictSame(await storeProcess(t, stateDir, 'hold').next(), { opened: true })
})

t.test('a folder of a newer version is refused, and told both versions', async t => {
  const stateDir = testFolder(t)
  await (await open(t, stateDir)).close()
  const database = new DatabaseSync(join(stateDir, 'latchd.db'))
  database.exec(`UPDATE meta SET value = '77' WHERE name = 'schema_version'`)
  database.close()
  const message = new RegExp(
    `latchd\\.db: its version is 77, this program knows up to ${SCHEMA_VERSION}$`,
  )
  await t.rejects(open(t, stateDir), { code: 'STATE_TOO_NEW', message })
  t.throws(() => verifyFile(join(stateDir, 'latchd.db')), { code: 'STATE_TOO_NEW' })
})

t.test('a file that is no store is refused by name', async t => {
  const stateDir = testFolder(t)
  const file = join(stateDir, 'latchd.db')
  const refused = (why: RegExp) => ({ code: 'INTERNAL', message: new RegExp(file + why.source) })
  writeFileSync(file, 'not a database '.repeat(1000))
  await t.rejects(open(t, stateDir), refused(/: the file is not a database$/))
  writeFileSync(file, '')
  const other = new DatabaseSync(file)
  other.exec('CREATE TABLE other (id INTEGER)')
  other.close()
  await t.rejects(open(t, stateDir), refused(/: it is of another program$/))
})

t.test('a damaged file is refused by name', async t => {
  const stateDir = testFolder(t)
  const file = join(stateDir, 'latchd.db')
  await (await open(t, stateDir)).close()
  const bytes = readFileSync(file)
  writeFileSync(file, bytes.fill(0xaa, 100, 8192))
  const damaged = { code: 'INTERNAL', message: new RegExp(`${file}: the file is damaged`) }
  await t.rejects(open(t, stateDir), damaged)
  truncateSync(file, 50)
  await t.rejects(open(t, stateDir), { code: 'INTERNAL', message: new RegExp(file) })
})

t.test('the operations of one turn are one commit', async t => {
  const store = await open(t)
  await Promise.all(numbers(100).map(i => store.submit(submission(`e${i}`))))
  t.equal((await store.statistics()).commits, 1)
})

t.test('while a commit is under way the next one gathers', async t => {
  const store = await open(t)
  const turns = numbers(50).map(async i => {
    for (let waits = 0; waits < i; waits++) await new Promise(setImmediate)
    await store.submit(submission(`e${i}`))
  })
  await Promise.all(turns)
  const { commits } = await store.statistics()
  t.ok(commits < 50, `${commits} commits`)
})

t.test('a read makes no commit, nor does a claim that finds nothing', async t => {
  const store = await open(t)
  await store.get('e1')
  await store.open({ nowMs: CREATED_MS })
  await store.journal('e1')
  await claimedOf(store, CREATED_MS)
  t.equal((await store.statistics()).commits, 0)
})

t.test(
  'ten thousand executions park, are decided and listed in time proportional to them',
  async t => {
    const store = await open(t)
    const round = async (name: string) => {
      const begin = performance.now()
      const ids = numbers(2500).map(i => `${name}-${i}`)
      await Promise.all(ids.map(id => store.submit(submission(id))))
      await Promise.all(
        ids.map(id => store.park(id, 1, parking({ approvals: [approval(id, `a-${id}`)] }))),
      )
      await Promise.all(ids.map(id => store.decide(`a-${id}`, approved)))
      return performance.now() - begin
    }
    const times = [await round('r0'), await round('r1'), await round('r2'), await round('r3')]
    const [first = 0] = times
    // A machine of many tests is not even: what is quadratic would take seven times as long.
    t.ok((times[3] ?? 0) < 4 * first + 500, `${times.map(Math.round)} ms`)
    const query = { owner: 'alice', status: 'waiting', after: undefined, limit: 100 } as const
    const begin = performance.now()
    t.equal((await store.list(query)).length, 100)
    t.ok(performance.now() - begin < patience(500))
  },
)

t.test('a store of many waiting executions opens within a second', async t => {
  const stateDir = testFolder(t)
  const first = await open(t, stateDir)
  const ids = numbers(20_000).map(i => `e${i}`)
  await Promise.all(ids.map(id => first.submit(submission(id))))
  await Promise.all(ids.map(id => first.park(id, 1, parking({ records: [delivery(1)] }))))
  await first.close()
  const begin = performance.now()
  const second = await open(t, stateDir)
  await second.open({ nowMs: CREATED_MS })
  t.strictSame(await claimedOf(second, CREATED_MS), { ids: [], nextMs: CREATED_MS + 1000 })
  const tookMs = performance.now() - begin
  t.ok(tookMs < patience(1000), `${tookMs} ms`)
})

t.test('large bodies are kept once, until nobody refers to them', async t => {
  const stateDir = testFolder(t)
  const store = await open(t, stateDir)
  const file = join(stateDir, 'latchd.db')
  const uses = () => {
    const database = new DatabaseSync(file, { readOnly: true })
    const rows = database.prepare('SELECT uses FROM blob ORDER BY length(body), id').all()
    database.close()
    return rows.map(row => row.uses)
  }
  const text = 'x'.repeat(70_000)
  const ids = ['e1', 'e2']
  for (const id of ids) {
    await store.submit(submission(id, { source: 'shared', program: 'compiled' }))
    await store.append(id, 1, { records: [delivery(1, 1, text), delivery(2, 2, text)] })
    await store.append(id, 1, { program: 'compiled again' })
  }
  t.strictSame(uses(), [2, 2, 4], 'source, program and text')
  t.equal((await store.journal('e2'))?.records[1]?.text, text)
  await store.finish('e1', 1, completed('e1'))
  await store.remove('e1')
  t.strictSame(uses(), [1, 1, 2])
  await store.finish('e2', 1, completed('e2'))
  await store.remove('e2')
  t.strictSame(uses(), [])
  const snapshot = { bytes: new Uint8Array(10), runtime: 'r1' }
  for (const id of ['s1', 's2']) {
    await store.createSession(id, 'alice', CREATED_MS)
    await store.saveSnapshot(id, 'e0', snapshot, CREATED_MS)
    await store.saveSnapshot(id, 'e0', snapshot, CREATED_MS)
  }
  t.strictSame(uses(), [2])
  await store.saveSnapshot('s1', 'e0', { ...snapshot, bytes: new Uint8Array(11) }, CREATED_MS)
  t.strictSame(uses(), [1, 1])
  await store.removeSession('s1')
  await store.removeSession('s2')
  t.strictSame(uses(), [])
  t.strictSame(await store.verify(), [])
})

t.test('a thousand large bodies of one execution go in time proportional to them', async t => {
  const store = await open(t)
  const records = numbers(1000).map(i => delivery(i + 1, i + 1, `${i}${'x'.repeat(66_000)}`))
  await store.submit(submission('e1', { records }))
  await store.finish('e1', 1, completed('e1'))
  const begin = performance.now()
  await store.remove('e1')
  t.ok(performance.now() - begin < patience(5000))
  t.strictSame(await store.verify(), [])
})

t.test('how an execution ended is kept once, though its last event tells it too', async t => {
  const stateDir = testFolder(t)
  const store = await open(t, stateDir)
  const execution = {
    ...endedExecution('e1'),
    output: { value: 'x'.repeat(5000), text: '', exact: true },
  }
  const event = {
    type: 'execution-ended',
    sequence: 1,
    executionId: 'e1',
    atMs: 1,
    execution,
  } as const
  await store.submit(submission('e1'))
  await store.finish('e1', 1, { execution, events: [event] })
  t.strictSame(await store.events('e1', 0), [event])
  const database = new DatabaseSync(join(stateDir, 'latchd.db'), { readOnly: true })
  const [row] = database.prepare('SELECT length(events) AS length FROM event').all()
  database.close()
  t.ok(Number(row?.length) < 200)
})

t.test(
  'a store whose thread ends is lost: all that is under way fails, and it is told once',
  async t => {
    const { store, losses } = await openToLose(t, 'store:after-operation@3=exit')
    const lost = { code: 'INTERNAL', message: /^The store was lost: / }
    const results = await Promise.allSettled([
      ...numbers(5).map(i => store.submit(submission(`e${i}`))),
      store.get('e1'),
    ])
    t.match(
      results.map(result => (result.status === 'rejected' ? result.reason : result)),
      Array(6).fill(lost),
    )
    await t.rejects(store.get('e1'), lost)
    await t.rejects(store.sweep({ endedBeforeMs: 0, usedBeforeMs: 0, maxBytes: undefined }), lost)
    t.match(losses, [lost])
  },
)

for (const failpoint of [
  'store:before-commit=io',
  'store:after-commit=error',
  'store:batch-answered=error',
]) {
  t.test(`a store of which nobody knows what is on disk is lost: ${failpoint}`, async t => {
    const { store, losses } = await openToLose(t, failpoint)
    await t.rejects(store.submit(submission('e1')), { code: 'INTERNAL' })
    await t.rejects(store.submit(submission('e2')), { code: 'INTERNAL' })
    t.equal(losses.length, 1)
  })
}

t.test('a full disk refuses what was to be written, and nothing else', async t => {
  const store = await open(t, testFolder(t), 'store:before-commit@2=full')
  await store.submit(submission('e1'))
  const [refused, alsoRefused, read] = await Promise.allSettled([
    store.submit(submission('e2')),
    store.append('e1', 1, { records: [delivery(1)] }),
    store.get('e1'),
  ])
  t.match(
    [refused, alsoRefused, read],
    [
      { reason: { name: 'LatchdError', code: 'STORE_FULL' } },
      { reason: { code: 'STORE_FULL' } },
      { value: { owner: 'alice' } },
    ],
  )
  t.strictSame(await store.submit(submission('e2')), { kind: 'accepted', epoch: 1 })
  t.strictSame((await store.journal('e1'))?.records, [])
})

const canMount = spawnSync('unshare', ['-rm', 'true']).status === 0

t.test(
  'on a disk that is full the store stays open, and writes again when there is room',
  {
    skip: !canMount && 'this machine allows no user namespaces',
  },
  async t => {
    const child = storeProcessOnSmallDisk(t, 3)
    t.strictSame(await child.rest(), [
      { opened: true },
      { kept: true, areAllReadable: true, again: { kind: 'accepted', epoch: 1 }, problems: [] },
    ])
  },
)

/** What a process that was killed acknowledged is there, and nothing is half there. */
async function holdsWhatWasTold(t: Test, stateDir: string, told: readonly Told[]): Promise<void> {
  const store = await open(t, stateDir)
  t.strictSame(await store.verify(), [])
  for (const { submitted, parked, decided, finished } of told) {
    const id = String(submitted ?? parked ?? decided ?? finished)
    const found = await store.journal(id)
    const status = (await store.get(id))?.execution.status
    if (submitted !== undefined && found === undefined) t.fail(`${id} was submitted`)
    if (parked !== undefined && status === 'running' && found?.epoch === 1) t.fail(`${id} waits`)
    if (decided !== undefined && found?.approvals[0]?.approval.status !== 'approved') {
      t.fail(`${id} was decided`)
    }
    if (finished !== undefined && status !== 'completed') t.fail(`${id} had ended`)
  }
}

for (const name of failpointNames.filter(name => !/sweep|upkeep|open|close|read/.test(name))) {
  t.test(`what was acknowledged outlives a kill at ${name}`, async t => {
    const stateDir = testFolder(t)
    const log = join(stateDir, 'failpoints.log')
    const environment = { FAILPOINTS: `${name}@40=kill`, FAILPOINTS_LOG: log }
    const child = storeProcess(t, stateDir, 'work', environment)
    const told = await child.rest()
    t.ok(told.length > 10, `${told.length} told`)
    t.match(readFileSync(log, 'utf8'), name)
    await holdsWhatWasTold(t, stateDir, told)
  })
}

t.test('a store in use is copied and checked from outside', async t => {
  const stateDir = testFolder(t)
  const file = join(stateDir, 'latchd.db')
  const child = storeProcess(t, stateDir, 'work')
  while ((await child.next())?.finished === undefined);
  const copy = join(stateDir, 'copies')
  backupFile(file, copy)
  t.strictSame([verifyFile(file), verifyFile(copy)], [[], []])
  t.throws(() => backupFile(file, copy), { message: /the file exists$/ })
})

t.test('a copy of the live store is a store', async t => {
  const folders = testFolder(t, { live: {}, copy: {} })
  const store = await open(t, join(folders, 'live'))
  await store.submit(submission('e1'))
  const file = join(folders, 'copy', 'latchd.db')
  await Promise.all([store.backup(file), store.submit(submission('e2'))])
  await t.rejects(store.backup(file), { message: /the file exists$/ })
  const copy = await open(t, join(folders, 'copy'))
  t.match(await copy.get('e1'), { owner: 'alice' })
  t.strictSame(await copy.verify(), [])
})

t.test('a backup that cannot be written leaves no file', async t => {
  const stateDir = testFolder(t)
  const store = await open(t, stateDir)
  const file = join(stateDir, 'not-there', 'copy.db')
  await t.rejects(store.backup(file))
  t.notOk(existsSync(file))
  t.strictSame(await store.verify(), [])
})

t.test('every failpoint is hit by what a store does', async t => {
  const stateDir = testFolder(t)
  const log = join(stateDir, 'failpoints.log')
  const failpoints = readFailpoints({ FAILPOINTS_LOG: log })
  const onLost = (error: Error) => t.fail(error.message)
  const store = await openSqliteStore({ stateDir, onLost, failpoints })
  await store.submit(submission('e1'))
  await store.sweep({ endedBeforeMs: 0, usedBeforeMs: 0, maxBytes: undefined })
  await store.get('e1')
  await store.verify()
  await store.close()
  const hit = new Set(readFileSync(log, 'utf8').trim().split('\n'))
  t.strictSame(
    failpointNames.filter(name => !hit.has(name)),
    [],
  )
})

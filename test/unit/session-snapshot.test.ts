import { execFileSync } from 'node:child_process'
import t from 'tap'
import { baseSnapshot } from '../../executor/engine/quickjs/base-snapshot.ts'
import { QuickJSGuest } from '../../executor/engine/quickjs/quickjs.ts'
import { runtimeTag, snapshotTag } from '../../executor/engine/quickjs/runtime-tag.ts'
import { limitTable } from '../../protocol/limits.ts'
import { TestSession } from './session-guest.ts'

const refusal = (message: RegExp) => ({ code: 'SNAPSHOT_INCOMPATIBLE', message })

async function snapshotOf(source: string): Promise<Buffer> {
  const session = new TestSession()
  await session.valueOf(source)
  return Buffer.from(session.snapshot as Uint8Array)
}

t.test('the base memory, and so the tag, is the same in every process', async t => {
  const module = new URL('../../executor/engine/quickjs/base-snapshot.ts', import.meta.url).href
  const script = `const { baseSnapshot } = await import(${JSON.stringify(module)})
    process.stdout.write((await baseSnapshot()).memoryHash)`
  // Without the compile cache, beside which it would find what another process has made.
  const { NODE_OPTIONS: _, NODE_COMPILE_CACHE: __, ...env } = process.env
  const hash = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...env, TZ: 'Asia/Tokyo', LC_ALL: 'de_DE.UTF-8' },
  })
  t.equal(hash, (await baseSnapshot()).memoryHash)
})

t.test('the tags name the engine, the prelude and the ICU version', async t => {
  const made = await baseSnapshot()
  const digits = made.memoryHash.slice(0, 16)
  t.equal(snapshotTag(made), `${made.engine}, prelude ${digits}`)
  t.equal(runtimeTag(made), `${snapshotTag(made)}, icu ${process.versions.icu}`)
})

t.test('a snapshot of another engine or prelude is refused, and both are named', async t => {
  const snapshot = await snapshotOf('let a = 1')
  const made = await baseSnapshot()
  for (const other of [
    { ...made, engine: 'quickjs-wasi 3.6.2, quickjs 0.18.0' },
    { ...made, memoryHash: '0'.repeat(64) },
  ]) {
    const guest = await QuickJSGuest.create(other)
    try {
      guest.restore(snapshot)
      t.fail('it was loaded')
    } catch (error) {
      t.match(error, { code: 'SNAPSHOT_INCOMPATIBLE' })
      t.match((error as Error).message, snapshotTag(made))
      t.match((error as Error).message, snapshotTag(other))
    }
  }
})

t.test('a damaged snapshot is refused, wherever the damage is', async t => {
  const snapshot = await snapshotOf('let a = 1')
  const guest = await QuickJSGuest.create(await baseSnapshot())
  for (let at = 0; at < snapshot.length; at += at < 128 ? 1 : 997) {
    const bytes = Buffer.from(snapshot)
    bytes[at] = (bytes[at] as number) ^ 0x55
    t.throws(() => guest.restore(bytes), { code: 'SNAPSHOT_INCOMPATIBLE' }, `at ${at}`)
  }
  for (const length of [0, 4, 51, 52, 100, snapshot.length - 1])
    t.throws(() => guest.restore(snapshot.subarray(0, length)), refusal(/damaged/), `of ${length}`)
  const longer = Buffer.concat([snapshot, Buffer.alloc(1)])
  t.throws(() => guest.restore(longer), refusal(/damaged/))
  // The guest is as it was: it can still take what is sound.
  guest.restore(snapshot)
})

t.test('a guest that is in use takes no snapshot', async t => {
  const snapshot = await snapshotOf('let a = 1')
  const guest = await QuickJSGuest.create(await baseSnapshot())
  guest.restore(snapshot)
  t.throws(() => guest.restore(snapshot), /in use/)
  t.ok(guest.rewind())
  guest.restore(snapshot)
})

t.test('a guest gives no snapshot before it has come to rest', async t => {
  const guest = await QuickJSGuest.create(await baseSnapshot())
  t.throws(() => guest.snapshot(limitTable.maxSessionBytes.default), /not at rest/)
})

t.test('a guest that has held a session is as new once it is rewound', async t => {
  const guest = await QuickJSGuest.create(await baseSnapshot())
  guest.restore(await snapshotOf('const secret = 1; globalThis.open = 2'))
  t.ok(guest.rewind())
  const reports: string[] = []
  const configuration = JSON.stringify({ seed: [1, 2, 3, 4], startedAtMs: 0 })
  const host = (_operation: number, _number: number, text: string) => {
    reports.push(text)
    return 0
  }
  guest.begin({ poll() {}, host, now: () => 0 }, 64e6, '[]', configuration)
  guest.evaluate('\ntypeof secret + typeof open')
  while (guest.runJob());
  t.match(reports[0], 'undefinedundefined')
})

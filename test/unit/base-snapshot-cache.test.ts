import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { hashOfParts } from '../../executor/engine/memory-hash.ts'
import { PAGE_BYTES } from '../../executor/engine/memory-parts.ts'
import {
  keptSnapshot,
  type MadeSnapshot,
  sourceHash,
} from '../../executor/engine/quickjs/base-snapshot-cache.ts'
import { testFolder } from '../support/test-folder.ts'

const MEMORY_BYTES = PAGE_BYTES

/** A maker that counts, of snapshots that can be told apart. */
function counting() {
  let made = 0
  const make = async (): Promise<MadeSnapshot> => {
    const bytes = new Uint8Array(MEMORY_BYTES).fill(++made)
    const parts = [{ at: PAGE_BYTES, bytes }]
    const memoryBytes = 2 * PAGE_BYTES
    return {
      snapshot: { stackPointer: 1, runtimePtr: 2, contextPtr: 3, extensions: [] },
      ...{ memoryBytes, parts, memoryHash: hashOfParts(parts, memoryBytes), instancePages: [] },
      entries: {} as MadeSnapshot['entries'],
      engine: 'an engine',
      interruptCounter: 4,
      heap: undefined,
      heapEnd: undefined,
    }
  }
  return { make, made: () => made }
}

const firstByte = ({ parts }: MadeSnapshot) => parts[0]?.bytes[0]

t.test('a snapshot is made once for all that have the same source', async t => {
  const folder = testFolder(t)
  const { make, made } = counting()
  const first = await keptSnapshot(folder, 'a', make)
  const second = await keptSnapshot(folder, 'a', make)
  t.equal(made(), 1)
  t.same(second, first)
  t.equal(firstByte(await keptSnapshot(folder, 'b', make)), 2, 'another source has its own')
})

t.test('a file that is cut short, or altered, is made again', async t => {
  const folder = testFolder(t)
  const { make } = counting()
  await keptSnapshot(folder, 'a', make)
  const [name = ''] = readdirSync(folder)
  const file = join(folder, name)
  const whole = readFileSync(file)
  writeFileSync(file, whole.subarray(0, whole.length / 2))
  t.equal(firstByte(await keptSnapshot(folder, 'a', make)), 2)
  const altered = readFileSync(file)
  // The memory is the longest run of one byte.
  const at = altered.indexOf(Buffer.alloc(MEMORY_BYTES, 2))
  altered[at + 1] = 99
  writeFileSync(file, altered)
  t.equal(firstByte(await keptSnapshot(folder, 'a', make)), 3)
})

t.test('where nothing can be kept, it is made each time', async t => {
  const { make, made } = counting()
  const file = join(testFolder(t, { file: '' }), 'file')
  await keptSnapshot(file, 'a', make)
  t.equal(firstByte(await keptSnapshot(file, 'a', make)), 2)
  t.equal(made(), 2)
})

t.test(
  'the hash changes with each file that the prelude is made from, and with the engine',
  async t => {
    const root = testFolder(t, { prelude: { 'a.ts': 'one', 'b.ts': 'two' }, 'c.ts': 'one' })
    const folder = join(root, 'prelude')
    const wasm = Buffer.from('wasm')
    const before = sourceHash(wasm, folder)
    t.equal(sourceHash(wasm, folder), before)
    writeFileSync(join(folder, 'b.ts'), 'three')
    const after = sourceHash(wasm, folder)
    t.not(after, before)
    t.not(sourceHash(Buffer.from('other'), folder), after)
    t.not(sourceHash(wasm, folder, [], 1024), after, 'with another heap it is another one')
    const outside = [join(root, 'c.ts')]
    const withOutside = sourceHash(wasm, folder, outside)
    writeFileSync(outside[0] as string, 'two')
    t.not(sourceHash(wasm, folder, outside), withOutside)
  },
)

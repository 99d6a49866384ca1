/** Guests whose memory has grown go on, and begin as new ones do. */

import t from 'tap'
import { noNames, writeSessionLine } from '../../executor/boundary/session-code.ts'
import { baseSnapshot } from '../../executor/engine/quickjs/base-snapshot.ts'
import { findHeapEnd } from '../../executor/engine/quickjs/heap-end.ts'
import { QuickJSGuest } from '../../executor/engine/quickjs/quickjs.ts'
import { HostOperation } from '../../executor/guest/host/host-operations.ts'

const MIB = 1024 * 1024
const base = await baseSnapshot()
const newGuest = () => QuickJSGuest.create(base)
/** A program whose text is found in memory that was not cleared; it takes some MiB for each. */
const large = (mib: number) => `
  const rows = Array.from({ length: ${mib * 6000} }, (_, i) => ({ i, secret: 'left behind ' + i }))
  rows.length`

/** Runs a program; returns the text of its value, or of what it threw. */
function run(guest: QuickJSGuest, source: string, memoryBytes = 64 * MIB): string {
  let returned = ''
  const host = (operation: number, _number: number, text: string, kept?: string) => {
    if (operation === HostOperation.returned) returned = (kept as string | undefined) ?? text
    if (operation === HostOperation.threw) throw new Error(text)
    return 0
  }
  const configuration = JSON.stringify({ seed: [1, 2, 3, 4], startedAtMs: 1, inputs: 'j{}' })
  try {
    guest.begin({ poll() {}, host, now: () => 1 }, memoryBytes, '[]', configuration)
    guest.evaluate(source)
    while (guest.runJob());
  } catch (error) {
    return (error as { description?: string }).description ?? String(error)
  }
  return returned
}

/** The memory of a guest. */
function memoryOf(guest: QuickJSGuest): Buffer {
  const [memory] = memories.get(guest) ?? []
  return Buffer.from((memory as WebAssembly.Memory).buffer)
}

/** Guests' memories, caught as the instances are made. */
const memories = new Map<QuickJSGuest, WebAssembly.Memory[]>()
async function watchedGuest(): Promise<QuickJSGuest> {
  const caught: WebAssembly.Memory[] = []
  const { instantiate } = WebAssembly
  WebAssembly.instantiate = (async (module: WebAssembly.Module, imports: WebAssembly.Imports) => {
    const instance = await instantiate(module, imports)
    caught.push(instance.exports.memory as WebAssembly.Memory)
    return instance
  }) as typeof WebAssembly.instantiate
  try {
    const guest = await newGuest()
    memories.set(guest, caught)
    return guest
  } finally {
    WebAssembly.instantiate = instantiate
  }
}

t.test('the end of the heap is found in this engine', async t => {
  t.match(base.heapEnd, { lastPiece: Number, footer: { word: Number, before: Number } })
  t.ok((base.heapEnd?.lengths.length ?? 0) >= 2)
})

t.test('another allocator has no end that is known', async t => {
  const memory = new WebAssembly.Memory({ initial: 4 })
  let end = 1024
  const exports = {
    memory,
    wasm_malloc: (bytes: number) => {
      const at = end
      end += bytes
      const missing = end - memory.buffer.byteLength
      if (missing > 0) memory.grow(Math.ceil(missing / 65_536))
      return at
    },
    wasm_free: () => {},
  }
  t.equal(findHeapEnd(exports, new Uint8Array(memory.buffer.slice(0))), undefined)
})

t.test('a guest that has grown runs the next large program in the memory it has', async t => {
  const guest = await watchedGuest()
  t.match(run(guest, large(8)), /48000$/)
  const { grownBytes, memoryBytes } = guest
  t.equal(memoryBytes, grownBytes)
  t.ok(grownBytes > 8 * MIB)
  for (let i = 0; i < 5; i++) {
    t.ok(guest.rewind())
    t.notOk(memoryOf(guest).includes('left behind'))
    t.notOk(guest.isWhole(), 'it is no copy of the base snapshot')
    t.match(run(guest, large(8)), /48000$/)
    t.equal(guest.grownBytes, grownBytes)
  }
  t.ok(guest.rewind())
  t.match(run(guest, large(12)), /72000$/)
  t.ok(guest.grownBytes > grownBytes, 'and grows when it needs more')
})

t.test('its heap is laid out as that of a new guest', async t => {
  const grown = await watchedGuest()
  run(grown, large(12))
  for (const source of ['1 + 1', large(1), large(6), `'x'.repeat(3e6).length`]) {
    t.ok(grown.rewind())
    const fresh = await watchedGuest()
    t.equal(run(grown, source), run(fresh, source))
    const [there, here] = [memoryOf(fresh), memoryOf(grown)]
    const words = (memory: Buffer) => new Uint32Array(memory.buffer, 0, there.length / 4)
    const [expected, found] = [words(there), words(here)]
    const others = [...expected.keys()].filter(i => expected[i] !== found[i])
    const added = here.length - there.length
    const isLength = (i: number) => (found[i] as number) - (expected[i] as number) === added
    // Where the other memory has ended on its way.
    const isFooter = (i: number) => (i * 4 + (base.heapEnd?.footer.before ?? 0)) % 65_536 === 0
    t.strictSame(
      others.filter(i => !isLength(i) && !isFooter(i)),
      [],
    )
    t.ok(base.heapEnd?.lengths.every(at => others.includes(at / 4)))
  }
})

t.test('what a small program has touched is not what the guest has grown by', async t => {
  const fresh = await newGuest()
  run(fresh, '1 + 1')
  const guest = await newGuest()
  run(guest, large(8))
  for (let i = 1; i <= 8; i++) {
    t.ok(guest.rewind(), `after ${i - 1} small programs`)
    t.match(run(guest, '1 + 1'), /2$/)
    t.equal(guest.memoryBytes, fresh.memoryBytes)
  }
  t.notOk(guest.rewind(), 'programs in a row did not need it')
})

t.test('a guest that has grown by more than 32 MiB is not kept', async t => {
  const guest = await newGuest()
  run(guest, `new Uint8Array(34 * ${MIB}).fill(1).length`)
  t.notOk(guest.rewind())
})

t.test('a limit below is met in a guest that has grown for another program', async t => {
  const guest = await newGuest()
  run(guest, large(8))
  t.ok(guest.rewind())
  t.match(run(guest, large(8), 4 * MIB), /out of memory/)
  t.ok(guest.rewind())
  t.match(run(guest, large(8)), /48000$/)
})

t.test('a session that has grown leaves a guest for programs', async t => {
  const guest = await watchedGuest()
  const configuration = JSON.stringify({ tools: [], seed: [1, 2, 3, 4], startedAtMs: 1 })
  guest.beginSession({ poll() {}, host: () => 0, now: () => 1 }, 64 * MIB, configuration)
  guest.evaluate(`${writeSessionLine(noNames)}\n${large(8)}`)
  while (guest.runJob());
  t.equal(guest.endSession(), 'clean')
  t.ok(guest.rewind())
  t.notOk(memoryOf(guest).includes('left behind'))
  const { grownBytes } = guest
  t.match(run(guest, large(8)), /48000$/)
  t.equal(guest.grownBytes, grownBytes)
})

/** The memory that a new guest begins with is the base snapshot's, although little of it is looked at. */

import t from 'tap'
import {
  clearPages,
  copiedParts,
  PAGE_BYTES,
  pagesOutside,
  setParts,
} from '../../executor/engine/memory-parts.ts'
import { baseSnapshot } from '../../executor/engine/quickjs/base-snapshot.ts'
import { GuestMemory } from '../../executor/engine/quickjs/guest-memory.ts'
import { QuickJSGuest } from '../../executor/engine/quickjs/quickjs.ts'

const base = await baseSnapshot()

t.test('the memory of each new guest is the base snapshot, byte by byte', async t => {
  for (let n = 0; n < 3; n++) {
    const guest = await QuickJSGuest.create(base)
    t.ok(guest.isWhole(), `guest ${n}`)
  }
})

/** A memory whose pages have these numbers in each of their bytes. */
function memoryOf(...pages: number[]): Buffer {
  return Buffer.concat(pages.map(number => Buffer.alloc(PAGE_BYTES, number)))
}

t.test('a page that an instance has written to and the snapshot has not is cleared', t => {
  const instance = memoryOf(1, 0, 2, 3, 0, 4)
  const wanted = memoryOf(0, 0, 5, 3, 6, 0)
  const parts = copiedParts(wanted)
  const pages = pagesOutside(instance, parts)
  t.strictSame(pages, [0, 5 * PAGE_BYTES])
  clearPages(instance, pages)
  setParts(instance, parts)
  t.ok(instance.equals(wanted))
  t.end()
})

t.test('a guest has such pages cleared', t => {
  const memory = new WebAssembly.Memory({ initial: base.memoryBytes / 65_536 })
  const bytes = Buffer.from(memory.buffer)
  bytes.fill(7)
  const page = pagesOutside(bytes, base.parts).at(-1) as number
  bytes.fill(0).fill(7, page, page + PAGE_BYTES)
  const guestMemory = new GuestMemory(memory, { ...base, instancePages: [page] })
  const whole = Buffer.alloc(base.memoryBytes)
  for (const { at, bytes } of base.parts) whole.set(bytes, at)
  t.ok(whole.equals(guestMemory.bytes))
  t.end()
})

/**
 * Guest code that is in the middle of a built-in with a pointer into a buffer when the buffer moves,
 * shrinks or goes: the use after free that QuickJS is found to have again and again (quickjs-ng
 * issues 1208, 1297, 1301 and 1302, bellard/quickjs issues 450, 480, 492 and 508). What is written there
 * is in the linear memory of that one guest, so that it may end as it likes.
 */

import type { Attempt } from '../../support/escape-ground.ts'

/** The buffer under attack, its views, and what makes it move, shrink and go. */
const ground = `
const make = (bytes = 1024) => {
  const buffer = new ArrayBuffer(bytes, { maxByteLength: 1 << 14 })
  return { buffer, ints: new Int32Array(buffer), bytes: new Uint8Array(buffer), view: new DataView(buffer) }
}
const deeds = {
  shrink: ({ buffer }) => buffer.resize(0), grow: ({ buffer }) => buffer.resize(1 << 14),
  move: ({ buffer }) => buffer.transfer(16), wake: ({ buffer }) => structuredClone(buffer, { transfer: [buffer] }),
}
let done = 0
const evil = (it, deed) => ({ valueOf() { try { deeds[deed](it); done++ } catch {} return 1094795585 }, toString() { this.valueOf(); return '7' } })
const each = attack => { for (const deed in deeds) for (const size of [16, 1024]) { const it = make(size); try { attack(it, evil(it, deed), deed) } catch {} } }
`

const attacks: readonly (readonly [what: string, attack: string])[] = [
  ['a fill', 'it.bytes.fill(x, 0, 1e6)'],
  ['a copy within', 'it.bytes.copyWithin(x, 0, x)'],
  ['a set', 'it.bytes.set([1, x, 3, x], 4)'],
  ['a set from itself', 'it.ints.set({ length: 4, get 0() { return +x }, 1: 1, 2: 2, 3: 3 }, 0)'],
  ['a copy with another element', 'it.ints.with(1, x)'],
  ['a slice', 'it.bytes.slice(x, 1e6)'],
  ['a slice of the buffer', 'it.buffer.slice(0, x)'],
  ['a part of the array', 'it.bytes.subarray(0, x)[3] = 1'],
  [
    'a sort',
    'let i = 0; it.bytes.forEach((_, at) => { it.bytes[at] = 255 - at }); it.bytes.sort((a, b) => { if (i++ === 200) +x; return a - b })',
  ],
  ['a sorted copy', 'let i = 0; it.ints.toSorted((a, b) => { if (i++ === 9) +x; return b - a })'],
  ['a search', 'it.bytes.indexOf(65, x); it.bytes.includes(65, x); it.bytes.lastIndexOf(65, x)'],
  ['a join', 'it.bytes.join(x)'],
  ['a walk', 'for (const byte of it.bytes) { +x; it.bytes[0] = byte }'],
  ['a map', 'it.ints.map((value, i) => { if (i === 2) +x; return value })'],
  ['a reduction', 'it.ints.reduceRight((sum, value) => { +x; return sum + value }, 0)'],
  ['a view of data', 'it.view.setFloat64(8, x); it.view.getBigInt64(x); it.view.setUint8(x, x)'],
  ['an element', 'it.bytes[3] = x; it.ints[3] = x; it.bytes[x] = 3'],
  ['a constructor of arrays', 'new Uint16Array(it.buffer, 2, x); new Uint8Array(it.ints)'],
  [
    'a species that gives the same buffer',
    'it.bytes.constructor = { [Symbol.species]: function () { +x; return it.bytes } }; it.bytes.map(v => v); it.bytes.filter(v => { +x; return 1 }); it.bytes.slice(1)',
  ],
  [
    'a text decoder',
    'new TextDecoder().decode(it.bytes); +x; new TextEncoder().encodeInto("abc", it.bytes)',
  ],
  ['a random filling', 'crypto.getRandomValues(it.bytes); +x; crypto.getRandomValues(it.bytes)'],
  ['an argument of a call', 'echo([it.bytes, { get a() { return +x } }, it.ints, it.buffer])'],
  ['a structured clone', 'structuredClone([it.bytes, { get a() { return +x } }, it.ints])'],
]

/** Each at every kind of deed and two sizes of buffers. */
export const engineMemory: readonly Attempt[] = [
  {
    name: 'atomic operations, in which such faults were found, are not there',
    source: `return typeof Atomics === 'undefined' ? reach(globalThis) : 'there'`,
  },
  ...attacks.map(([what, attack]) => ({
    name: `a buffer that moves, shrinks or goes in ${what} harms its own guest alone`,
    source: `${ground}each((it, x, deed) => { ${attack} }); return done === 0 ? 'nothing was tried' : reach(make().bytes, echo(1))`,
    ends: ['GUEST_ERROR', 'ENGINE_FAILURE', 'cpuMs', 'memoryBytes', 'maxCalls', 'maxCallBytes'],
  })),
]

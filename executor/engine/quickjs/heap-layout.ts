/**
 * Finds where the engine keeps what a value is made of.
 *
 * The addresses are found by what is there. They and the offsets of `heap-fields.ts` are tried on
 * values whose text is known. An engine in which one comes out otherwise has no layout, and its values
 * go the long way.
 */

import type { QuickJS } from 'quickjs-wasi'
import { PLAIN } from '../../../protocol/values/value-format.ts'
import { type HeapLayout, OBJECT, SHAPE, STRING_HEADER_BYTES } from './heap-fields.ts'
import { HeapReader } from './heap-reader.ts'
import { type MakerExports, ValueMaker } from './value-maker.ts'

/** More than the runtime's record is long. */
const RUNTIME_BYTES = 2048
const PROBE = '__latchd_probe_name'

/** Programs whose values are read, and what their text is; `undefined`: they must be refused. */
const trials: readonly (readonly [program: string, text: string | undefined])[] = [
  ['({})', 'j{}'],
  ['[]', 'j[]'],
  [
    '({a: 1, b: [true, null, -7], "c d": {e: 0.5, "\\u{1F600}": "\\n\\u00e9\\ud800"}})',
    'j{"a":1,"b":[true,null,-7],"c d":{"e":0.5,"😀":"\\né\\ud800"}}',
  ],
  ['({b: 1, 2: 3, a: 4, 1: 5})', 'j{"1":5,"2":3,"b":1,"a":4}'],
  ['const o = {a: 1, b: 2, c: 3}; delete o.b; o', 'j{"a":1,"c":3}'],
  ['[{a: 1}, {a: "b"}, {a: "\\t\\\\"}]', 'j[{"a":1},{"a":"b"},{"a":"\\t\\\\"}]'],
  [
    '[1e21, 5e-324, 2 ** 31, -(2 ** 31), 0.1 + 0.2]',
    'j[1e+21,5e-324,2147483648,-2147483648,0.30000000000000004]',
  ],
  ['let s = "ab"; for (let i = 0; i < 12; i++) s += s + i; [s.slice(0, 5)]', 'j["abab0"]'],
  ['"x".repeat(3) + "\\u0100"', 'j"xxxĀ"'],
  ['["ab".repeat(3000).slice(3, 5001)]', `j["${'ba'.repeat(2499)}"]`],
  [
    'const s = "ab\\u0101".repeat(3000); [s.slice(3, 5001), s]',
    `j["${'abā'.repeat(1666)}","${'abā'.repeat(3000)}"]`,
  ],
  ['({get a() { return 1 }})', undefined],
  ['({a: undefined})', undefined],
  ['[1, , 2]', undefined],
  ['[NaN]', undefined],
  ['[-0]', undefined],
  ['[1n]', undefined],
  ['[Symbol()]', undefined],
  ['[() => 1]', undefined],
  ['[new Date(0)]', undefined],
  ['[new Map()]', undefined],
  ['new Proxy({}, {})', undefined],
  ['Object.create(null)', undefined],
  ['Object.create({a: 1})', undefined],
  ['({toJSON() { return 1 }})', undefined],
  ['JSON.parse(\'{"__proto__": 1}\')', undefined],
  ['const a = {}; [a, a]', undefined],
  ['const a = []; a.push(a); a', undefined],
  ['const a = [1]; a.b = 2; a', undefined],
  ['class A {}; new A()', undefined],
  ['({4294967290: 1})', undefined],
  ['1', undefined],
]

/** The layout of an engine's memory; `undefined` when it is another engine than was expected. */
export function findHeapLayout(vm: QuickJS): HeapLayout | undefined {
  const layout = addressesOf(vm)
  if (layout === undefined) return undefined
  const reader = new HeapReader(vm._getExports().memory, layout)
  for (const [program, text] of trials) {
    const value = vm.evalCode(`(() => { ${returning(program)} })()`)
    const read = reader.read(value.ptr)
    value.dispose()
    if (read !== text) return undefined
  }
  return makesValues(vm, reader) ? layout : undefined
}

/** Whether the engine makes the value that is expected of the binary form. */
function makesValues(vm: QuickJS, reader: HeapReader): boolean {
  const exports = vm._getExports() as ReturnType<QuickJS['_getExports']> & MakerExports
  const json = '{"7":[],"a":[1,-2,0.5,true,false,null],"name":{"":"é"},"Ā":"\\nĀ"}'
  const value = new ValueMaker(exports).make(`${PLAIN}${json}`)
  if (value === 0) return false
  const text = reader.read(value)
  exports.qjs_free_value(value)
  return text === `${PLAIN}[${json}]`
}

function returning(program: string): string {
  const at = program.lastIndexOf(';') + 1
  return `${program.slice(0, at)} return ${program.slice(at)}`
}

function addressesOf(vm: QuickJS): HeapLayout | undefined {
  const exports = vm._getExports()
  const word = (at: number) => new DataView(exports.memory.buffer).getUint32(at, true)
  const addressOf = (code: string) => {
    const value = vm.evalCode(code)
    const at = word(value.ptr)
    value.dispose()
    return at
  }
  // Its prototypes and the names below outlive it; of the object itself nothing is read afterwards.
  const value = vm.evalCode(`({${PROBE}: 1, toJSON: 1, ['__proto__']: 1})`)
  const shape = word(word(value.ptr) + OBJECT.shape)
  const names = shape + SHAPE.hashTable + 4 * (word(shape + SHAPE.hashMask) + 1)
  const [probe, toJSON, proto] = [word(names + 4), word(names + 12), word(names + 20)]
  const isProbe = (at: number) => {
    const from = at + STRING_HEADER_BYTES
    const bytes = new Uint8Array(exports.memory.buffer, 0).subarray(from, from + PROBE.length)
    return Buffer.from(bytes).toString('latin1') === PROBE
  }
  const runtime = exports.qjs_get_runtime_ptr()
  const size = exports.memory.buffer.byteLength
  let atomTable: number | undefined
  for (let at = runtime; at < runtime + RUNTIME_BYTES && at + 4 <= size; at += 4) {
    const entry = word(at) + 4 * probe
    if (entry % 4 === 0 && entry + 4 <= size && isProbe(word(entry))) atomTable = at
  }
  value.dispose()
  if (atomTable === undefined) return undefined
  return {
    atomTable,
    objectPrototype: addressOf('Object.prototype'),
    arrayPrototype: addressOf('Array.prototype'),
    toJSON,
    proto,
  }
}

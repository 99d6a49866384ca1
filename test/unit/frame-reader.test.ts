/** The reader of variables names those of the innermost function, whatever the memory holds. */

import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { EvalFlags, QuickJS } from 'quickjs-wasi'
import t from 'tap'
import { PROGRAM_FILE } from '../../executor/engine/guest.ts'
import { findVariables } from '../../executor/engine/quickjs/frame-reader.ts'
import {
  CODE,
  CURRENT_FRAME,
  FRAME,
  FUNCTION,
  type HeapLayout,
} from '../../executor/engine/quickjs/heap-fields.ts'
import { findHeapLayout } from '../../executor/engine/quickjs/heap-layout.ts'
import { patience } from '../support/patience.ts'

const wasm = readFileSync(new URL(import.meta.resolve('quickjs-wasi/quickjs.wasm')))
const vm = await QuickJS.create({ wasm: await WebAssembly.compile(wasm) })
const exports = vm._getExports()
const { memory } = exports
const layout = findHeapLayout(vm) as HeapLayout
const runtime = exports.qjs_get_runtime_ptr()

let look = (): void => {}
const host = vm.newFunction('look', () => {
  look()
  return vm.undefined
})
vm.setProp(vm.global, 'look', host)

/** The variables where a program calls `look`: number and tag of each, or that it has none. */
function variablesOf(code: string, file = PROGRAM_FILE): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  look = () => {
    const view = new DataView(memory.buffer)
    for (const { name, at } of findVariables(memory, layout, runtime)) {
      found[name] = at === undefined ? 'unset' : view.getInt32(at, true)
    }
  }
  vm.evalCode(code, file, EvalFlags.TYPE_GLOBAL).dispose()
  return found
}

t.test('the innermost function names its arguments, its own and the outer variables', async t => {
  const code = `(outer => {
    let changed = 1
    changed = 2
    const unused = 9
    ;((a, b = 5) => {
      let c = a + b
      for (let i = 7; i < 8; i++) { const d = 3; look(outer, changed) }
      let later = 1
    })(4)
  })(6)`
  const found = variablesOf(code)
  t.strictSame(found, { outer: 6, changed: 2, a: 4, b: 5, c: 9, i: 7, d: 3, later: 'unset' })
})

t.test('of twins the one is named that was declared last and has a value', async t => {
  t.match(variablesOf('(() => { let n = 1; { let n = 2; look() } })()'), { n: 2 })
  t.match(variablesOf('(() => { let n = 1; look(); { let n = 2 } })()'), { n: 1 })
})

t.test('generators and async functions keep theirs elsewhere, and are read as well', async t => {
  t.match(variablesOf('{ const f = function* (n) { let y = n; look(); yield }; f(8).next() }'), {
    n: 8,
    y: 8,
  })
  t.match(variablesOf('{ const f = async n => { let y = n; look() }; f(8) }'), { n: 8, y: 8 })
})

t.test('functions of other files are passed over, and no names of ours are told', async t => {
  t.strictSame(variablesOf('(() => { let n = 1; look() })()', 'prelude'), {})
  const { n, ...rest } = variablesOf('(() => { let n = 1, __latchd_x = 2; look() })()')
  t.strictSame([n, rest], [1, {}])
})

t.test('memory with flipped bytes gives other names or none, soon', async t => {
  let clean = new Uint8Array()
  look = () => {
    clean = new Uint8Array(memory.buffer.slice())
  }
  const code = '((a, b) => { let c = 1; [1].forEach(() => { let d = c; look(a) }) })(1, 2)'
  vm.evalCode(code, PROGRAM_FILE, EvalFlags.TYPE_GLOBAL).dispose()
  const damaged = clean.slice()
  const found = () =>
    findVariables({ buffer: damaged.buffer } as WebAssembly.Memory, layout, runtime)
  const whole = found().length
  t.ok(whole >= 2, `${whole} variables`)
  const word = (at: number) => new DataView(clean.buffer).getUint32(at, true)
  const bytes = (at: number, count: number) => Array.from({ length: count }, (_, i) => at + i)
  const places = bytes(runtime + CURRENT_FRAME, 4)
  for (let at = word(runtime + CURRENT_FRAME); at !== 0; at = word(at + FRAME.previous)) {
    const fn = word(at + FRAME.fn)
    const code = word(fn + FUNCTION.bytecode)
    places.push(...bytes(at, 32), ...bytes(fn, 32))
    if (code + 100 < clean.length) {
      places.push(...bytes(code, 60), ...bytes(word(code + CODE.names), 40))
    }
  }
  let changed = 0
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1 }),
      flips => {
        for (const [place, byte] of flips) damaged[places[place % places.length] as number] = byte
        const startedAt = performance.now()
        const now = found()
        if (now.length !== whole) changed++
        for (const { at = 0 } of now) if (at < 0) throw new Error('an address below the memory')
        if (performance.now() - startedAt > patience(1000)) throw new Error('it took too long')
        damaged.set(clean)
      },
    ),
    { numRuns: 200 },
  )
  t.ok(changed > 0, `${changed} of the readings met what was flipped`)
})

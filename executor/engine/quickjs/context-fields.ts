/**
 * Two fields of the engine's context that its interface does not give.
 *
 * - The interrupt counter counts down at each call of a function and each jump back. At zero the
 *   engine polls and starts it again. When we set it to zero, the very next call polls.
 * - The scope of global declarations holds the names that scripts declare by `let`, `const` and
 *   `class`. It is an ordinary object, in which the declarations are ordinary properties.
 *
 * Both are found by their contents, once, and each is tried. An engine in which that fails is
 * refused.
 */

import type { QuickJS } from 'quickjs-wasi'

/** What the engine starts its counter with (`JS_INTERRUPT_COUNTER_INIT` of quickjs.c). */
const COUNTER_START = 10_000
/** More than the context is long. */
const CONTEXT_BYTES = 1024
/** Bytes of a value of the engine, and how far fields of the context are apart at least. */
const VALUE_BYTES = 8
const FIELD_BYTES = 4

/** Polls of the machine that is looked into, for as long as that takes. */
export interface Polls {
  poll: () => void
}

/**
 * The address of the interrupt counter.
 *
 * @throws when the engine has not the one that is expected
 */
export function findInterruptCounter(vm: QuickJS, polls: Polls): number {
  const exports = vm._getExports()
  const context = exports.qjs_get_context_ptr()
  const view = () => new DataView(exports.memory.buffer)
  const found: number[] = []
  const idle = polls.poll
  polls.poll = () => {
    // The engine has just set it, and nothing has counted yet.
    for (let at = context; at < context + CONTEXT_BYTES; at += FIELD_BYTES)
      if (view().getInt32(at, true) === COUNTER_START) found.push(at)
    polls.poll = idle
  }
  vm.evalCode('for (let i = 0; i < 20_000; i++);').dispose()
  const [counter] = found
  let isPolled = false
  polls.poll = () => {
    isPolled = true
  }
  if (counter !== undefined) view().setInt32(counter, 0, true)
  vm.evalCode('0').dispose()
  polls.poll = idle
  if (counter === undefined || found.length > 1 || !isPolled)
    throw new Error("Cannot find the engine's interrupt counter")
  return counter
}

/**
 * The scope of global declarations, as a value to be freed.
 *
 * @throws when it is not where it should be
 */
export function takeDeclarationScope(vm: QuickJS): number {
  const exports = vm._getExports()
  const context = exports.qjs_get_context_ptr()
  const global = exports.qjs_get_global()
  const view = new DataView(exports.memory.buffer)
  const globalValue = view.getBigUint64(global, true)
  exports.qjs_free_value(global)
  for (let at = context; at < context + CONTEXT_BYTES; at += FIELD_BYTES) {
    if (view.getBigUint64(at, true) !== globalValue) continue
    // The field behind the global object: `global_var_obj` of quickjs.c.
    const scope = exports.qjs_dup_value(at + VALUE_BYTES)
    if (exports.qjs_is_object(scope) !== 0 && holdsDeclarations(vm, scope)) return scope
    break
  }
  throw new Error("Cannot find the engine's scope of global declarations")
}

const PROBE = '__latchd_probe'

function holdsDeclarations(vm: QuickJS, scope: number): boolean {
  vm.evalCode(`let ${PROBE}`).dispose()
  const exports = vm._getExports()
  const { ptr: name } = vm._writeString(PROBE)
  const isThere = exports.qjs_has_own_property(scope, name) === 1
  exports.wasm_free(name)
  return isThere
}

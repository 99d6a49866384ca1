/**
 * Removes features that would break containment or replay: code from strings, shared memory, weak
 * references.
 */

import { EvalErrorOf, hidden, reflectDefineProperty, reflectDeleteProperty } from './primordials.ts'
import { readOnly } from './web/web-interface.ts'

const absent = ['SharedArrayBuffer', 'Atomics', 'WeakRef', 'FinalizationRegistry', 'WebAssembly']

/** Constructors that compile text, reachable from any function by `constructor`. */
const compilers: readonly object[] = [
  function () {},
  async () => {},
  function* () {},
  async function* () {},
]

/** Removes and replaces. To be called last, when the prelude needs none of it any more. */
export function lockDown(target: object): void {
  for (let i = 0; i < absent.length; i++) reflectDeleteProperty(target, absent[i] as string)
  for (let i = 0; i < compilers.length; i++) {
    const prototype = Object.getPrototypeOf(compilers[i])
    const original = prototype.constructor
    const refusing = refuse(original.name, true)
    reflectDefineProperty(refusing, 'prototype', {
      __proto__: null,
      value: prototype,
      writable: false,
      enumerable: false,
      configurable: false,
    } as PropertyDescriptor)
    if (i > 0) Object.setPrototypeOf(refusing, Function)
    reflectDefineProperty(prototype, 'constructor', hidden(refusing))
    if (i === 0) reflectDefineProperty(target, 'Function', hidden(refusing))
  }
  reflectDefineProperty(target, 'eval', hidden(refuse('eval', false)))
  // A hook that sees the prelude's own frames. The property stays, without effect.
  reflectDefineProperty(Error, 'prepareStackTrace', {
    __proto__: null,
    get: () => undefined,
    set: () => {},
    enumerable: false,
    configurable: false,
  } as PropertyDescriptor)
}

function refuse(name: string, isConstructor: boolean): object {
  const fail = () => {
    throw new EvalErrorOf(name + ': code cannot be made from text here')
  }
  const refusing = isConstructor
    ? function () {
        fail()
      }
    : () => fail()
  reflectDefineProperty(refusing, 'name', readOnly(name))
  reflectDefineProperty(refusing, 'length', readOnly(1))
  return refusing
}

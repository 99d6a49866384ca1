/**
 * The end of a program, past what the program put on `Object.prototype`.
 *
 * The engine hands the value of a program over in an object `{ value }`, with which it resolves the
 * promise of the evaluation. So it sets a `value`, and reads a `then`, which the program may have
 * put on all objects. As its last step such a program takes both from `Object.prototype`
 * (`executor/compile/rewrite/program-end.ts`), and they are given back behind its end.
 */

import {
  append,
  objectPrototype,
  reflectDefineProperty,
  reflectDeleteProperty,
  reflectGetOwnPropertyDescriptor,
  reflectSetPrototypeOf,
} from './primordials.ts'

const NAMES = ['then', 'value']

let taken: (readonly [name: string, descriptor: PropertyDescriptor])[] = []

/** Takes the names from `Object.prototype`. Compiled programs call this at their end. */
export function takeNames(): void {
  for (let i = 0; i < NAMES.length; i++) {
    const name = NAMES[i] as string
    const descriptor = reflectGetOwnPropertyDescriptor(objectPrototype, name)
    if (descriptor === undefined || !reflectDeleteProperty(objectPrototype, name)) continue
    reflectSetPrototypeOf(descriptor, null)
    append(taken, [name, descriptor])
  }
}

/** Gives the names back that the program took. */
export function giveNamesBack(): void {
  if (taken.length === 0) return
  const names = taken
  taken = []
  for (let i = 0; i < names.length; i++) {
    const one = names[i] as (typeof names)[0]
    reflectDefineProperty(objectPrototype, one[0], one[1])
  }
}

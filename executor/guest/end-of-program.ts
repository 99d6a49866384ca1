/**
 * The end of a program, past what the program put on prototypes.
 *
 * The engine hands the value of a program over in an object `{ value }`, with which it resolves the
 * promise of the evaluation. So it sets a `value`, and reads a `then`, which the program may have
 * put on all objects. As its last step such a program takes both from the prototypes
 * (`executor/compile/rewrite/program-end.ts`), and they are given back behind its end.
 */

import {
  append,
  arrayPrototype,
  functionPrototype,
  objectPrototype,
  reflectDefineProperty,
  reflectDeleteProperty,
  reflectGetOwnPropertyDescriptor,
  reflectSetPrototypeOf,
} from './primordials.ts'

const PLACES: readonly (readonly [holder: object, name: string])[] = [
  [objectPrototype, 'then'],
  [objectPrototype, 'value'],
  [arrayPrototype, 'then'],
  [functionPrototype, 'then'],
]

let taken: (readonly [holder: object, name: string, descriptor: PropertyDescriptor])[] = []

/**
 * Takes the names from the prototypes. Compiled programs call this at their end, or with the value of
 * their `return`, which it returns.
 */
export function takeNames<T>(value: T): T {
  for (let i = 0; i < PLACES.length; i++) {
    const place = PLACES[i] as (typeof PLACES)[0]
    const descriptor = reflectGetOwnPropertyDescriptor(place[0], place[1])
    if (descriptor === undefined || !reflectDeleteProperty(place[0], place[1])) continue
    reflectSetPrototypeOf(descriptor, null)
    append(taken, [place[0], place[1], descriptor])
  }
  return value
}

/** Gives the names back that the program took. */
export function giveNamesBack(): void {
  if (taken.length === 0) return
  const names = taken
  taken = []
  for (let i = 0; i < names.length; i++) {
    const one = names[i] as (typeof names)[0]
    reflectDefineProperty(one[0], one[1], one[2])
  }
}

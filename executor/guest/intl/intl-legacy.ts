/**
 * Objects that were made instances of a service by a call:
 * https://tc39.es/ecma402/#legacy-constructor.
 */

import { reflectGetPrototypeOf } from '../primordials.ts'

/** Under which such an object holds the instance that it stands for. */
export const LEGACY: unique symbol = Symbol('IntlLegacyConstructedSymbol')

/** Whether a value is an object that inherits from a prototype. */
export function inherits(value: unknown, prototype: object): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  for (let up = reflectGetPrototypeOf(value); up !== null; up = reflectGetPrototypeOf(up))
    if (up === prototype) return true
  return false
}

/** The instance that an object of a class stands for; any other value as it is. */
export function unwrapped<T extends object>(value: T, isInstance: boolean, prototype: object): T {
  if (isInstance || !inherits(value, prototype)) return value
  return (value as { [LEGACY]?: T })[LEGACY] ?? value
}

/** The shape that Web IDL gives to the classes of the web platform. */

import { registerClass } from '../inspect/inspect-function.ts'
import {
  hidden,
  objectHasOwn,
  reflectDefineProperty,
  reflectGetOwnPropertyDescriptor,
  reflectOwnKeys,
  symbolToStringTag,
} from '../primordials.ts'

/**
 * Puts a class on `target`, its members enumerable and named by `Symbol.toStringTag`.
 *
 * @param length the number of arguments that the constructor requires
 */
export function defineInterface(
  target: object,
  constructor: new (...args: never[]) => object,
  length: number,
): void {
  const { name, prototype } = constructor
  makeEnumerable(prototype)
  makeEnumerable(constructor)
  reflectDefineProperty(prototype, symbolToStringTag, readOnly(name))
  reflectDefineProperty(constructor, 'length', readOnly(length))
  reflectDefineProperty(target, name, hidden(constructor))
  registerClass(constructor)
}

function makeEnumerable(holder: object): void {
  const keys = reflectOwnKeys(holder)
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as string
    if (typeof key === 'symbol' || key === 'constructor') continue
    const descriptor = reflectGetOwnPropertyDescriptor(holder, key) as PropertyDescriptor
    // A class's own `length`, `name` and `prototype` are not members of the interface.
    if (isMember(descriptor)) {
      descriptor.enumerable = true
      reflectDefineProperty(holder, key, descriptor)
    }
  }
}

const isMember = (descriptor: PropertyDescriptor) =>
  typeof descriptor.value === 'function' || objectHasOwn(descriptor, 'get')

/** A descriptor of a property that can be redefined, but not assigned. */
export function readOnly(value: unknown): PropertyDescriptor {
  const descriptor = hidden(value)
  descriptor.writable = false
  return descriptor
}

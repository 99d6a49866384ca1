/** The expectation of a schema, in a few words for a message. */

import { isRecord } from '../base/predicates.ts'
import { shownList } from './kinds.ts'

/** Deeper schemas say no more about it: twenty branches may have twenty branches each. */
const MAX_DEPTH = 3

/** The types that a value may have; `undefined` when the schema does not say. */
export function expectedTypes(
  schema: unknown,
  resolve: (reference: string) => unknown,
  depth = 0,
): string[] | undefined {
  if (!isRecord(schema) || depth > MAX_DEPTH) return undefined
  const { type, $ref, anyOf, oneOf, nullable, properties } = schema
  const types = [type].flat().filter(one => typeof one === 'string')
  if (types.length > 0) return nullable === true ? [...types, 'null'] : types
  if (typeof $ref === 'string') return expectedTypes(resolve($ref), resolve, depth + 1)
  const branches = anyOf ?? oneOf
  if (Array.isArray(branches) && branches.length > 0 && branches.length <= 20) {
    const all = branches.map(branch => expectedTypes(branch, resolve, depth + 1))
    if (all.every(one => one !== undefined)) return [...new Set(all.flat())]
  }
  return isRecord(properties) ? ['object'] : undefined
}

/** `string`, `string or null`, `one of "a", "b"`, `a value`. */
export function expectation(schema: unknown, resolve: (reference: string) => unknown): string {
  const target = isRecord(schema) && typeof schema.$ref === 'string' ? resolve(schema.$ref) : schema
  if (isRecord(target)) {
    if ('const' in target) return shownList([target.const])
    if (Array.isArray(target.enum)) return oneOf(target.enum)
  }
  const types = expectedTypes(target, resolve)
  return types === undefined ? 'a value' : alternatives(types)
}

/** `one of "a", "b"`. */
export function oneOf(values: readonly unknown[]): string {
  return values.length === 1 ? shownList(values) : `one of ${shownList(values)}`
}

/** `string, number or null`. */
export function alternatives(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? 'nothing'
  return `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

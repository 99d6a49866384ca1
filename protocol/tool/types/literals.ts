/** JSON values as types: those of `const` and `enum`. */

import { isRecord } from '../schema.ts'
import type { TypeWriter } from './type-style.ts'
import { ANY, atom, propertyName, type TypeText, unionOf } from './type-text.ts'

/** A longer string is shown as `string`. */
const MAX_STRING = 200
/** Most members of an enumeration that is written as such, and the length of all of them. */
const MAX_LITERALS = 200
const MAX_LITERALS_TEXT = 4000
/** Members of a longer one that its comment shows. */
const SHOWN = 10
/** Deeper values are any value. */
const MAX_DEPTH = 6

/** The type of one value. */
export function literalOf(value: unknown, printer: TypeWriter): TypeText {
  const { text } = literal(value, printer, 0)
  return atom(printer.count(text))
}

/** The type of some values. @param types the types in the schema beside them; empty: any */
export function literalsOf(
  values: readonly unknown[],
  types: readonly unknown[],
  printer: TypeWriter,
): TypeText {
  const fitting = types.length === 0 ? values : values.filter(value => fits(value, types))
  if (fitting.length <= MAX_LITERALS) {
    const type = unionOf(fitting.map(value => literal(value, printer, 0)))
    if (type.text.length <= MAX_LITERALS_TEXT) {
      printer.count(type.text)
      return type
    }
  }
  const shown = fitting.slice(0, SHOWN).map(value => literal(value, printer, 0).text)
  const note = `one of ${fitting.length}: ${shown.join(', ').slice(0, 400)}, …`
  const wider = unionOf([...new Set(fitting.map(typeOf))].map(atom))
  return atom(
    printer.count(
      `${wider.operator === undefined ? wider.text : `(${wider.text})`} /* ${note.replaceAll('*/', '*\\/')} */`,
    ),
  )
}

function fits(value: unknown, types: readonly unknown[]): boolean {
  const type = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
  return types.some(one => one === type || (one === 'integer' && type === 'number'))
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'any[]'
  return typeof value === 'object' ? 'Record<string, any>' : typeof value
}

function literal(value: unknown, printer: TypeWriter, depth: number): TypeText {
  if (depth > MAX_DEPTH) return ANY
  if (typeof value === 'string' && value.length > MAX_STRING) return atom('string')
  if (Array.isArray(value)) {
    // A list of known length would refuse every list that a program has built.
    if (printer.style.reader === 'check' || value.length > SHOWN) return atom('any[]')
    return atom(`[${value.map(one => literal(one, printer, depth + 1).text).join(', ')}]`)
  }
  if (isRecord(value)) {
    const entries = Object.entries(value)
    if (entries.length === 0 || entries.length > SHOWN) return atom('Record<string, any>')
    const members = entries.map(
      ([key, one]) => `${propertyName(key)}: ${literal(one, printer, depth + 1).text}`,
    )
    return atom(`{ ${members.join('; ')} }`)
  }
  return atom(JSON.stringify(value) ?? 'any')
}

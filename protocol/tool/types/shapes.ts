/** Objects and lists of a JSON Schema as types. */

import type { JsonSchema } from '../../schema.ts'
import { isRecord } from '../schema.ts'
import type { Place, TypeWriter } from './type-style.ts'
import {
  ANY,
  atom,
  docComment,
  indented,
  inside,
  NEVER,
  propertyName,
  type TypeText,
  unionOf,
} from './type-text.ts'

/** A property with a longer name is left out. */
const MAX_KEY = 200
/** Longest description of a property, and longest default value, in UTF-16 units. */
const MAX_NOTE = 300
const MAX_DEFAULT = 80

/** Whether an object may have members that its schema does not name. */
export function isOpen(schema: JsonSchema): boolean {
  const { additionalProperties, patternProperties } = schema
  const hasPatterns = isRecord(patternProperties) && Object.keys(patternProperties).length > 0
  return additionalProperties === true || isRecord(additionalProperties) || hasPatterns
}

/** The names that a schema requires. */
export function requiredOf({ required }: JsonSchema): ReadonlySet<string> {
  return new Set(Array.isArray(required) ? required.filter(name => typeof name === 'string') : [])
}

/** The type of an object. */
export function objectType(schema: JsonSchema, place: Place, printer: TypeWriter): TypeText {
  const { reader, side, nameObject } = printer.style
  const required = requiredOf(schema)
  const properties = new Map<string, unknown>(
    Object.entries(isRecord(schema.properties) ? schema.properties : {}),
  )
  for (const name of required) if (!properties.has(name)) properties.set(name, true)
  if (properties.size === 0) return recordType(schema, place, printer)
  const isSilent =
    schema.additionalProperties === undefined && schema.unevaluatedProperties !== false
  let hasMore =
    isOpen(schema) || (reader === 'check' && side === 'input' && place.level > 0 && isSilent)
  const members: Member[] = []
  let left = properties.size
  for (const [name, property] of properties) {
    if (printer.isFull) break
    left--
    if (name.length > MAX_KEY) {
      hasMore = true
      continue
    }
    const isGiven = side === 'output' && isRecord(property) && 'default' in property
    const mark = required.has(name) || isGiven ? '' : '?'
    // To the compiler every object has `constructor`, a function: no other type would take `{}`.
    const isInherited = reader === 'check' && mark === '?' && name in Object.prototype
    const type = isInherited ? ANY : printer.render(property, printer.within(place, name))
    members.push({
      text: printer.count(`${propertyName(name)}${mark}: `) + type.text,
      doc: reader === 'prompt' ? printer.count(docComment(notesOf(property))) : '',
    })
  }
  if (hasMore || left > 0) {
    const cut = left === 0 ? '' : ` /* and ${left} more, too many to be written */`
    members.push({ text: `[more: string]: any${cut}`, doc: '' })
  }
  const body = objectBody(members)
  if (nameObject === undefined) return atom(body)
  return atom(
    nameObject(place.name, body, hasMore || left > 0 ? undefined : [...properties.keys()]),
  )
}

interface Member {
  readonly text: string
  readonly doc: string
}

function objectBody(members: readonly Member[]): string {
  if (members.every(({ doc }) => doc === '')) {
    return `{ ${members.map(({ text }) => text).join('; ')} }`
  }
  const lines = members.map(({ text, doc }) => `\n  ${indented(doc)}${indented(text)}`)
  return `{${lines.join('')}\n}`
}

/** The notes on a property beside its type. */
function notesOf(schema: unknown): string[] {
  if (!isRecord(schema)) return []
  const { description, deprecated } = schema
  const notes: string[] = []
  if (typeof description === 'string' && description.trim() !== '') {
    notes.push(shortened(description.replaceAll(/\s+/g, ' ').trim(), MAX_NOTE))
  }
  const fallback = 'default' in schema ? JSON.stringify(schema.default) : undefined
  if (fallback !== undefined) notes.push(`Default: ${shortened(fallback, MAX_DEFAULT)}`)
  if (deprecated === true) notes.push('@deprecated')
  return notes.length === 0 ? [] : [notes.join(' ')]
}

/** The notes of a parameter, on one line. */
export const parameterNote = (schema: unknown): string => notesOf(schema).join('')

const shortened = (text: string, length: number) =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`

/** An object without declared members. */
function recordType(schema: JsonSchema, place: Place, printer: TypeWriter): TypeText {
  const { additionalProperties, patternProperties } = schema
  const values: TypeText[] = []
  const within = printer.within(place)
  if (isRecord(patternProperties)) {
    for (const one of Object.values(patternProperties)) {
      if (printer.isFull) break
      values.push(printer.render(one, within))
    }
  }
  if (
    additionalProperties !== false &&
    (values.length === 0 || additionalProperties !== undefined)
  ) {
    values.push(printer.render(additionalProperties ?? true, within))
  } else if (additionalProperties === undefined) values.push(ANY)
  return atom(`Record<string, ${unionOf(values.length === 0 ? [NEVER] : values).text}>`)
}

/** The type of a list; a tuple for a reader, where the places of elements have schemas. */
export function listType(schema: JsonSchema, place: Place, printer: TypeWriter): TypeText {
  const within = printer.within(place)
  const { prefixItems, items, additionalItems } = schema
  const places = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : undefined
  if (places === undefined) {
    return atom(`${inside(printer.render(items ?? true, within))}[]`)
  }
  const rest = Array.isArray(prefixItems) && !Array.isArray(items) ? items : additionalItems
  const types: TypeText[] = []
  for (const one of places) {
    if (printer.isFull) return atom('any[]')
    types.push(printer.render(one, within))
  }
  const hasRest = rest === true || isRecord(rest)
  const restType = hasRest ? printer.render(rest, within) : undefined
  if (printer.style.reader === 'check') {
    // A list of known length would refuse every list that a program has built.
    const isLoose = rest === undefined
    const all = unionOf([...types, ...(restType ? [restType] : []), ...(isLoose ? [ANY] : [])])
    return atom(`${inside(all)}[]`)
  }
  const least = typeof schema.minItems === 'number' ? schema.minItems : types.length
  const elements = types.map((type, i) => (i < least ? type.text : `${inside(type)}?`))
  if (restType !== undefined) elements.push(`...${inside(restType)}[]`)
  return atom(`[${elements.join(', ')}]`)
}

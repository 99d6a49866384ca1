/** The value of a string, for tools of protocols that answer with strings. */

import type { JsonSchema } from '../schema.ts'
import { isRecord } from './schema.ts'
import { LocalRefs } from './types/local-refs.ts'

/**
 * Reads the text that a tool answers with.
 *
 * Without an output schema an object or an array in JSON is parsed, and a scalar stays a string: `1.10`
 * is a version as well as a number. With an output schema the text is read as the type of the
 * schema. When the schema takes text, only an object or an array that it takes too is parsed.
 */
export function textValue(text: string, outputSchema: JsonSchema | undefined): unknown {
  const types = outputSchema === undefined ? undefined : typesOf(outputSchema)
  if (types === undefined && !/^\s*[[{]/.test(text)) return text
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // A string that is not JSON is the value as it stands.
    return text
  }
  const isScalar = typeof value !== 'object' || value === null
  if (types === undefined) return isScalar ? text : value
  const isRead = types.has(typeOf(value)) && !(isScalar && types.has('string'))
  return isRead ? value : text
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

const ALL = ['string', 'number', 'boolean', 'null', 'array', 'object']
/** Deeper nested combinations are ignored. */
const MAX_DEPTH = 16

/** The JSON types of the values that a schema takes. */
function typesOf(schema: JsonSchema): ReadonlySet<string> {
  const refs = new LocalRefs(schema)
  let parts = 0
  const read = (part: unknown, depth: number): ReadonlySet<string> => {
    if (part === false) return new Set()
    if (!isRecord(part) || depth > MAX_DEPTH || ++parts > 1000) return new Set(ALL)
    let types = own(part)
    const keepOnly = (others: ReadonlySet<string>) => {
      types = types.intersection(others)
    }
    if (typeof part.$ref === 'string')
      keepOnly(read(refs.follow(part.$ref, schema)?.schema, depth + 1))
    for (const some of [part.anyOf, part.oneOf]) {
      if (!Array.isArray(some)) continue
      const all = new Set<string>()
      for (const one of some) for (const type of read(one, depth + 1)) all.add(type)
      keepOnly(all)
    }
    for (const one of Array.isArray(part.allOf) ? part.allOf : []) keepOnly(read(one, depth + 1))
    return types
  }
  return read(schema, 0)
}

function own(schema: JsonSchema): Set<string> {
  if ('const' in schema) return new Set([typeOf(schema.const)])
  if (Array.isArray(schema.enum)) return new Set(schema.enum.map(typeOf))
  const types = [schema.type ?? []].flat().map(type => (type === 'integer' ? 'number' : type))
  if (types.length > 0) {
    return new Set([...types, ...(schema.nullable === true ? ['null'] : [])] as string[])
  }
  if (isRecord(schema.properties)) return new Set(['object'])
  return new Set(ALL)
}

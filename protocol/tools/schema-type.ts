/** JSON Schema as a TypeScript type, as far as types can say it. */

import type { JsonSchema } from '../schema.ts'

/** Deeper parts, and parts that refer to themselves, become `unknown`. */
const MAX_DEPTH = 8

/** The type of the values that fit a schema; `unknown` where it does not say. */
export function typeOf(schema: JsonSchema): string {
  return render(schema, schema, 0)
}

function render(schema: unknown, root: JsonSchema, depth: number): string {
  if (typeof schema !== 'object' || schema === null || depth > MAX_DEPTH) return 'unknown'
  const { $ref, enum: values, anyOf, oneOf, allOf, type, ...rest } = schema as JsonSchema
  if (typeof $ref === 'string') return render(schemaAt($ref, root), root, depth + 1)
  if ('const' in rest) return literal(rest.const)
  if (Array.isArray(values)) return union(values.map(literal))
  const some = anyOf ?? oneOf
  if (Array.isArray(some)) return union(some.map(one => render(one, root, depth + 1)))
  if (Array.isArray(allOf)) {
    return allOf.map(one => parenthesized(render(one, root, depth + 1))).join(' & ')
  }
  if (Array.isArray(type)) return union(type.map(one => ofType(one, rest, root, depth)))
  return ofType(type, rest, root, depth)
}

function ofType(type: unknown, schema: JsonSchema, root: JsonSchema, depth: number): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type
    case 'number':
    case 'integer':
      return 'number'
    case 'array': {
      if (Array.isArray(schema.prefixItems)) {
        return `[${schema.prefixItems.map(item => render(item, root, depth + 1)).join(', ')}]`
      }
      return `${parenthesized(render(schema.items ?? {}, root, depth + 1))}[]`
    }
    case 'object':
      return objectType(schema, root, depth)
    default:
      return schema.properties === undefined ? 'unknown' : objectType(schema, root, depth)
  }
}

function objectType(schema: JsonSchema, root: JsonSchema, depth: number): string {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>)
  const { additionalProperties, required } = schema
  if (properties.length === 0) {
    const value =
      additionalProperties === false ? 'never' : render(additionalProperties, root, depth + 1)
    return `Record<string, ${value}>`
  }
  const isRequired = new Set(Array.isArray(required) ? required : [])
  const members = properties.map(([name, property]) => {
    const key = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name)
    return `${key}${isRequired.has(name) ? '' : '?'}: ${render(property, root, depth + 1)}`
  })
  return `{ ${members.join('; ')} }`
}

/** What a pointer within the same schema means, as `#/$defs/Name`; `undefined` for nothing there. */
export function schemaAt(ref: string, root: JsonSchema): unknown {
  if (!ref.startsWith('#')) return undefined
  return ref
    .slice(1)
    .split('/')
    .filter(key => key !== '')
    .reduce<unknown>((at, key) => {
      const name = decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~')
      return typeof at === 'object' && at !== null ? (at as JsonSchema)[name] : undefined
    }, root)
}

const literal = (value: unknown) =>
  typeof value === 'object' && value !== null ? 'unknown' : (JSON.stringify(value) ?? 'unknown')
const union = (types: readonly string[]) => [...new Set(types)].join(' | ') || 'never'
const parenthesized = (type: string) =>
  /[|&]/.test(type) && !type.startsWith('{') ? `(${type})` : type

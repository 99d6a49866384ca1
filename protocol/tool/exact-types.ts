/**
 * zod schemas whose values JSON cannot write: dates, big integers, maps, sets, instances. Their
 * values cross to the guest exactly, so that the schema itself validates them. Here they get a JSON
 * Schema of the nearest type. Such a part has no `type`, but `tsType`, the keyword of
 * json-schema-to-typescript, which declarations print when this file knows it.
 */

import { isRecord } from '../base/predicates.ts'
import type { JsonSchema } from '../schema.ts'

/** Classes of values that cross as what they are: the guest can make them and gets them. */
const classes = [
  'Date',
  'RegExp',
  'URL',
  'ArrayBuffer',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
  'Blob',
  'File',
  'Error',
  'EvalError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'TypeError',
  'URIError',
]

/** Types without parts; the parts of `Map` and `Set` are in the schema. */
const plain = new Set([...classes, 'bigint', 'undefined'])

/** The part of {@link https://zod.dev/json-schema} that is read here. */
interface ZodNode {
  readonly _zod?: {
    readonly def?: {
      readonly type?: string
      readonly keyType?: unknown
      readonly valueType?: unknown
      readonly coerce?: unknown
      /** Of a `pipe`: what a value goes through first. */
      readonly in?: ZodNode
      readonly checks?: readonly {
        readonly _zod?: { readonly def?: { readonly check?: string } }
      }[]
    }
    readonly bag?: { readonly Class?: { readonly name?: string } }
  }
  readonly '~standard'?: unknown
}

/** zod's data about each part; `jsonSchema` is to be changed in place. */
interface Part {
  readonly zodSchema: ZodNode
  readonly jsonSchema: Record<string, unknown>
  readonly path: readonly (string | number)[]
}

/** Thrown for a part that no value can cross for. */
export class Unrepresentable extends Error {}

/** How many maps and sets stand inside one another; deeper ones are `unknown`. */
const MAX_DEPTH = 8

/**
 * Options for zod's `jsonSchema.input()` and `.output()` (`libraryOptions`), so that each part has
 * a type.
 *
 * @param direction of the tool's schema: a guest makes inputs, and gets outputs
 * @param onConverting called for each part that takes other values than its JSON Schema says
 */
export function exactTypes(
  direction: 'input' | 'output',
  onConverting: () => void,
  depth = 0,
): object {
  return {
    unrepresentable: 'any',
    override: (part: Part) => {
      if (direction === 'input' && isConverting(part.zodSchema)) onConverting()
      writeType(part, direction, onConverting, depth)
    },
  }
}

/** Whether a schema takes what its JSON Schema refuses, and makes another value of it. */
function isConverting({ _zod }: ZodNode): boolean {
  const { type, coerce, in: first, checks = [] } = _zod?.def ?? {}
  if (coerce === true || type === 'catch') return true
  // `z.preprocess()`: the JSON Schema is that of what comes out of it.
  if (type === 'pipe' && first?._zod?.def?.type === 'transform') return true
  // `trim()` and its kin come before the bounds of a text.
  return checks.some(check => check._zod?.def?.check === 'overwrite')
}

function writeType(
  { zodSchema, jsonSchema, path }: Part,
  direction: Direction,
  onConverting: () => void,
  depth: number,
) {
  const { def = {}, bag } = zodSchema._zod ?? {}
  const inside = (schema: unknown) => partOf(schema, direction, onConverting, depth)
  switch (def.type) {
    case 'date':
      return Object.assign(jsonSchema, { tsType: 'Date' })
    case 'bigint':
      return Object.assign(jsonSchema, { tsType: 'bigint' })
    case 'nan':
      return Object.assign(jsonSchema, { type: 'number' })
    case 'undefined':
    case 'void':
      return Object.assign(jsonSchema, { tsType: 'undefined' })
    case 'map': {
      const parts = [inside(def.keyType), inside(def.valueType)]
      return Object.assign(jsonSchema, { tsType: 'Map', prefixItems: parts })
    }
    case 'set':
      return Object.assign(jsonSchema, { tsType: 'Set', items: inside(def.valueType) })
    case 'custom':
      return writeClass(jsonSchema, bag?.Class?.name, direction, path)
    case 'symbol':
      throw new Unrepresentable(`${placeOf(path)} is a symbol, which cannot cross to a program`)
    case 'function':
      throw new Unrepresentable(`${placeOf(path)} is a function, which cannot cross to a program`)
  }
}

type Direction = 'input' | 'output'

/** `z.instanceof(Class)`; `z.custom()` names none, and may take anything. */
function writeClass(
  jsonSchema: Record<string, unknown>,
  name: string | undefined,
  direction: Direction,
  path: Part['path'],
): void {
  if (name === undefined) return
  if (plain.has(name)) jsonSchema.tsType = name
  else if (name === 'Map' || name === 'Set') jsonSchema.tsType = name
  else if (direction === 'input') {
    throw new Unrepresentable(
      `${placeOf(path)} is an instance of ${name}, which a program cannot make; take its parts instead`,
    )
  } else jsonSchema.type = 'object'
}

/** The place in a value, such as `orders[].at`, for a place in its JSON Schema. */
function placeOf(path: Part['path']): string {
  let place = ''
  for (let i = 0; i < path.length; i++) {
    const keyword = path[i]
    if (keyword === 'properties') place += `${place === '' ? '' : '.'}${path[++i]}`
    else if (keyword === 'items' || keyword === 'additionalProperties') place += '[]'
    else if (keyword === 'prefixItems') place += `[${path[++i]}]`
  }
  return place === '' ? 'the value' : place
}

/** The schema of a key, value or element; `{}` where it refers to another place. */
function partOf(
  schema: unknown,
  direction: Direction,
  onConverting: () => void,
  depth: number,
): JsonSchema {
  const standard = (schema as ZodNode | undefined)?.['~standard']
  if (depth >= MAX_DEPTH || !isRecord(standard) || !isRecord(standard.jsonSchema)) return {}
  const describe = standard.jsonSchema[direction] as (options: object) => JsonSchema
  const { $schema, ...json } = describe({
    target: 'draft-2020-12',
    libraryOptions: exactTypes(direction, onConverting, depth + 1),
  })
  return JSON.stringify(json).includes('"$ref"') ? {} : json
}

/**
 * The TypeScript type of a schema with `tsType`; `undefined` for every other one, and for a foreign
 * `tsType`, since foreign schemas are read too.
 *
 * @param render returns the type of a part
 */
export function exactType(
  schema: JsonSchema,
  render: (part: unknown) => string,
): string | undefined {
  const { tsType, prefixItems, items } = schema
  if (typeof tsType !== 'string') return undefined
  if (plain.has(tsType)) return tsType
  if (tsType === 'Set') return `Set<${render(items)}>`
  if (tsType !== 'Map') return undefined
  const [key, value] = Array.isArray(prefixItems) ? prefixItems : []
  return `Map<${render(key)}, ${render(value)}>`
}

/** The body of an operation, as a part of its input. */

import { isRecord } from '../../../protocol/base/predicates.ts'
import type { JsonSchema } from '../../../protocol/schema.ts'
import { isJsonType, isTextType } from '../body.ts'
import type { HttpBody, TextForm } from '../operation.ts'
import { described, formOf, freeName, type InputParts } from './parameters.ts'
import { followed } from './references.ts'
import { asSchema, type DocumentSchemas } from './schemas.ts'

const FILE: JsonSchema = { type: 'string', format: 'binary' }
const TEXT: JsonSchema = { type: 'string' }

/**
 * Reads the body of an operation. The properties of an object are those of the input, when none of
 * them has the name of a parameter; else the body is the property `body`.
 *
 * @returns `undefined` when the operation has none
 * @throws {Untaken} for what no body can be made of
 */
export function readBody(
  document: unknown,
  written: unknown,
  schemas: DocumentSchemas,
  input: InputParts,
): HttpBody | undefined {
  if (written === undefined) return undefined
  const { content, required, description } = followed(document, written)
  const [mediaType, media] = bestMedia(content) ?? []
  if (mediaType === undefined) return undefined
  const isRequired = required === true
  const encoding = readEncoding(media?.encoding)
  const form = { mediaType, isRequired, ...(encoding && { encoding }) }
  const schema = media?.schema
  const fields = isObjectType(mediaType) ? fieldsOf(document, schema) : undefined
  if (fields !== undefined && mayMerge(fields, isRequired, input)) {
    const read = asSchema(schemas.read(fields))
    const properties = isRecord(read.properties) ? read.properties : {}
    const needed = Array.isArray(read.required) ? read.required : []
    // Positional arguments begin with what must be there.
    const names = Object.keys(properties).toSorted(
      (a, b) => Number(needed.includes(b)) - Number(needed.includes(a)),
    )
    for (const name of names) input.properties[name] = properties[name] as JsonSchema
    if (isRequired) input.required.push(...names.filter(name => needed.includes(name)))
    return { ...form, properties: Object.fromEntries(names.map(name => [name, name])) }
  }
  const property = freeName('body', 'request', input)
  input.properties[property] = described(bodySchema(mediaType, schema, schemas), description)
  if (isRequired) input.required.push(property)
  return { ...form, property }
}

const isObjectType = (type: string) =>
  isJsonType(type) || type === 'multipart/form-data' || type === 'application/x-www-form-urlencoded'

/** JSON first, then forms, then text, then the rest. */
function bestMedia(content: unknown): [string, Record<string, unknown>] | undefined {
  if (!isRecord(content)) return undefined
  const types = Object.entries(content).map(
    ([type, media]) => [type.split(';', 1)[0]?.trim() ?? '', isRecord(media) ? media : {}] as const,
  )
  const tests: ((type: string) => boolean)[] = [isJsonType, isObjectType, isTextType, () => true]
  for (const test of tests) {
    const found = types.find(([type]) => test(type.toLowerCase()))
    if (found !== undefined) return [found[0].toLowerCase(), found[1]]
  }
  return undefined
}

function bodySchema(
  mediaType: string,
  schema: unknown,
  schemas: DocumentSchemas,
): JsonSchema | boolean {
  if (isObjectType(mediaType)) return schemas.read(schema)
  return isTextType(mediaType) ? TEXT : FILE
}

/** Levels of `allOf` and `$ref` that are read for the properties of a body. */
const MAX_DEPTH = 8

interface Fields {
  readonly [keyword: string]: unknown
  readonly properties: Record<string, unknown>
  readonly required: readonly string[]
}

/** The properties of a schema that is an object and nothing else; `undefined` for others. */
function fieldsOf(document: unknown, written: unknown, depth = 0): Fields | undefined {
  if (!isRecord(written) || depth > MAX_DEPTH) return undefined
  const schema = followed(document, written)
  const { type, properties, required, allOf, additionalProperties } = schema
  const isPlain =
    ['anyOf', 'oneOf', 'not', 'if', 'patternProperties', 'const', 'enum'].every(
      keyword => schema[keyword] === undefined,
    ) &&
    (type === undefined || type === 'object') &&
    (additionalProperties === undefined || additionalProperties === false)
  if (!isPlain) return undefined
  const parts = Array.isArray(allOf) ? allOf.map(one => fieldsOf(document, one, depth + 1)) : []
  if (parts.includes(undefined)) return undefined
  const own = {
    properties: isRecord(properties) ? properties : {},
    required: Array.isArray(required) ? required.filter(name => typeof name === 'string') : [],
  }
  const all = [...(parts as Fields[]), own]
  const merged = Object.assign({}, ...all.map(one => one.properties)) as Record<string, unknown>
  if (Object.keys(merged).length === 0) return undefined
  return { properties: merged, required: [...new Set(all.flatMap(one => one.required))] }
}

/** A body that may be absent is apart when some of it must be there together. */
function mayMerge(
  { properties, required }: Fields,
  isRequired: boolean,
  input: InputParts,
): boolean {
  if (!isRequired && required.length > 0) return false
  return Object.keys(properties).every(name => !Object.hasOwn(input.properties, name))
}

function readEncoding(written: unknown): HttpBody['encoding'] {
  if (!isRecord(written)) return undefined
  const entries = Object.entries(written).flatMap(([name, one]) => {
    if (!isRecord(one)) return []
    const contentType = typeof one.contentType === 'string' ? firstType(one.contentType) : undefined
    const isStyled = one.style !== undefined || one.explode !== undefined
    const form: TextForm | undefined = isStyled ? formOf(one, 'form') : undefined
    return [[name, { ...(contentType && { contentType }), ...(form && { form }) }] as const]
  })
  return Object.fromEntries(entries)
}

const firstType = (types: string) => types.split(',', 1)[0]?.trim()

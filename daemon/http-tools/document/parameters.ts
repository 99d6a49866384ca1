/** The parameters of an operation, as parts of one input. */

import { isRecord } from '../../../protocol/base/predicates.ts'
import type { JsonSchema } from '../../../protocol/schema.ts'
import {
  type HttpParameter,
  type ParameterStyle,
  parameterStyles,
  type TextForm,
} from '../operation.ts'
import { followed, Untaken } from './references.ts'
import type { DocumentSchemas } from './schemas.ts'

/** The input of an operation while it is put together. */
export interface InputParts {
  readonly properties: Record<string, JsonSchema | boolean>
  readonly required: string[]
}

/** Of these headers the request has its own, whatever a document says of them. */
const requestHeaders = new Set(['accept', 'content-type', 'authorization'])

/** In this order parameters come to their names, and positional arguments to parameters. */
const places = ['path', 'query', 'header', 'cookie'] as const

const defaultStyles = { path: 'simple', query: 'form', header: 'simple', cookie: 'form' } as const

/**
 * Reads the parameters of an operation, those of its path among them.
 *
 * Of two with one name the later place gets its place before it: `query_id` beside `id` of the path.
 *
 * @param ownHeaders names of headers that the configuration sets
 * @throws {Untaken} for what no request can be made of
 */
export function readParameters(
  document: unknown,
  listed: readonly unknown[],
  schemas: DocumentSchemas,
  ownHeaders: readonly string[],
  input: InputParts,
): HttpParameter[] {
  // One of the operation replaces that of the path.
  const byPlace = new Map<string, Record<string, unknown>>()
  for (const one of listed) {
    const parameter = followed(document, one)
    byPlace.set(`${String(parameter.in)} ${String(parameter.name)}`, parameter)
  }
  const taken = [...byPlace.values()].filter(one => !isGiven(one, ownHeaders))
  const rank = ({ in: place }: Record<string, unknown>) => places.indexOf(place as never)
  const inOrder = taken.toSorted(
    (a, b) => rank(a) - rank(b) || Number(b.required === true) - Number(a.required === true),
  )
  return inOrder.map(parameter => readParameter(parameter, schemas, input))
}

/** Whether the request has this one by itself. */
function isGiven(
  { in: place, name }: Record<string, unknown>,
  ownHeaders: readonly string[],
): boolean {
  if (place !== 'header' || typeof name !== 'string') return false
  const header = name.toLowerCase()
  return requestHeaders.has(header) || ownHeaders.includes(header)
}

function readParameter(
  parameter: Record<string, unknown>,
  schemas: DocumentSchemas,
  input: InputParts,
): HttpParameter {
  const { name, description, required } = parameter
  const place = places.find(one => one === parameter.in)
  if (typeof name !== 'string' || name === '') throw new Untaken('a parameter of it has no name')
  if (place === undefined) {
    throw new Untaken(`its parameter ${name} is in ${JSON.stringify(parameter.in) ?? 'nothing'}`)
  }
  const content = isRecord(parameter.content) ? Object.entries(parameter.content)[0] : undefined
  const media = content !== undefined && isRecord(content[1]) ? content[1] : undefined
  const schema = schemas.read(media === undefined ? parameter.schema : media.schema)
  const property = freeName(name, place, input)
  input.properties[property] = described(schema, description)
  if (place === 'path' || required === true) input.required.push(property)
  return {
    property,
    name,
    in: place,
    ...(media === undefined ? formOf(parameter, defaultStyles[place]) : jsonForm(place)),
  }
}

/** A name that the input does not have yet. */
export function freeName(name: string, prefix: string, { properties }: InputParts): string {
  if (!Object.hasOwn(properties, name)) return name
  for (let count = 1; ; count++) {
    const other = count === 1 ? `${prefix}_${name}` : `${prefix}_${name}_${count}`
    if (!Object.hasOwn(properties, other)) return other
  }
}

/** The style that a parameter, or a part of a form, says or has by default. */
export function formOf(
  { style: written, explode, allowReserved }: Record<string, unknown>,
  byDefault: ParameterStyle,
): TextForm {
  const style = parameterStyles.find(one => one === written) ?? byDefault
  return {
    style,
    explode: typeof explode === 'boolean' ? explode : style === 'form' || style === 'deepObject',
    ...(allowReserved === true && { allowReserved }),
  }
}

function jsonForm(place: keyof typeof defaultStyles): TextForm {
  return { style: defaultStyles[place], explode: false, isJson: true }
}

/** A schema with the words of its parameter, where it has none of its own. */
export function described(
  schema: JsonSchema | boolean,
  description: unknown,
): JsonSchema | boolean {
  if (typeof description !== 'string' || description === '') return schema
  if (typeof schema === 'boolean') return schema ? { description } : schema
  return 'description' in schema ? schema : { ...schema, description }
}

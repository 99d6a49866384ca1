/**
 * Values as OpenAPI writes them in paths, queries, headers and cookies
 * (https://spec.openapis.org/oas/v3.1.1.html#style-values).
 */

import { isRecord } from '../../protocol/base/predicates.ts'
import type { TextForm } from './operation.ts'
import { plainJsonText } from './plain-json-text.ts'

/** A name and a text of a query, both as they stand in a URL. */
export type QueryPart = readonly [name: string, text: string]

/** Levels of objects in a `deepObject`. */
const MAX_DEPTH = 20
/** Parts of one parameter. */
const MAX_PARTS = 10_000

/**
 * A value in a path.
 *
 * @throws {TypeError} for a value that has no text, such as a file
 */
export function pathText(name: string, value: unknown, form: TextForm): string {
  const { style, explode } = form
  if (form.isJson === true) return encodePart(json(name, value), form)
  const isList = Array.isArray(value) || isRecord(value)
  switch (style) {
    case 'label': {
      const parts = flat(name, value, explode)
      return `.${parts.map(one => encodePart(one, form)).join(explode ? '.' : ',')}`
    }
    case 'matrix': {
      if (!isList) return `;${name}=${encodePart(scalar(name, value), form)}`
      if (explode) {
        const pairs = isRecord(value)
          ? pairsOf(name, value)
          : (value as unknown[]).map(one => [name, scalar(name, one)] as const)
        return pairs.map(([key, text]) => `;${key}=${encodePart(text, form)}`).join('')
      }
      return `;${name}=${flat(name, value, false)
        .map(one => encodePart(one, form))
        .join(',')}`
    }
    default:
      return flat(name, value, explode)
        .map(one => encodePart(one, form))
        .join(',')
  }
}

/** A value in a header, as style `simple`. @throws {TypeError} for a value without text */
export function headerText(name: string, value: unknown, form: TextForm): string {
  const text = form.isJson === true ? json(name, value) : flat(name, value, form.explode).join(',')
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) return text
  throw new TypeError(
    `Cannot send the header ${name}: ${JSON.stringify(text.slice(0, 100))} has characters that headers do not hold`,
  )
}

/** A value in a query or a form. @throws {TypeError} for a value without text */
export function queryParts(name: string, value: unknown, form: TextForm): QueryPart[] {
  const key = encodeURIComponent(name)
  const { style, explode } = form
  if (form.isJson === true) return [[key, encodePart(json(name, value), form)]]
  if (style === 'deepObject' && (isRecord(value) || Array.isArray(value))) {
    const parts: QueryPart[] = []
    deepParts(name, value, form, parts, 0)
    return parts
  }
  if (Array.isArray(value)) {
    if (explode) return value.map(one => [key, encodePart(scalar(name, one), form)])
    const separator = style === 'spaceDelimited' ? '%20' : style === 'pipeDelimited' ? '%7C' : ','
    return [[key, value.map(one => encodePart(scalar(name, one), form)).join(separator)]]
  }
  if (isRecord(value)) {
    if (explode) {
      return pairsOf(name, value).map(([inner, text]) => [
        encodeURIComponent(inner),
        encodePart(text, form),
      ])
    }
    const separator = style === 'spaceDelimited' ? '%20' : style === 'pipeDelimited' ? '%7C' : ','
    return [
      [
        key,
        flat(name, value, false)
          .map(one => encodePart(one, form))
          .join(separator),
      ],
    ]
  }
  return [[key, encodePart(scalar(name, value), form)]]
}

/** `a[b][c]=1` for each scalar; lists have their places as names. */
function deepParts(
  name: string,
  value: unknown,
  form: TextForm,
  parts: QueryPart[],
  depth: number,
): void {
  if (depth > MAX_DEPTH || parts.length >= MAX_PARTS) {
    throw new TypeError(
      `Cannot write ${name}: more than ${MAX_DEPTH} levels, or than ${MAX_PARTS} parts`,
    )
  }
  if (!isRecord(value) && !Array.isArray(value)) {
    parts.push([encodeURIComponent(name), encodePart(scalar(name, value), form)])
    return
  }
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== undefined) deepParts(`${name}[${key}]`, inner, form, parts, depth + 1)
  }
}

/** The texts of a list, or of an object's keys and values in turn; `key=value` when exploded. */
function flat(name: string, value: unknown, explode: boolean): string[] {
  if (Array.isArray(value)) return value.map(one => scalar(name, one))
  if (!isRecord(value)) return [scalar(name, value)]
  const pairs = pairsOf(name, value)
  return explode ? pairs.map(([key, text]) => `${key}=${text}`) : pairs.flat()
}

function pairsOf(name: string, value: Record<string, unknown>): [string, string][] {
  return Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .map(([key, inner]) => [key, scalar(`${name}.${key}`, inner)])
}

function scalar(name: string, value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value)
    default:
      if (value === null || value === undefined) return ''
      if (value instanceof Date) return value.toISOString()
      return json(name, value)
  }
}

function json(name: string, value: unknown): string {
  try {
    return plainJsonText(value)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new TypeError(`Cannot write the parameter ${name}: ${why}`)
  }
}

/** RFC 3986's reserved characters, which a parameter may say that it keeps. */
const reserved = /%(?:3A|2F|3F|5B|5D|40|21|24|27|28|29|2A|2C|3B|3D)/g

function encodePart(text: string, { allowReserved }: TextForm): string {
  const encoded = encodeURIComponent(text)
  // Not # and &, which would end the part.
  return allowReserved === true
    ? encoded.replaceAll(reserved, one => decodeURIComponent(one))
    : encoded.replaceAll(/[!'()*]/g, one => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
}

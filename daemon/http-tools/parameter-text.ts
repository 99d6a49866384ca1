/**
 * Values as OpenAPI writes them in paths, queries, headers and cookies
 * (https://spec.openapis.org/oas/v3.1.1.html#style-values).
 */

import { errorText } from '../../protocol/base/error-text.ts'
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
  const encode = (text: string) => encodePart(text, form)
  if (form.isJson === true) return encode(json(name, value))
  switch (style) {
    case 'label':
      return `.${flat(name, value, explode, encode).join(explode ? '.' : ',')}`
    case 'matrix': {
      if (!explode || !(Array.isArray(value) || isRecord(value))) {
        return `;${name}=${flat(name, value, false, encode).join(',')}`
      }
      const parts = flat(name, value, true, encode)
      return parts.map(part => (isRecord(value) ? `;${part}` : `;${name}=${part}`)).join('')
    }
    default:
      return flat(name, value, explode, encode).join(',')
  }
}

/** A value in a header, as style `simple`. @throws {TypeError} for a value without text */
export function headerText(name: string, value: unknown, form: TextForm): string {
  const same = (one: string) => one
  const text =
    form.isJson === true ? json(name, value) : flat(name, value, form.explode, same).join(',')
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) return text
  throw new TypeError(
    `Cannot send the header ${name}: ${JSON.stringify(text.slice(0, 100))} has characters that headers do not hold`,
  )
}

/** A value in a query or a form. @throws {TypeError} for a value without text */
export function queryParts(name: string, value: unknown, form: TextForm): QueryPart[] {
  const key = encodeURIComponent(name)
  const { style, explode } = form
  const encode = (text: string) => encodePart(text, form)
  if (form.isJson === true) return [[key, encode(json(name, value))]]
  if (style === 'deepObject' && (isRecord(value) || Array.isArray(value))) {
    const parts: QueryPart[] = []
    deepParts(name, value, form, parts, 0)
    return parts
  }
  if (explode && Array.isArray(value)) return value.map(one => [key, encode(scalar(name, one))])
  if (explode && isRecord(value)) {
    return pairsOf(name, value).map(([inner, text]) => [encodeURIComponent(inner), encode(text)])
  }
  return [[key, flat(name, value, false, encode).join(separators[style] ?? ',')]]
}

/** Between the parts of what is not exploded, as they stand in a URL. */
const separators: Partial<Record<TextForm['style'], string>> = {
  spaceDelimited: '%20',
  pipeDelimited: '%7C',
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
function flat(
  name: string,
  value: unknown,
  explode: boolean,
  encode: (text: string) => string,
): string[] {
  if (Array.isArray(value)) return value.map(one => encode(scalar(name, one)))
  if (!isRecord(value)) return [encode(scalar(name, value))]
  const pairs = pairsOf(name, value).map(pair => pair.map(encode))
  return explode ? pairs.map(pair => pair.join('=')) : pairs.flat()
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
    const why = errorText(error)
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

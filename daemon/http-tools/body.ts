/** The body of a request. */

import { kindWords } from '../../protocol/base/kind-words.ts'
import { isRecord } from '../../protocol/base/predicates.ts'
import { isFileLike } from '../../protocol/values/file-reference.ts'
import type { HttpBody, TextForm } from './operation.ts'
import { queryParts } from './parameter-text.ts'
import { plainJsonText } from './plain-json-text.ts'

/** A body as it is sent; `type` is its `Content-Type`. */
export interface SentBody {
  readonly type: string
  readonly content: string | Uint8Array
}

const FORM = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data'

/** Whether a type is one of JSON. */
export const isJsonType = (type: string): boolean => /^application\/(?:.+\+)?json\b/i.test(type)

/** Whether a type is one of text. */
export const isTextType = (type: string): boolean =>
  /^(?:text\/|application\/(?:.+\+)?(?:xml|yaml|javascript|graphql|sql)\b)/i.test(type) ||
  type === FORM

/**
 * The body of a call; `undefined` for none.
 *
 * @throws {TypeError} for a value that its type has no form for
 */
export async function bodyOf(
  body: HttpBody,
  input: Readonly<Record<string, unknown>>,
): Promise<SentBody | undefined> {
  const value = contentOf(body, input)
  if (value === undefined) return undefined
  const { mediaType } = body
  if (isJsonType(mediaType)) return { type: mediaType, content: plainJsonText(value) }
  if (mediaType === FORM) return { type: mediaType, content: formText(body, fieldsOf(value)) }
  if (mediaType === MULTIPART) return await multipart(body, fieldsOf(value))
  return await plainBody(mediaType, value)
}

/** The value of the body; of an object only the properties that are there. */
function contentOf(body: HttpBody, input: Readonly<Record<string, unknown>>): unknown {
  if (body.property !== undefined) return input[body.property]
  const entries = Object.entries(body.properties ?? {}).flatMap(([property, name]) =>
    input[property] === undefined ? [] : [[name, input[property]] as const],
  )
  return entries.length === 0 && !body.isRequired ? undefined : Object.fromEntries(entries)
}

/** @throws {TypeError} for a value that is not an object */
function fieldsOf(value: unknown): [string, unknown][] {
  if (!isRecord(value)) throw new TypeError('Cannot send a form: an object of its fields is needed')
  return Object.entries(value).filter(([, field]) => field !== undefined)
}

const FORM_FIELD: TextForm = { style: 'form', explode: true }

function formText({ encoding }: HttpBody, fields: readonly [string, unknown][]): string {
  return fields
    .flatMap(([name, value]) => {
      const { contentType, form = FORM_FIELD } = encoding?.[name] ?? {}
      const isJson = contentType !== undefined && isJsonType(contentType)
      return queryParts(name, value, isJson ? { ...form, isJson } : form)
    })
    .map(pair => pair.join('='))
    .join('&')
}

async function multipart(
  { encoding }: HttpBody,
  fields: readonly [string, unknown][],
): Promise<SentBody> {
  const form = new FormData()
  for (const [name, value] of fields) {
    const type = encoding?.[name]?.contentType
    for (const one of Array.isArray(value) ? value : [value]) addPart(form, name, one, type)
  }
  // The platform writes the boundary, and escapes names.
  const { headers, ...written } = await writtenForm(form)
  return { type: headers.get('content-type') as string, ...written }
}

async function writtenForm(form: FormData) {
  const response = new Response(form)
  return { headers: response.headers, content: new Uint8Array(await response.arrayBuffer()) }
}

/** @param type of the part, as the document says; the first one of a list */
function addPart(form: FormData, name: string, value: unknown, type: string | undefined): void {
  if (value instanceof Blob) {
    // Without a name of its own it has that of its field, so that servers take it for a file.
    form.append(name, value, value instanceof File ? value.name : name)
  } else if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    const bytes = [value as BlobPart]
    form.append(name, new Blob(bytes, { type: type ?? 'application/octet-stream' }), name)
  } else if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    const json = new Blob([plainJsonText(value)], { type: 'application/json' })
    form.append(name, json)
  } else form.append(name, value instanceof Date ? value.toISOString() : String(value))
}

/** Text, or the bytes of a file. @throws {TypeError} for other values */
async function plainBody(mediaType: string, value: unknown): Promise<SentBody> {
  if (typeof value === 'string') return { type: mediaType, content: value }
  if (value instanceof Blob || isFileLike(value)) {
    const file = value as Blob
    const isOpen = mediaType.includes('*') || mediaType === 'application/octet-stream'
    const type = isOpen && file.type !== '' ? file.type : mediaType.replace(/^.*\*.*$/, '')
    const content = new Uint8Array(await file.arrayBuffer())
    return { type: type || 'application/octet-stream', content }
  }
  if (value instanceof ArrayBuffer) return { type: mediaType, content: new Uint8Array(value) }
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteOffset, byteLength } = value
    return { type: mediaType, content: new Uint8Array(buffer, byteOffset, byteLength) }
  }
  throw new TypeError(`Cannot send ${kindWords(value)} as ${mediaType}: a text, bytes or a file is`)
}

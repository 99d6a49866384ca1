/**
 * The parts of the Model Context Protocol that tools carry: hints, and results made of content
 * blocks.
 */

import type { JsonSchema } from '../schema.ts'
import { isRecord } from './schema.ts'
import { textValue } from './text-value.ts'
import { type ResultLink, ToolResult } from './tool-result.ts'
import type { ToolAnnotations } from './wire-tool.ts'

/** MCP's `readOnlyHint` and its kin as our marks; our own are taken as they are. */
export function readHints(annotations: unknown): ToolAnnotations {
  if (!isRecord(annotations)) return {}
  const marks = (['readOnly', 'destructive', 'idempotent'] as const).map(
    mark => [mark, annotations[mark] ?? annotations[`${mark}Hint`]] as const,
  )
  return Object.fromEntries(marks.filter(([, value]) => typeof value === 'boolean'))
}

/**
 * Reads a `CallToolResult`. Its value is the structured content, else the meaning of its text
 * (`textValue`), else its files, else its links; a list of one element is that element. A value of
 * another kind is returned unchanged.
 *
 * @throws {Error} with the text of a result that has `isError`
 */
export function fromMcpResult(result: unknown, outputSchema: JsonSchema | undefined): unknown {
  if (!isRecord(result)) return result
  const { content, structuredContent, isError } = result
  const isStructured = structuredContent !== undefined && isError !== true
  if (content === undefined && !isStructured) return result
  const blocks = content ?? []
  if (!isBlocks(blocks)) return result
  const texts = blocks.filter(({ type, text }) => type === 'text' && typeof text === 'string')
  const text = texts.map(block => block.text).join('\n')
  if (isError === true) throw new Error(text || JSON.stringify(structuredContent ?? content))
  const files: File[] = []
  for (const block of blocks) {
    const file = fileOf(block, files.length + 1)
    if (file !== undefined) files.push(file)
  }
  const links = blocks.map(linkOf).filter(link => link !== undefined)
  const value = isStructured
    ? structuredContent
    : texts.length > 0
      ? textValue(text, outputSchema)
      : (oneOrAll(files) ?? oneOrAll(links) ?? textValue(text, outputSchema))
  return new ToolResult({ value, text, files, links })
}

const isBlocks = (content: unknown): content is Record<string, unknown>[] =>
  Array.isArray(content) &&
  content.every(block => isRecord(block) && typeof block.type === 'string')

const oneOrAll = <T>(list: readonly T[]): T | readonly T[] | undefined =>
  list.length === 0 ? undefined : list.length === 1 ? list[0] : list

/**
 * The file of an image, a sound or an embedded resource; `undefined` for other blocks.
 *
 * @param count which of the files it is, for one without a name
 */
function fileOf(block: Record<string, unknown>, count: number): File | undefined {
  const { type, data, mimeType } = block
  if ((type === 'image' || type === 'audio') && typeof data === 'string') {
    return file(bytesOf(data), mimeType, `${type}-${count}`)
  }
  if (type !== 'resource' || !isRecord(block.resource)) return undefined
  const { uri, text, blob, mimeType: kind } = block.resource
  const name = typeof uri === 'string' ? nameOf(uri) : ''
  const bytes =
    typeof blob === 'string'
      ? bytesOf(blob)
      : typeof text === 'string'
        ? utf8.encode(text)
        : undefined
  if (bytes === undefined) return undefined
  const known = kind ?? (typeof text === 'string' ? 'text/plain' : '')
  return file(bytes, known, name || `resource-${count}`)
}

const utf8 = new TextEncoder()

function file(data: Uint8Array<ArrayBuffer>, mimeType: unknown, name: string): File {
  const type = typeof mimeType === 'string' ? mimeType : ''
  const extension = /^(?:image|audio)\/([a-z0-9]+)/.exec(type)?.[1]
  const isNamed = extension === undefined || name.includes('.')
  return new File([data], isNamed ? name : `${name}.${extension}`, { type })
}

/** @throws {TypeError} for text that is not base64 */
function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = base64.replaceAll(/\s+/g, '')
  if (!/^[\w+/-]*={0,2}$/.test(text)) {
    throw new TypeError('Cannot read the result: the data of a content block is not base64')
  }
  return new Uint8Array(Buffer.from(text, 'base64'))
}

function linkOf(block: Record<string, unknown>): ResultLink | undefined {
  const { type, uri, name, mimeType } = block
  if (type !== 'resource_link' || typeof uri !== 'string') return undefined
  return {
    uri,
    name: typeof name === 'string' ? name : nameOf(uri),
    ...(typeof mimeType === 'string' && { mimeType }),
  }
}

/** The last part of a path. */
const nameOf = (uri: string) =>
  uri
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '')
    .split('/')
    .at(-1) ?? ''

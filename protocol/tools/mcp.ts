/** What of the Model Context Protocol tools bring along: hints, and results made of content blocks. */

import type { ToolAnnotations } from '../tool.ts'
import { isRecord } from './schema.ts'

/** MCP's `readOnlyHint` and its kin as our marks; our own are taken as they are. */
export function readHints(annotations: unknown): ToolAnnotations {
  if (!isRecord(annotations)) return {}
  const marks = (['readOnly', 'destructive', 'idempotent'] as const).map(
    mark => [mark, annotations[mark] ?? annotations[`${mark}Hint`]] as const,
  )
  return Object.fromEntries(marks.filter(([, value]) => typeof value === 'boolean'))
}

/**
 * The value of a `CallToolResult`: its structured content, else the text of its blocks, read as JSON
 * when it is JSON, else the blocks. What is no such result is the value itself.
 *
 * @throws {Error} with the text of a result that says `isError`
 */
export function fromMcpResult(result: unknown): unknown {
  if (!isRecord(result) || !Array.isArray(result.content)) return result
  const { content, structuredContent, isError } = result
  const texts = content.map(block => (isRecord(block) && block.type === 'text' ? block.text : null))
  const text = texts.every(part => typeof part === 'string') ? texts.join('\n') : undefined
  if (isError === true) throw new Error(text ?? JSON.stringify(content))
  if (structuredContent !== undefined) return structuredContent
  return text === undefined ? content : fromText(text)
}

/** Tools of a protocol of texts answer with a text, which is often JSON. */
export function fromText(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    // Plain text is an answer too.
    return value
  }
}

/**
 * All that a tool has answered: the value that programs get, and what came beside it.
 *
 * `tool(x)` gives the value alone, and `tool.raw(x)` all of it. So that nobody pays for what is not
 * asked for, the second is a tool of its own to those who make calls: {@link rawTool}.
 */

import type { Validator } from '../json-schema/validation.ts'
import { isRecord } from './schema.ts'
import type { Tool } from './tool.ts'

/** A file of an answer: an image, a sound, or an embedded resource. */
export interface ResultFile {
  readonly name: string
  /** MIME type; empty when it is not known. */
  readonly type: string
  /** In bytes. */
  readonly size: number
  readonly data: Uint8Array
  /** What the tool calls it, if anything. */
  readonly uri?: string
}

/** Something that an answer refers to. */
export interface ResultLink {
  readonly uri: string
  readonly name: string
  readonly mimeType?: string
}

/** What `tool.raw(x)` gives. */
export interface RawResult {
  readonly value: unknown
  /** All text of the answer; empty when there is none. */
  readonly text: string
  readonly files: readonly ResultFile[]
  readonly links: readonly ResultLink[]
}

/** Whether a value is what `raw` gives. */
export function isRawResult(value: unknown): value is RawResult {
  return (
    isRecord(value) &&
    'value' in value &&
    typeof value.text === 'string' &&
    Array.isArray(value.files) &&
    Array.isArray(value.links)
  )
}

/** An answer as a tool gives it that knows more than its value. */
export class ToolResult implements RawResult {
  readonly value: unknown
  readonly text: string
  readonly files: readonly ResultFile[]
  readonly links: readonly ResultLink[]

  constructor({ value, text, files, links }: RawResult) {
    this.value = value
    this.text = text
    this.files = files
    this.links = links
  }
}

const raws = new WeakMap<Tool, Tool>()

/**
 * The same tool, giving all that it answers: what a {@link ToolResult} holds, or the value with
 * nothing beside it. A stream is what it is: its items are values.
 */
export function rawTool(tool: Tool): Tool {
  const before = raws.get(tool)
  if (before !== undefined) return before
  const raw: Tool = {
    ...tool,
    validateOutput: rawValidator(tool.validateOutput),
    execute: (input, context) => (tool.executeRaw ?? tool.execute).call(tool, input, context),
  }
  raws.set(tool, raw)
  return raw
}

function rawValidator(validate: Validator | undefined): Validator {
  const finish = (answer: unknown, value: unknown): RawResult => {
    const { text, files, links } =
      answer instanceof ToolResult
        ? answer
        : { text: typeof value === 'string' ? value : '', files: [], links: [] }
    return { value, text, files, links }
  }
  return answer => {
    const value = answer instanceof ToolResult ? answer.value : answer
    if (validate === undefined) return { ok: true, value: finish(answer, value) }
    const checked = validate(value)
    const finished = (validation: Awaited<typeof checked>) =>
      validation.ok ? { ok: true as const, value: finish(answer, validation.value) } : validation
    return checked instanceof Promise ? checked.then(finished) : finished(checked)
  }
}

/** What programs get of an answer without `raw`. */
export function plainValue(answer: unknown): unknown {
  return answer instanceof ToolResult ? answer.value : answer
}

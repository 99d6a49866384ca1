/**
 * The whole answer of a tool: the value that programs get, and the content beside it.
 *
 * `tool(x)` returns the value alone, and `tool.raw(x)` the whole answer. The second is a tool of
 * its own for the code that makes calls, so that calls without it cost nothing extra: {@link
 * rawTool}.
 */

import type { Validator } from '../json-schema/validation.ts'
import { isRecord } from './schema.ts'
import type { Tool } from './tool.ts'

/** Something that an answer refers to. */
export interface ResultLink {
  readonly uri: string
  readonly name: string
  readonly mimeType?: string
}

/** The result of `tool.raw(x)`. */
export interface RawResult {
  readonly value: unknown
  /** All text of the answer; may be empty. */
  readonly text: string
  /** Images, sounds and embedded resources. */
  readonly files: readonly File[]
  readonly links: readonly ResultLink[]
}

/** Whether a value is the result of `raw`. */
export function isRawResult(value: unknown): value is RawResult {
  return (
    isRecord(value) &&
    'value' in value &&
    typeof value.text === 'string' &&
    Array.isArray(value.files) &&
    Array.isArray(value.links)
  )
}

/** The answer of a tool that has more than a value. */
export class ToolResult implements RawResult {
  readonly value: unknown
  readonly text: string
  /** Images, sounds and embedded resources. */
  readonly files: readonly File[]
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
 * The same tool with its whole answer: the parts of a {@link ToolResult}, or the value with nothing
 * beside it. A stream stays a stream of values.
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

/** The value that programs get of an answer without `raw`. */
export function plainValue(answer: unknown): unknown {
  return answer instanceof ToolResult ? answer.value : answer
}

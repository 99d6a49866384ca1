/** The accepted forms of tools. */

import { withArticle } from '../base/kind-words.ts'
import { shownValue } from '../base/shown-value.ts'
import { LatchdError } from '../errors.ts'
import type { ToolDefinition } from './wire-tool.ts'

/** Tools as apps hold them: an array, an object whose keys are the names, or names of tools known there. */
export type ToolSet = ReadonlyArray<ToolLike | string> | Readonly<Record<string, ToolLike>>

/**
 * Every accepted form of a tool: our own definition, an AI SDK tool, an OpenAI Agents tool, an
 * openai `zodFunction`, an object with `name` and `forward`, or a plain function.
 */
export type ToolLike = ToolDefinition<never> | ((...args: never[]) => unknown) | object

/** One tool of a set: its key in an object of tools, and the tool or its name. */
export type ToolEntry = readonly [key: string | undefined, like: ToolLike | string]

/**
 * The tools of a set.
 *
 * @throws {LatchdError} `TOOL_INVALID` for a value that is no set of tools
 */
export function toolEntries(set: ToolSet): readonly ToolEntry[] {
  if (isList(set)) return set.map(like => [undefined, like])
  refuseOthers(set)
  return Object.entries(set)
}

function isList(set: ToolSet): set is ReadonlyArray<ToolLike | string> {
  return Array.isArray(set)
}

/** Without this, a number, a Map or a promise would be a set without tools. */
function refuseOthers(set: unknown): void {
  const isObject = typeof set === 'object' && set !== null
  const { name, execute, forward, handler } = (isObject ? set : {}) as Record<string, unknown>
  const isTool = typeof name === 'string' && typeof (execute ?? forward ?? handler) === 'function'
  if (isObject && !isTool && !(Symbol.iterator in set) && !(set instanceof Promise)) return
  throw new LatchdError(
    'TOOL_INVALID',
    `Cannot use ${kindOf(set, isTool)} as tools: an array of tools and names, or an object of tools by their names, is expected`,
  )
}

function kindOf(set: unknown, isTool: boolean): string {
  if (isTool) return 'a single tool'
  const name = typeof set === 'object' ? set?.constructor?.name : undefined
  return typeof name === 'string' && name !== '' ? withArticle(name) : shownValue(set)
}

/** The accepted forms of tools. */

import type { ToolDefinition } from './wire-tool.ts'

/** Tools as apps hold them: an array, an object whose keys are the names, or names of tools known there. */
export type ToolSet = ReadonlyArray<ToolLike | string> | Readonly<Record<string, ToolLike>>

/**
 * Every accepted form of a tool: our own definition, an AI SDK tool, an OpenAI Agents tool, an
 * openai `zodFunction`, an object with `name` and `forward`, or a plain function.
 */
export type ToolLike = ToolDefinition<never> | ((...args: never[]) => unknown) | object

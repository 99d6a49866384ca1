/** The code tool as OpenAI's two APIs take it, without importing their client. */

import { LatchdError } from '../../protocol/errors.ts'
import { inputJsonSchema } from './input.ts'

/** A function tool of Chat Completions; members that are not JSON are not sent. */
export interface ChatTool {
  readonly type: 'function'
  readonly function: {
    readonly name: string
    readonly description: string
    readonly parameters: { [keyword: string]: unknown }
    readonly strict: false
    /** Called by the `openai` client's `runTools`. */
    readonly function: (text: string, runner?: Runner) => Promise<string>
  }
}

/** The part of `ChatCompletionRunner` that aborts. */
interface Runner {
  readonly controller: AbortController
}

/** A function tool of the Responses API. */
export interface ResponsesTool {
  readonly type: 'function'
  readonly name: string
  readonly description: string
  readonly parameters: { [keyword: string]: unknown }
  readonly strict: false
}

/** A function call as a model makes it: of Chat Completions, or of the Responses API. */
export type FunctionCall = NamedCall & {
  /** In a call of Chat Completions. */
  readonly id?: string
  /** In a call of the Responses API. */
  readonly call_id?: string
}

type NamedCall =
  | { readonly function: { readonly name: string; readonly arguments: string } }
  | { readonly name: string; readonly arguments: string }

/** Makes the tool of Chat Completions. @param answer takes the text of the arguments, gives JSON */
export function chatTool(
  name: string,
  description: string,
  answer: (text: string, signal: AbortSignal | undefined) => Promise<string>,
): ChatTool {
  return {
    type: 'function',
    function: {
      name,
      description,
      parameters: inputJsonSchema,
      // Strict schemas know no optional property, and not every compatible server knows them.
      strict: false,
      function: (text, runner) => answer(text, runner?.controller.signal),
    },
  }
}

/** Makes the tool of the Responses API. */
export function responsesTool(name: string, description: string): ResponsesTool {
  return { type: 'function', name, description, parameters: inputJsonSchema, strict: false }
}

/** The name and the arguments' text of a call. */
export function partsOf(call: FunctionCall): { readonly name: string; readonly text: string } {
  const { name, arguments: text } = 'function' in call ? call.function : call
  return { name, text }
}

/**
 * The id of a call, which its answer names.
 *
 * @throws {LatchdError} `INVALID_REQUEST` for a call without one
 */
export function idOf({ id, call_id: callId }: FunctionCall): string {
  // A call of the Responses API has both, and is answered by the second.
  const named = callId ?? id
  if (named !== undefined) return named
  throw new LatchdError('INVALID_REQUEST', 'Cannot answer a call without call_id or id')
}

/** The shapes of a code tool. */

import type { OptionNames } from '../../protocol/execution/check-options.ts'
import type { ExecuteRequest, Executor } from '../../protocol/execution/executor.ts'
import type { AiTool } from './ai-sdk.ts'
import type { ChatMessage, ResponsesItem } from './images.ts'
import type { CodeToolInput } from './input.ts'
import type { ChatTool, FunctionCall, ResponsesTool } from './openai.ts'
import type { CloseOptions } from './own-programs.ts'
import type { CodeToolResult } from './result.ts'
import type { RunOptions } from './run-options.ts'

/** Options of each execution, and the description of the tool for the model. */
export interface CodeToolOptions
  extends Omit<ExecuteRequest, 'source' | 'signal' | 'idempotencyKey' | 'queue'> {
  /** Where programs run: a daemon's client, or the engine in this process. */
  readonly executor: Executor
  /** The tool's name for the model; `run_program` by default. */
  readonly name?: string
  /** Another description of the tool. OpenAI takes at most 1024 characters. */
  readonly description?: string
  /**
   * `true`: programs build on each other, in a session that the first one begins. For an existing
   * session use `sessionId` instead. Calls of one turn run one by one.
   */
  readonly session?: boolean
  /**
   * Milliseconds that one call of the tool may take before the model gets a result that says that
   * the program goes on; 5 minutes by default.
   */
  readonly waitMs?: number
  /**
   * Tokens of one result that the model gets, counted as four bytes each; 10 000 by default, 256 at
   * least. Of a longer one it gets the start and the end, and how to read the rest.
   */
  readonly maxAnswerTokens?: number
  /** Images of one result that the model gets; 8 by default. */
  readonly maxImages?: number
  /** Bytes of one image that the model gets; 3 750 000 by default. */
  readonly maxImageBytes?: number
  /** UTF-16 units of an output that the model gets; 32 000 by default. */
  readonly maxOutputChars?: number
  /**
   * UTF-16 units of console text that the model gets, from its start and its end; 8 000 by default.
   */
  readonly maxLogChars?: number
}

/** The names of {@link CodeToolOptions}. */
export const codeToolOptionNames: OptionNames<CodeToolOptions> = {
  executor: true,
  name: true,
  description: true,
  session: true,
  waitMs: true,
  maxAnswerTokens: true,
  maxImages: true,
  maxImageBytes: true,
  maxOutputChars: true,
  maxLogChars: true,
  language: true,
  timeZone: true,
  typecheck: true,
  tools: true,
  inputs: true,
  sessionId: true,
  limits: true,
  durable: true,
  webhook: true,
  metadata: true,
  onApproval: true,
}

/** One tool that runs programs over all the others, in the shapes that model loops take. */
export interface CodeTool {
  readonly name: string
  readonly description: string
  /** For the AI SDK: `generateText({ tools: { run_program: code.aiTool } })`. */
  readonly aiTool: AiTool
  /** For Chat Completions, and for the `openai` client's `runTools` as it is. */
  readonly chatTool: ChatTool
  /** For the Responses API. */
  readonly responsesTool: ResponsesTool
  /**
   * The text that a model needs to write programs: the language's rules and the tools'
   * declarations. It belongs into the system message.
   *
   * @throws {LatchdError} `UNKNOWN_TOOL` for a name that the executor does not know
   */
  prompt(): Promise<string>
  /**
   * Answers a function call of Chat Completions or of the Responses API.
   *
   * @returns the text of the tool message: a {@link CodeToolResult} as JSON, also for arguments that
   *   cannot be read
   * @throws {LatchdError} as {@link CodeTool.run}
   */
  handle(call: FunctionCall, options?: RunOptions): Promise<string>
  /**
   * Answers the function calls of one message of Chat Completions, in order: a tool message each,
   * and then a user message with the images that the programs gave out, if any.
   *
   * @throws {LatchdError} as {@link CodeTool.run}
   */
  chatMessages(calls: readonly FunctionCall[], options?: RunOptions): Promise<ChatMessage[]>
  /**
   * Answers function calls of the Responses API: an item each, with the images that its program
   * gave out.
   *
   * @throws {LatchdError} as {@link CodeTool.run}
   */
  responsesItems(calls: readonly FunctionCall[], options?: RunOptions): Promise<ResponsesItem[]>
  /**
   * Runs a program, or goes on with one. Aborting cancels it.
   *
   * @throws {LatchdError} for what no program can repair: `CONNECTION_REFUSED`, `UNAUTHENTICATED`,
   *   `UNKNOWN_TOOL` …
   */
  run(input: CodeToolInput, options?: RunOptions): Promise<CodeToolResult>
  /**
   * Deletes the session that `session: true` has begun, and with `cancel` cancels what has not ended.
   *
   * @throws {LatchdError} `SESSION_BUSY` while a program of the session goes on or waits; it stays, and
   *   can be closed again
   */
  close(options?: CloseOptions): Promise<void>
}

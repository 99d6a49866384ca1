/** The shapes of an exec tool. */

import type { OptionNames } from '../../protocol/execution/check-options.ts'
import type { CodeToolOptions } from './code-tool-types.ts'
import type {
  AiExecTools,
  ChatExecTools,
  ExecAnswer,
  ExecCall,
  ExecItem,
  ResponsesExecTools,
} from './exec-shapes.ts'
import type { ChatMessage } from './images.ts'
import type { CloseOptions } from './own-programs.ts'
import type { RunOptions } from './run-options.ts'

/** Options of `codeTool({ style: 'exec' })`. */
export interface ExecToolOptions
  extends Omit<
    CodeToolOptions,
    | 'name'
    | 'session'
    | 'sessionId'
    | 'waitMs'
    | 'maxOutputChars'
    | 'maxLogChars'
    | 'maxImages'
    | 'maxImageBytes'
  > {
  readonly style: 'exec'
}

/** The names of {@link ExecToolOptions}. */
export const execToolOptionNames: OptionNames<ExecToolOptions> = {
  style: true,
  executor: true,
  description: true,
  maxAnswerTokens: true,
  language: true,
  timeZone: true,
  typecheck: true,
  tools: true,
  inputs: true,
  limits: true,
  durable: true,
  webhook: true,
  metadata: true,
  onApproval: true,
}

/**
 * The two tools `exec` and `wait`, in the shapes that model loops take. Programs share a session:
 * what one defines, the next one finds. In it there are `text`, `image`, `notify`, `store`, `load`,
 * `exit` and `ALL_TOOLS` beside the language's own.
 */
export interface ExecTool {
  /** For the AI SDK: `generateText({ tools: code.aiTools })`. There `exec` takes `{ input }`. */
  readonly aiTools: AiExecTools
  /** For Chat Completions: `exec` is a custom tool. */
  readonly chatTools: ChatExecTools
  /** For the Responses API: `exec` is a custom tool. */
  readonly responsesTools: ResponsesExecTools
  /** The text for the system message, as of `CodeTool.prompt`. */
  prompt(): Promise<string>
  /**
   * Answers a call of either tool.
   *
   * @throws {LatchdError} for what no program can repair: `CONNECTION_REFUSED`, `UNAUTHENTICATED` …
   */
  answer(call: ExecCall, options?: RunOptions): Promise<ExecAnswer>
  /** Answers the calls of one message of Chat Completions, as `CodeTool.chatMessages`. */
  chatMessages(calls: readonly ExecCall[], options?: RunOptions): Promise<ChatMessage[]>
  /** Answers calls of the Responses API, each with an item of its own kind. */
  responsesItems(calls: readonly ExecCall[], options?: RunOptions): Promise<ExecItem[]>
  /** As `CodeTool.close`, for the session of the programs. */
  close(options?: CloseOptions): Promise<void>
}

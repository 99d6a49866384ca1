/** The interface between an agent and a language model: two methods, one of them optional. */

import type { AnswerImage } from '../../protocol/answer/answer-images.ts'
import type { JsonSchema } from '../../protocol/schema.ts'

/** One message of a conversation, oldest first. */
export type ModelMessage =
  | { readonly role: 'system'; readonly content: string }
  | {
      readonly role: 'user'
      readonly content: string
      /** Shown after the text; absent: none. */
      readonly images?: readonly AnswerImage[]
    }
  | {
      readonly role: 'assistant'
      readonly content: string
      readonly toolCalls?: readonly ModelToolCall[]
    }
  /** The answer to one tool call of the assistant's message before. */
  | { readonly role: 'tool'; readonly callId: string; readonly content: string }

/** A direct call of a model, for a {@link ModelTool}. */
export interface ModelToolCall {
  readonly callId: string
  readonly name: string
  /** The arguments as the model wrote them: JSON, when the model did well. */
  readonly argumentsText: string
}

/** A tool as models see it. */
export interface ModelTool {
  /** Letters, digits, `_` and `-`; at most 64. */
  readonly name: string
  readonly description: string
  /** JSON Schema of an object. */
  readonly inputSchema: JsonSchema
}

/** The conversation that a model continues, and the tools that it may call. */
export interface ModelRequest {
  readonly messages: readonly ModelMessage[]
  /** Absent: the model writes text only. */
  readonly tools?: readonly ModelTool[]
}

/** Options of one request to a model. */
export interface ModelCallOptions {
  /** Aborts the request. */
  readonly signal?: AbortSignal
}

/** Tokens of one reply, or of many together. */
export interface TokenUsage {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** A model's reply. */
export interface ModelReply {
  /** Empty when the model only calls tools. */
  readonly text: string
  readonly toolCalls?: readonly ModelToolCall[]
  /** Absent when the service does not report it. */
  readonly usage?: TokenUsage
  /** The reply ends at the model's length limit, and not where the model wanted to end. */
  readonly isCutOff?: boolean
}

/** A part of a reply as it arrives; `end` is last, with the facts that are known only then. */
export type ModelDelta =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool-call'; readonly toolCall: ModelToolCall }
  | { readonly type: 'end'; readonly usage?: TokenUsage; readonly isCutOff?: boolean }

/** A language model. */
export interface Model {
  /** Replies as a whole; may answer at once or later. */
  generate(request: ModelRequest, options?: ModelCallOptions): ModelReply | Promise<ModelReply>
  /** Replies in parts; without it {@link generate} is used. */
  stream?(
    request: ModelRequest,
    options?: ModelCallOptions,
  ): AsyncIterable<ModelDelta> | Iterable<ModelDelta>
}

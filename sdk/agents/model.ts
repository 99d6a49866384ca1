/** What an agent needs of a language model: two methods, of which one may be missing. */

import type { JsonSchema } from '../../protocol/schema.ts'

/** One message of a conversation, oldest first. */
export type ModelMessage =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | {
      readonly role: 'assistant'
      readonly content: string
      readonly toolCalls?: readonly ModelToolCall[]
    }
  /** The answer to one tool call of the assistant's message before. */
  | { readonly role: 'tool'; readonly callId: string; readonly content: string }

/** A call that a model asks for by itself, as a {@link ModelTool}. */
export interface ModelToolCall {
  readonly callId: string
  readonly name: string
  /** The arguments as the model wrote them: JSON, when the model did well. */
  readonly argumentsText: string
}

/** A tool as a model is told of it. */
export interface ModelTool {
  /** Letters, digits, `_` and `-`; at most 64. */
  readonly name: string
  readonly description: string
  /** JSON Schema of an object. */
  readonly inputSchema: JsonSchema
}

export interface ModelRequest {
  readonly messages: readonly ModelMessage[]
  /** Absent: the model writes text only. */
  readonly tools?: readonly ModelTool[]
}

export interface ModelCallOptions {
  /** Aborts the request. */
  readonly signal?: AbortSignal
}

/** Tokens of one reply, or of many together. */
export interface TokenUsage {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** What a model replied. */
export interface ModelReply {
  /** Empty when the model only calls tools. */
  readonly text: string
  readonly toolCalls?: readonly ModelToolCall[]
  /** Absent when the service does not tell. */
  readonly usage?: TokenUsage
  /** The reply ends at the model's length limit, and not where the model wanted to end. */
  readonly isCutOff?: boolean
}

/** A part of a reply as it comes; `end` is last and tells what is known only then. */
export type ModelDelta =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool-call'; readonly toolCall: ModelToolCall }
  | { readonly type: 'end'; readonly usage?: TokenUsage; readonly isCutOff?: boolean }

/** A language model. */
export interface Model {
  /** Replies as a whole; may answer at once or later. */
  generate(request: ModelRequest, options?: ModelCallOptions): ModelReply | Promise<ModelReply>
  /** Replies in parts; a model without it is asked by {@link generate}. */
  stream?(
    request: ModelRequest,
    options?: ModelCallOptions,
  ): AsyncIterable<ModelDelta> | Iterable<ModelDelta>
}

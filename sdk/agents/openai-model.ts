/** A model of OpenAI's, or of any service that speaks Chat Completions, over the `openai` client. */

import type { OpenAI } from 'openai'
import type { ChatCompletion, ChatCompletionCreateParams } from 'openai/resources/chat/completions'
import { LatchdError } from '../../protocol/errors.ts'
import type {
  Model,
  ModelCallOptions,
  ModelDelta,
  ModelReply,
  ModelRequest,
  TokenUsage,
} from './model.ts'
import { openAIMessages, openAITools } from './openai-messages.ts'
import { ToolCallParts } from './tool-call-parts.ts'

/** The used part of the `openai` client: the app brings its own, with key and address. */
export type OpenAIClient = Pick<OpenAI, 'chat'>

/** Options of {@link OpenAIModel}. */
export interface OpenAIModelOptions {
  readonly client: OpenAIClient
  /** The name under which the service knows the model. */
  readonly model: string
  /** Sent with each request: `temperature`, `max_completion_tokens`, `tool_choice` and the like. */
  readonly parameters?: Partial<Omit<ChatCompletionCreateParams, 'messages' | 'stream'>>
}

/**
 * Asks over `client.chat.completions`. 429, 5xx and lost connections are tried again by the client
 * (its `maxRetries`); what fails then is thrown as the client throws it.
 */
export class OpenAIModel implements Model {
  readonly model: string
  readonly #client: OpenAIClient
  readonly #parameters: OpenAIModelOptions['parameters']

  /** @throws {LatchdError} `INVALID_REQUEST` without a client or a name */
  constructor({ client, model, parameters }: OpenAIModelOptions) {
    if (typeof client?.chat?.completions?.create !== 'function') {
      const message = 'Cannot use the model client: an `openai` client is expected'
      throw new LatchdError('INVALID_REQUEST', message)
    }
    if (typeof model !== 'string' || model === '') {
      const message = `Cannot use the model ${String(model)}: its name at the service is expected`
      throw new LatchdError('INVALID_REQUEST', message)
    }
    this.model = model
    this.#client = client
    this.#parameters = parameters
  }

  /**
   * @throws the client's error; {@link LatchdError} `MODEL_REFUSED`, and `MODEL_REPLY_INVALID` for
   *   an answer that is not a chat completion
   */
  async generate(request: ModelRequest, { signal }: ModelCallOptions = {}): Promise<ModelReply> {
    const body = { ...this.#body(request), stream: false as const }
    let completion: ChatCompletion
    try {
      completion = await this.#client.chat.completions.create(body, signal && { signal })
    } catch (error) {
      throw broken(error, signal)
    }
    return replyOf(completion)
  }

  /** As {@link generate}, in parts; a stream that ends too soon is `MODEL_REPLY_INVALID`. */
  async *stream(
    request: ModelRequest,
    { signal }: ModelCallOptions = {},
  ): AsyncGenerator<ModelDelta, void, undefined> {
    const body = {
      stream_options: { include_usage: true },
      ...this.#body(request),
      stream: true as const,
    }
    const toolCalls = new ToolCallParts()
    let finish: string | undefined
    let usage: TokenUsage | undefined
    try {
      const chunks = await this.#client.chat.completions.create(body, signal && { signal })
      for await (const chunk of chunks) {
        usage = usageOf(chunk.usage) ?? usage
        const choice = chunk.choices?.[0]
        if (choice === undefined) continue
        finish = choice.finish_reason ?? finish
        // A service may leave it out of its last chunk.
        const { content, refusal, tool_calls } = choice.delta ?? {}
        if (refusal) throw refused(`it refuses: ${refusal}`)
        if (content) yield { type: 'text', text: content }
        for (const part of tool_calls ?? []) toolCalls.add(part)
      }
    } catch (error) {
      throw broken(error, signal)
    }
    // The client ends an aborted stream as if it had been whole.
    signal?.throwIfAborted()
    if (finish === undefined) throw invalid('its stream ended before the reply did')
    if (finish === 'content_filter') throw refused("its service's content filter stopped the reply")
    for (const toolCall of toolCalls.whole()) yield { type: 'tool-call', toolCall }
    yield { type: 'end', ...(usage && { usage }), ...(finish === 'length' && { isCutOff: true }) }
  }

  #body({ messages, tools = [] }: ModelRequest) {
    return {
      model: this.model,
      messages: openAIMessages(messages),
      ...(tools.length > 0 && { tools: openAITools(tools) }),
      ...(this.#parameters as object),
    }
  }
}

function replyOf(completion: ChatCompletion): ModelReply {
  // Compatible services do not always keep to the types.
  const choice = completion?.choices?.[0] as ChatCompletion.Choice | undefined
  if (choice?.message === undefined) throw invalid('its service gave no chat completion')
  const { content, refusal, tool_calls } = choice.message
  if (refusal) throw refused(`it refuses: ${refusal}`)
  if (choice.finish_reason === 'content_filter') {
    throw refused("its service's content filter stopped the reply")
  }
  const toolCalls = new ToolCallParts()
  tool_calls?.forEach((call, index) => {
    toolCalls.add({ ...call, index })
  })
  const usage = usageOf(completion.usage)
  return {
    text: content ?? '',
    toolCalls: toolCalls.whole(),
    ...(usage && { usage }),
    ...(choice.finish_reason === 'length' && { isCutOff: true }),
  }
}

function usageOf(usage: ChatCompletion['usage'] | null): TokenUsage | undefined {
  if (usage == null) return undefined
  return { inputTokens: usage.prompt_tokens ?? 0, outputTokens: usage.completion_tokens ?? 0 }
}

/** The error to throw for a failure: the client has no type for a reply that broke off. */
function broken(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason
  // `fetch` throws TypeErrors for bodies that end too soon; a body that is not JSON is a
  // SyntaxError.
  if (error instanceof TypeError || error instanceof SyntaxError) {
    return invalid(`its service broke off or sent no JSON (${error.message})`, error)
  }
  return error
}

function invalid(why: string, cause?: unknown): LatchdError {
  return new LatchdError('MODEL_REPLY_INVALID', `Cannot read the model's reply: ${why}`, { cause })
}

function refused(why: string): LatchdError {
  return new LatchdError('MODEL_REFUSED', `The model gave no reply: ${why}`)
}

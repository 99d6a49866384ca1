/** One question to a model of an OpenAI-compatible service (Chat Completions). */

import { OpenAI } from 'openai'
import type {
  ChatCompletion,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions'
import { AllowList } from '../outbound/allow-list.ts'
import { outboundFetch } from '../outbound/fetch.ts'
import { trustedHost } from '../outbound/host-pattern.ts'
import { Outbound } from '../outbound/outbound.ts'
import { targetOf } from '../outbound/target.ts'
import { ModelError } from './model-error.ts'
import { whyModelFailed } from './model-failure.ts'
import type { ModelOptions, ModelSettings } from './model-settings.ts'

/** Where OpenAI's own models are. */
export const OPENAI_URL = 'https://api.openai.com/v1'

/** A client of one service and its default model. */
export class ModelClient {
  #openai: OpenAI
  #model: string
  #apiKey: string | undefined
  #isOpenAI: boolean

  /** @param settings with `answerMs`, the milliseconds that one try may take */
  constructor(settings: ModelSettings & { readonly answerMs: number }) {
    const { model, baseURL = OPENAI_URL, apiKey, answerMs } = settings
    const target = targetOf(new URL(baseURL))
    // The service and nothing else, so that no redirect takes the key elsewhere.
    const outbound = new Outbound(new AllowList([trustedHost(target)]), { timeoutMs: answerMs })
    this.#openai = new OpenAI({
      // The client demands one, also of a service that does not.
      apiKey: apiKey ?? 'none',
      baseURL,
      timeout: answerMs,
      fetch: outboundFetch(outbound),
      // It would write to the console, which is not the daemon's log.
      logLevel: 'off',
    })
    this.#model = model
    this.#apiKey = apiKey
    this.#isOpenAI = baseURL === OPENAI_URL
  }

  /**
   * Returns the model's answer.
   *
   * @throws {ModelError} and the reason of `signal` when that is aborted
   */
  async ask(prompt: string, options: ModelOptions, signal: AbortSignal): Promise<string> {
    let completion: ChatCompletion
    try {
      const params = this.#params(prompt, options)
      completion = await this.#openai.chat.completions.create(params, { signal })
    } catch (error) {
      if (signal.aborted) throw signal.reason
      throw new ModelError('MODEL_FAILED', whyModelFailed(error, this.#apiKey), { cause: error })
    }
    return answerOf(completion, options)
  }

  #params(prompt: string, options: ModelOptions): ChatCompletionCreateParamsNonStreaming {
    const { model = this.#model, temperature, maxTokens, json = false } = options
    return {
      model,
      messages: messagesOf(prompt, options),
      ...(temperature !== undefined && { temperature }),
      // OpenAI's newer models refuse `max_tokens`; other services know nothing else.
      ...(maxTokens !== undefined && {
        [this.#isOpenAI ? 'max_completion_tokens' : 'max_tokens']: maxTokens,
      }),
      ...(json === true && { response_format: { type: 'json_object' as const } }),
      ...(typeof json === 'object' && {
        response_format: {
          type: 'json_schema' as const,
          json_schema: { name: 'answer', schema: { ...json } },
        },
      }),
    }
  }
}

function messagesOf(prompt: string, { system, json = false }: ModelOptions) {
  // OpenAI takes json_object only when a message mentions JSON.
  const form = json === true ? ['Answer with one JSON value and nothing else.'] : []
  const instructions = [...(system === undefined ? [] : [system]), ...form].join('\n\n')
  const messages: ChatCompletionMessageParam[] = [{ role: 'user', content: prompt }]
  return instructions === ''
    ? messages
    : [{ role: 'system' as const, content: instructions }, ...messages]
}

function answerOf(completion: ChatCompletion, { json = false }: ModelOptions): string {
  // Compatible services do not always keep to the types.
  const choice = completion.choices?.[0] as ChatCompletion.Choice | undefined
  if (choice?.message === undefined) {
    const why = 'its service answers with something else than a chat completion'
    throw new ModelError('MODEL_FAILED', why)
  }
  const { content, refusal } = choice.message
  if (refusal) throw new ModelError('MODEL_REFUSED', `it refuses: ${refusal}`)
  if (choice.finish_reason === 'content_filter') {
    throw new ModelError('MODEL_REFUSED', "its service's content filter stopped the answer")
  }
  if (typeof content !== 'string' || (choice.finish_reason === 'length' && json !== false)) {
    const why = `its answer ${typeof content === 'string' ? 'was cut off' : 'has no text'}`
    throw new ModelError('MODEL_ANSWER_INVALID', `${why} (finish_reason ${choice.finish_reason})`)
  }
  return content
}

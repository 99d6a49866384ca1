/** The model of `latchd agent`. */

import type { OpenAIModel } from '../../../sdk/agents/index.ts'
import type { Config } from '../../config/config.ts'
import { oneLine, UsageError } from '../refusal.ts'

/** Opens the configured model. @throws {UsageError} when none is configured */
export async function openAgentModel(config: Config): Promise<OpenAIModel> {
  const { model, modelBaseUrl, modelApiKey } = config
  if (model === undefined) {
    throw new UsageError(
      'Cannot run an agent without a model: name one by --model or LATCHD_MODEL, with OPENAI_API_KEY, or --model-base-url for a service of your own',
    )
  }
  if (modelBaseUrl === undefined && modelApiKey === undefined) {
    throw new UsageError(
      `Cannot ask the model ${model} of OpenAI without a key: set OPENAI_API_KEY, or --model-base-url for a service of your own`,
    )
  }
  const [{ OpenAI }, { OpenAIModel }, { OPENAI_URL }] = await Promise.all([
    import('openai'),
    import('../../../sdk/agents/index.ts'),
    import('../../tools/model-client.ts'),
  ])
  const client = new OpenAI({
    // The client demands one, also of a service that does not.
    apiKey: modelApiKey ?? 'none',
    baseURL: modelBaseUrl ?? OPENAI_URL,
    // It would write to the console, between the steps.
    logLevel: 'off',
  })
  return new OpenAIModel({ client, model })
}

/** Why a run that had begun came to no answer, in one line. */
export async function whyAgentFailed(error: unknown, config: Config): Promise<string> {
  const { OpenAIError } = await import('openai')
  if (!(error instanceof OpenAIError)) return oneLine(error)
  const { whyModelFailed } = await import('../../tools/model-failure.ts')
  return oneLine(
    `The model ${config.model} gave no reply: ${whyModelFailed(error, config.modelApiKey)}`,
  )
}

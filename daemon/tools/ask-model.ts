/** The built-in tool `ask_model`. */

import type { JsonSchema } from '../../protocol/schema.ts'
import { readSchema } from '../../protocol/tool/schema.ts'
import { listProblems } from '../../protocol/tool/thrown.ts'
import type { ToolContext, ToolDefinition } from '../../protocol/tool/wire-tool.ts'
import type { ModelClient } from './model-client.ts'
import { ModelError } from './model-error.ts'
import type { ModelOptions, ModelSettings } from './model-settings.ts'

interface AskInput {
  readonly prompt: string
  readonly options?: ModelOptions
}

const inputSchema = {
  type: 'object',
  properties: {
    prompt: { type: 'string' },
    options: {
      type: 'object',
      properties: {
        model: { type: 'string', description: 'The configured one when absent' },
        system: { type: 'string', description: 'Instructions that come before the prompt' },
        temperature: { type: 'number', minimum: 0 },
        maxTokens: { type: 'integer', minimum: 1 },
        json: {
          type: ['boolean', 'object'],
          description:
            'true, or a JSON Schema: the answer is given as a parsed value instead of text',
        },
      },
      additionalProperties: false,
    },
  },
  required: ['prompt'],
  additionalProperties: false,
}

/** Milliseconds for one answer, tries together; as long as the `openai` client waits by default. */
const ANSWER_MS = 600_000

/**
 * Makes `ask_model(prompt, options?)`, which returns the model's answer as text, or as a value with
 * `options.json`. Failures throw a {@link ModelError}.
 */
export function askModelTool(settings: ModelSettings): ToolDefinition<AskInput, Promise<unknown>> {
  let loading: Promise<ModelClient> | undefined
  // The openai package and undici cost a daemon's start some 100 ms each; the first call pays them.
  const client = () =>
    (loading ??= import('./model-client.ts').then(
      ({ ModelClient }) => new ModelClient({ ...settings, answerMs: ANSWER_MS }),
    ))
  return {
    name: 'ask_model',
    description:
      'Asks a language model and gives its answer as text, or as a value with options.json.',
    inputSchema,
    timeoutMs: ANSWER_MS,
    async execute({ prompt, options = {} }, context: ToolContext) {
      const text = await (await client()).ask(prompt, options, context.signal)
      const { json = false } = options
      return json === false ? text : await readJson(text, json)
    },
  }
}

/** @throws {ModelError} `MODEL_ANSWER_INVALID` when the text is not JSON, or does not fit */
async function readJson(text: string, json: true | JsonSchema): Promise<unknown> {
  const value = parse(text)
  if (json === true) return value
  const checked = await readSchema(json, 'output', 'ask_model').validate(value)
  if (checked.ok) return checked.value
  const problems = listProblems(checked.problems)
  throw new ModelError('MODEL_ANSWER_INVALID', `its answer does not fit options.json${problems}`)
}

function parse(text: string): unknown {
  // Services that know no JSON mode answer in a Markdown code block.
  const [, fenced] = /^\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*$/is.exec(text) ?? []
  try {
    return JSON.parse(fenced ?? text)
  } catch (error) {
    const { message } = error as SyntaxError
    throw new ModelError('MODEL_ANSWER_INVALID', `its answer is not JSON: ${message}`)
  }
}

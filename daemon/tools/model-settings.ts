/** The address of the model, and the options of a program. */

import type { JsonSchema } from '../../protocol/schema.ts'

/** The model and its service. */
export interface ModelSettings {
  /** Asked unless a call names another. */
  readonly model: string
  /** Of an OpenAI-compatible service, such as `http://127.0.0.1:11434/v1`; OpenAI's own when absent. */
  readonly baseURL?: string | undefined
  /** Absent for services without keys. */
  readonly apiKey?: string | undefined
}

/** A guest's options beside its prompt. */
export interface ModelOptions {
  readonly model?: string
  readonly system?: string
  readonly temperature?: number
  readonly maxTokens?: number
  /** `true` for any JSON value, or the schema that the value must fit. */
  readonly json?: boolean | JsonSchema
}

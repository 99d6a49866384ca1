/** How the model is reached, and what a program may ask of it. */

import type { JsonSchema } from '../../protocol/schema.ts'

/** Which model is asked, and where. */
export interface ModelSettings {
  /** Asked unless a call names another. */
  readonly model: string
  /** Of an OpenAI-compatible service, such as `http://127.0.0.1:11434/v1`; OpenAI's own when absent. */
  readonly baseURL?: string | undefined
  /** Absent for services that want none. */
  readonly apiKey?: string | undefined
}

/** What a guest says beside its prompt. */
export interface ModelOptions {
  readonly model?: string
  readonly system?: string
  readonly temperature?: number
  readonly maxTokens?: number
  /** `true` for any JSON value, or the schema that the value must fit. */
  readonly json?: boolean | JsonSchema
}

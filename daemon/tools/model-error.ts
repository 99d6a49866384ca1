/**
 * Why a model gave no answer:
 * `MODEL_FAILED`: its service failed or refused the request;
 * `MODEL_REFUSED`: the model itself declined to answer;
 * `MODEL_ANSWER_INVALID`: the answer is not the requested JSON, or was cut off.
 */
export type ModelErrorCode = 'MODEL_FAILED' | 'MODEL_REFUSED' | 'MODEL_ANSWER_INVALID'

/** A model that gave no answer. The message is for guests: no key, no address of the service. */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly code: ModelErrorCode

  constructor(code: ModelErrorCode, why: string, options?: { cause: unknown }) {
    super(`Cannot ask the model: ${why}`, options)
    this.code = code
  }
}

import { APIConnectionError, APIError } from 'openai'
import { FetchError } from '../outbound/fetch-error.ts'

/** Why the `openai` client got no chat completion, without the key. */
export function whyModelFailed(error: unknown, apiKey: string | undefined): string {
  if (error instanceof APIConnectionError) {
    const isTooLarge = error.cause instanceof FetchError && error.cause.code === 'FETCH_TOO_LARGE'
    return isTooLarge ? 'its answer is too large' : 'its service cannot be reached'
  }
  if (!(error instanceof APIError) || error.status === undefined) {
    return 'its service answers with something else than a chat completion'
  }
  // The service's message about a wrong key repeats a part of it.
  if (error.status === 401) {
    return '401, its service does not accept the key in the setting modelApiKey (LATCHD_MODEL_API_KEY)'
  }
  const { message } = error
  return apiKey === undefined ? message : message.replaceAll(apiKey, '****')
}

/** A guest's view of an answer. */

import { bodyText } from '../outbound/body-text.ts'
import { HttpError } from '../outbound/http-error.ts'
import type { OutboundAnswer } from '../outbound/outbound.ts'

/** The forms of an answer that a guest may choose. */
export const answerForms = ['text', 'json', 'bytes', 'response'] as const
/** One of {@link answerForms}. */
export type AnswerForm = (typeof answerForms)[number]

/**
 * Reads an answer in the requested form.
 *
 * @throws {HttpError} when its status is not 2xx, unless the form is `response`
 * @throws {SyntaxError} when the form is `json` and the body is not JSON
 */
export function readAnswer(answer: OutboundAnswer, as: AnswerForm, method: string): unknown {
  const { url, status, headers, body } = answer
  if (as === 'response') {
    return { status, headers: guestHeaders(headers), body: bodyText(body, headers), url }
  }
  if (status < 200 || status > 299) throw new HttpError(answer, method)
  switch (as) {
    case 'text':
      return bodyText(body, headers)
    case 'bytes':
      // A copy of its own: a Buffer would cross as what its toJSON gives.
      return new Uint8Array(body)
    case 'json':
      return parseJson(bodyText(body, headers), url)
    default:
      return as satisfies never
  }
}

/** Headers as Node has them: repeated ones joined, `set-cookie` always a list. */
function guestHeaders(headers: OutboundAnswer['headers']): Record<string, unknown> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    name === 'set-cookie' ? [value].flat() : [value].flat().join(', '),
  ])
  return Object.fromEntries(entries)
}

function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as SyntaxError
    throw new SyntaxError(`Cannot read the answer of ${new URL(url).host} as JSON: ${message}`)
  }
}

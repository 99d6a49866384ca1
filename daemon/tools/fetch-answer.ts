/** A guest's view of an answer. */

import type { OutboundAnswer } from '../outbound/outbound.ts'

/** The forms of an answer that a guest may choose. */
export const answerForms = ['text', 'json', 'bytes', 'response'] as const
/** One of {@link answerForms}. */
export type AnswerForm = (typeof answerForms)[number]

/** Characters of a failed answer's body that its error repeats: it often says what was wrong. */
const MAX_TOLD = 300

/** An answer with an error status. The guest sees its name, code and message. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly code = 'HTTP_STATUS'
  readonly status: number

  constructor({ url, status, statusText, headers, body }: OutboundAnswer, method: string) {
    const { origin, pathname } = new URL(url)
    const shown = textOf(body.subarray(0, 4 * MAX_TOLD), headers)
      .trim()
      .slice(0, MAX_TOLD)
    const answered = `${status} ${statusText}`.trim()
    super(`${method} ${origin}${pathname} answered ${answered}${shown === '' ? '' : `: ${shown}`}`)
    this.status = status
  }
}

/**
 * Reads an answer in the requested form.
 *
 * @throws {HttpError} when its status is not 2xx, unless the form is `response`
 * @throws {SyntaxError} when the form is `json` and the body is not JSON
 */
export function readAnswer(answer: OutboundAnswer, as: AnswerForm, method: string): unknown {
  const { url, status, headers, body } = answer
  if (as === 'response') {
    return { status, headers: guestHeaders(headers), body: textOf(body, headers), url }
  }
  if (status < 200 || status > 299) throw new HttpError(answer, method)
  switch (as) {
    case 'text':
      return textOf(body, headers)
    case 'bytes':
      // A copy of its own: a Buffer would cross as what its toJSON gives.
      return new Uint8Array(body)
    case 'json':
      return parseJson(textOf(body, headers), url)
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

/** The body in the encoding of its type; UTF-8 without a known one. */
function textOf(body: Uint8Array, headers: OutboundAnswer['headers']): string {
  const type = [headers['content-type'] ?? ''].flat().join(', ')
  const charset = /charset\s*=\s*"?([^\s";,]+)/i.exec(type)?.[1] ?? 'utf-8'
  return decoderOf(charset).decode(body)
}

function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset)
  } catch {
    // A name that the Encoding Standard does not know: browsers fall back too.
    return new TextDecoder()
  }
}

function parseJson(text: string, url: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as SyntaxError
    throw new SyntaxError(`Cannot read the answer of ${new URL(url).host} as JSON: ${message}`)
  }
}

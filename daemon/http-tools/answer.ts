/** What a server answers, as the value of a call. */

import { bodyText } from '../outbound/body-text.ts'
import { HttpError } from '../outbound/http-error.ts'
import type { OutboundAnswer } from '../outbound/outbound.ts'
import { isJsonType, isTextType } from './body.ts'

/** Characters of a failed answer's body that its error repeats. */
const MAX_SHOWN = 2000

/**
 * The value of an answer: JSON is its value, text a text, anything else a file, and nothing is
 * `undefined`.
 *
 * @param hide takes secrets out of a text
 * @throws {HttpError} when the status is not 2xx, with the beginning of the body
 * @throws {SyntaxError} for a body that says that it is JSON, and is not
 */
export function answerValue(
  answer: OutboundAnswer,
  method: string,
  hide: (text: string) => string,
): unknown {
  const { status, headers, body, url } = answer
  if (status < 200 || status > 299)
    throw new HttpError(answer, method, { maxShown: MAX_SHOWN, hide })
  if (body.length === 0) return undefined
  const type = headerOf(headers, 'content-type')
  if (isJsonType(type)) return parsed(bodyText(body, headers), url)
  if (isTextType(type)) return bodyText(body, headers)
  if (type === '') {
    const text = utf8TextOf(body)
    if (text !== undefined) return text
  }
  const bytes = new Uint8Array(body)
  return new File([bytes], fileName(answer), { type: type.split(';', 1)[0]?.trim() ?? '' })
}

const headerOf = (headers: OutboundAnswer['headers'], name: string): string =>
  [headers[name] ?? ''].flat()[0] ?? ''

function parsed(text: string, url: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as SyntaxError
    throw new SyntaxError(`Cannot read the answer of ${new URL(url).host} as JSON: ${message}`)
  }
}

/** The text of a body without a type; `undefined` for bytes that are none. */
function utf8TextOf(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    // It is a file.
    return undefined
  }
}

/** The name that the server gives the file, else the last part of the path. */
function fileName({ headers, url }: OutboundAnswer): string {
  const disposition = headerOf(headers, 'content-disposition')
  const [, encoded] = /filename\*\s*=\s*utf-8''([^;\s]+)/i.exec(disposition) ?? []
  const [, quoted, bare] = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(disposition) ?? []
  const last = new URL(url).pathname.split('/').findLast(part => part !== '')
  const name = decoded(encoded) ?? quoted ?? bare ?? decoded(last) ?? ''
  // A label, whatever it was at the server.
  return name.split(/[/\\]/).at(-1) || 'answer'
}

function decoded(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  try {
    return decodeURIComponent(text)
  } catch {
    // Not encoded after all.
    return text
  }
}

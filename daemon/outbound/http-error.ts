import { bodyText } from './body-text.ts'
import type { OutboundAnswer } from './outbound.ts'

/** The part of a failed answer's body that the error repeats: it often says what was wrong. */
export interface ShownBody {
  /** Characters; 300 when absent. */
  readonly maxShown?: number
  /** Takes secrets out, before the text is cut. */
  readonly hide?: (text: string) => string
}

const DEFAULT_MAX_SHOWN = 300
/** Bytes of a character at most. */
const MAX_CHARACTER_BYTES = 4
/** A secret that begins in what is repeated is read to its end, up to so many bytes. */
const MAX_SECRET_BYTES = 8192

/** An answer with an error status. The guest sees its name, code, status and message. */
export class HttpError extends Error {
  override readonly name = 'HttpError'
  readonly code = 'HTTP_STATUS'
  readonly status: number

  constructor(
    { url, status, statusText, headers, body }: OutboundAnswer,
    method: string,
    { maxShown = DEFAULT_MAX_SHOWN, hide = text => text }: ShownBody = {},
  ) {
    const { origin, pathname } = new URL(url)
    const begin = body.subarray(0, MAX_CHARACTER_BYTES * maxShown + MAX_SECRET_BYTES)
    const shown = hide(bodyText(begin, headers)).trim().slice(0, maxShown)
    const answered = `${status} ${statusText}`.trim()
    super(`${method} ${origin}${pathname} answered ${answered}${shown === '' ? '' : `: ${shown}`}`)
    this.status = status
  }
}

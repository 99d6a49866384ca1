/** The result of one check of `latchd doctor`. */

/** The result of a check. `text` describes the state and, unless the status is `ok`, the remedy. */
export interface Finding {
  readonly status: 'ok' | 'warn' | 'fail'
  readonly text: string
}

/** What a check of the doctor finds. */

/** What a check found; `text` says what is there and, unless ok, what to do. */
export interface Finding {
  readonly status: 'ok' | 'warn' | 'fail'
  readonly text: string
}

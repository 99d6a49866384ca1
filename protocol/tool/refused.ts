import type { ThrownText } from '../values/value-format.ts'

/** Thrown past the rest of a call, with the error that the guest gets. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly thrown: ThrownText

  constructor(thrown: ThrownText) {
    super(thrown.message)
    this.thrown = thrown
  }
}

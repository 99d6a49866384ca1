import type { ThrownText } from '../../protocol/values/value-format.ts'

/** What the guest is to see instead of a value, thrown past the rest of the call. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly thrown: ThrownText

  constructor(thrown: ThrownText) {
    super(thrown.message)
    this.thrown = thrown
  }
}

/** Where a program was when the host's signal ended its guest. */

import type { GuestPlace } from '../boundary/messages.ts'
import type { RunnableProgram } from './language/language.ts'

/** Takes note of the engine's stack, while the guest can still be asked. */
export class StoppedAt {
  #stack: string | undefined

  /** @param read asks the guest */
  note(read: () => string | undefined): void {
    try {
      this.#stack ??= read()
    } catch {
      // Without room for an error object there is no place to report. The guest ends in any case.
    }
  }

  /** The place in the source; `undefined` where none is known. */
  place(program: RunnableProgram | undefined): { readonly place?: GuestPlace } {
    const place = program?.stopPlace(this.#stack)
    return place?.line === undefined ? {} : { place }
  }
}

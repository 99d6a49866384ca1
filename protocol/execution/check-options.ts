/** The options of what an app makes: a misspelt one would be without effect. Loads no schema library. */

import { kindWords } from '../base/kind-words.ts'
import { isRecord } from '../base/predicates.ts'
import { LatchdError } from '../errors.ts'
import { isNear } from '../tool/near-names.ts'

/** The names of all options of a kind, as the keys of a record. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>

/**
 * Refuses an option whose name is nearly that of an absent one, and a value that has no options. Apps
 * keep other things in the same object, so other unknown names pass.
 *
 * @param what what cannot be made with them, as `make an executor`
 * @throws {LatchdError} `INVALID_REQUEST`
 */
export function checkOptions<Options>(
  what: string,
  options: unknown,
  names: OptionNames<Options>,
): void {
  if (!isRecord(options)) {
    throw refused(what, `an object of options is expected, not ${kindWords(options)}`)
  }
  const absent = Object.keys(names).filter(name => options[name] === undefined)
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(names, name)) continue
    const meant = absent.find(known => isNear(name, known))
    if (meant === undefined) continue
    throw refused(what, `it has no option ${name}; did you mean ${meant}?`)
  }
}

const refused = (what: string, why: string) =>
  new LatchdError('INVALID_REQUEST', `Cannot ${what}: ${why}`)

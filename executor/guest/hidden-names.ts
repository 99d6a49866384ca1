/**
 * Which execution of the session has declared a name in place of a tool or of a standard global.
 * Kept in the session's memory, so that the worker of a later execution can say so.
 */

import { askNumber } from './host/host.ts'
import { HostOperation } from './host/host-operations.ts'
import { jsonStringify, record } from './primordials.ts'

/** By name: the text about the program that hides it. */
const hiders = record()
let hasHiders = false

/** Adds the names that the next program hides, and reports all hidden names to the worker. */
export function noteHidden(names: readonly (readonly [name: string, text: string])[]): void {
  for (let i = 0; i < names.length; i++) {
    const one = names[i] as readonly [string, string]
    hiders[one[0]] = one[1]
    hasHiders = true
  }
  if (hasHiders) askNumber(HostOperation.hiddenNames, 0, jsonStringify(hiders))
}

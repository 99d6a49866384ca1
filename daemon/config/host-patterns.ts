/** Patterns of the hosts that outbound requests may reach, as they are configured. */

import { z } from 'zod'
import { parseHostPattern } from '../outbound/host-pattern.ts'
import { listFromText, type ValueKind, valueKind } from './value-kind.ts'

/** The patterns as they are written. */
export const allowedHosts = z.array(z.string().refine(isHostPattern))

/** The expected form, for messages. */
export const allowedHostsText =
  'a list of hosts such as example.com, *.example.com or 10.0.0.0/8, each with a port or without, or * for any public host'

/** The patterns; separated by commas in text. */
export const hostPatterns: ValueKind<readonly string[]> = valueKind({
  schema: allowedHosts,
  allowed: allowedHostsText,
  fromText: listFromText,
})

function isHostPattern(text: string): boolean {
  try {
    parseHostPattern(text)
    return true
  } catch {
    // Its message does not name the key: ours does, with the place of the pattern.
    return false
  }
}

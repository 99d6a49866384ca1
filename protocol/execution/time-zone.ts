/** Time zones that an execution may run in. */

import { z } from 'zod'

/** Whether this runtime knows a zone of that name, in any case; offsets are not names. */
export function isTimeZone(name: string): boolean {
  // Newer engines accept offsets (`+01:00`) as zones; the IANA database does not have them.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    // A RangeError: the zone is unknown.
    return false
  }
}

/** The zone of an execution's local times; absent: UTC. */
export const TimeZone = z
  .string()
  .refine(isTimeZone, {
    error: ({ input }) =>
      `${JSON.stringify(input)} is not a time zone: a name of the IANA database is expected, such as Europe/Berlin`,
  })
  .describe(
    'IANA name of the zone of local times in the program (`Date`, `Intl`), such as `Europe/Berlin`; UTC by default',
  )

/** The drills, in the order in which they are run. */

import type { Drill } from './drill.ts'
import { failpoints } from './drills/failpoints.ts'
import { randomKill } from './drills/random-kill.ts'
import { slowDisk } from './drills/slow-disk.ts'

/** By the name that `--only` takes. */
export const drills: Readonly<Record<string, Drill>> = {
  'random-kill': randomKill,
  failpoints,
  'slow-disk': slowDisk,
}

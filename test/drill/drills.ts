/** The drills, in the order in which they are run. */

import type { Drill } from './drill.ts'
import { childKill } from './drills/child-kill.ts'
import { cutLinks } from './drills/cut-links.ts'
import { cutStatements } from './drills/cut-statements.ts'
import { decisions } from './drills/decisions.ts'
import { diskFull, diskFullDecisions } from './drills/disk-full.ts'
import { failpoints } from './drills/failpoints.ts'
import { interleavings } from './drills/interleavings.ts'
import { lostLease } from './drills/lost-lease.ts'
import { mutantGate, postgresMutantGate } from './drills/mutants.ts'
import { randomKill } from './drills/random-kill.ts'
import { retention } from './drills/retention.ts'
import { severalDaemons } from './drills/several-daemons.ts'
import { shiftedClocks } from './drills/shifted-clocks.ts'
import { slowDisk } from './drills/slow-disk.ts'
import { storeThreadKilled } from './drills/store-thread-killed.ts'
import { twoDaemons } from './drills/two-daemons.ts'
import { zombie } from './drills/zombie.ts'

/** By the name that `--only` takes. */
export const drills: Readonly<Record<string, Drill>> = {
  'random-kill': randomKill,
  'slow-disk': slowDisk,
  retention,
  decisions,
  failpoints,
  'store-thread-killed': storeThreadKilled,
  'two-daemons': twoDaemons,
  zombie,
  'child-kill': childKill,
  'disk-full': diskFull,
  'disk-full-decisions': diskFullDecisions,
}

/** Those of several daemons over one PostgreSQL, which `--postgres` asks for. */
export const postgresDrills: Readonly<Record<string, Drill>> = {
  'cut-statements': cutStatements,
  interleavings,
  'lost-lease': lostLease,
  'cut-links': cutLinks,
  'shifted-clocks': shiftedClocks,
  'several-daemons': severalDaemons,
}

/** Not in the rotation: they are asked for by name. */
export const gates: Readonly<Record<string, Drill>> = { mutants: mutantGate }

/** The same for several daemons over one PostgreSQL. */
export const postgresGates: Readonly<Record<string, Drill>> = {
  'postgres-mutants': postgresMutantGate,
}

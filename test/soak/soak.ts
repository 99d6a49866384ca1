/**
 * Attacks a daemon for minutes while honest programs run: `--minutes` is the time at each level of
 * isolation, a fifth of it without attacks. Exits with 1 when an honest execution fails, an attack
 * works, the honest owner's latencies come to more than three times what they are without attacks, or
 * memory and threads do not come back. It reads `/proc`, so it runs on Linux.
 *
 *     npm run soak -- --minutes 5 --isolation thread|process|both --seed 1 --workers 4
 */

import { tell } from './findings.ts'
import { soakLevel } from './level.ts'
import { readOptions, type SoakOptions } from './options.ts'

let options: SoakOptions
try {
  options = readOptions()
} catch (error) {
  console.error(`soak: ${(error as Error).message}`)
  process.exit(2)
}
let isPassed = true
for (const level of options.levels) {
  if (!tell(await soakLevel(level, options))) isPassed = false
}
process.exitCode = isPassed ? 0 : 1

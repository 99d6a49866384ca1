/** What a daemon keeps in memory of ended executions that are not in its store. */

import type { KeepingBounds } from '../../executor/store/memory-executions.ts'

/** Ten minutes, and 64 MB: a few outputs of the largest size, or 1000 of 64 KB. */
export const keptEnded: KeepingBounds = {
  keepMs: 600_000,
  executions: 1000,
  bytes: 64 * 1_048_576,
}

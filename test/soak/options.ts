/** The command line of the soak. */

import { parseArgs } from 'node:util'
import { type IsolationLevel, isolationLevels } from '../../protocol/execution/isolation.ts'

export interface SoakOptions {
  /** Minutes at each level. */
  readonly minutes: number
  readonly seed: number
  /** Absent: the daemon's own default. */
  readonly workers: number | undefined
  readonly levels: readonly IsolationLevel[]
}

/** Seeds that are chosen when none is given are below this. */
const SEEDS = 1e6

/** @throws {Error} for what is no value of its option */
export function readOptions(): SoakOptions {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '2' },
      seed: { type: 'string', default: String(Date.now() % SEEDS) },
      workers: { type: 'string' },
      isolation: { type: 'string', default: 'both' },
    },
  })
  const minutes = Number(values.minutes)
  const seed = Number(values.seed)
  const workers = values.workers === undefined ? undefined : Number(values.workers)
  if (!(minutes > 0)) throw new Error('--minutes is a positive number')
  if (!Number.isInteger(seed)) throw new Error('--seed is a whole number')
  if (workers !== undefined && !(Number.isInteger(workers) && workers > 0))
    throw new Error('--workers is a whole number from 1')
  const levels = isolationLevels.filter(level => ['both', level].includes(values.isolation))
  if (levels.length === 0) throw new Error(`--isolation is ${isolationLevels.join(', ')} or both`)
  return { minutes, seed, workers, levels }
}

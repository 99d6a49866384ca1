/**
 * The soak at one level of isolation, in three phases: honest programs of two owners; honest programs
 * of one and attacks of the other; rest, when everything must be as before the attacks.
 */

import type { IsolationLevel } from '../../protocol/execution/isolation.ts'
import type { Latchd } from '../../sdk/index.ts'
import { attacks } from './attacks.ts'
import { type Findings, isBack } from './findings.ts'
import { freshenMemory } from './fresh-memory.ts'
import { honestPrograms } from './honest-programs.ts'
import { keepBusy, type Load } from './lanes.ts'
import { Latencies } from './latencies.ts'
import type { SoakOptions } from './options.ts'
import { restOf } from './rest.ts'
import { Sampling } from './sampling.ts'
import { type SoakedDaemon, startSoakedDaemon } from './soaked-daemon.ts'
import { Tally } from './tally.ts'

const MS_PER_MINUTE = 60_000
/** Share of the time without attacks. */
const BASE_SHARE = 1 / 5
/** Share of that in which caches fill and code is compiled: latencies count after it. */
const WARM_UP = 0.25
/** For each worker, of each owner: so many that one owner alone keeps the workers busy. */
const LANES_PER_WORKER = 2
/** Samples in all. */
const SAMPLES = 40

/** Soaks a daemon of its own. */
export async function soakLevel(
  isolation: IsolationLevel,
  options: SoakOptions,
): Promise<Findings> {
  const daemon = await startSoakedDaemon(isolation, options.workers)
  try {
    return await soak(daemon, isolation, options)
  } finally {
    await daemon.stop()
  }
}

async function soak(
  daemon: SoakedDaemon,
  isolation: IsolationLevel,
  { minutes, seed }: SoakOptions,
): Promise<Findings> {
  const { workers } = daemon
  const lanes = LANES_PER_WORKER * workers
  const run = `isolation ${isolation}, seed ${seed}`
  console.log(
    `soak: ${run}, ${minutes} minutes, ${workers} workers, ${lanes} lanes for each of 2 owners`,
  )
  const honest = new Tally(`${run}, honest`)
  const hostile = new Tally(`${run}, attack`)
  const load = (client: Latchd, firstSeed: number, latencies?: Latencies, fromMs = 0): Load => ({
    client,
    programs: honestPrograms,
    lanes,
    seed: firstSeed,
    onEnd({ kind }, tookMs, wrong) {
      honest.count(kind, wrong)
      if (performance.now() >= fromMs) latencies?.add(kind, tookMs)
    },
  })
  const attackLoad: Load = {
    client: daemon.hostile,
    programs: attacks,
    lanes,
    seed: seed + lanes,
    onEnd: ({ kind }, _, wrong) => hostile.count(kind, wrong),
  }
  const runMs = minutes * MS_PER_MINUTE
  const baseMs = BASE_SHARE * runMs
  const attackMs = runMs - baseMs
  const base = new Latencies()
  const underAttack = new Latencies()
  const sampling = new Sampling(
    daemon,
    runMs / SAMPLES,
    () => `${honest.total} honest, ${hostile.total} attacks`,
  )

  sampling.start('base')
  const warmAtMs = performance.now() + WARM_UP * baseMs
  await Promise.all([
    keepBusy(load(daemon.honest, seed, base, warmAtMs), baseMs),
    keepBusy(load(daemon.hostile, seed + lanes), baseMs),
  ])
  await sampling.stop()
  await freshenMemory(daemon, lanes)
  const before = await restOf(daemon)

  sampling.start('attack')
  await Promise.all([
    keepBusy(load(daemon.honest, seed, underAttack), attackMs),
    keepBusy(attackLoad, attackMs),
  ])
  const samples = await sampling.stop()
  await freshenMemory(daemon, lanes)
  const after = await restOf(daemon, size => isBack(before, size, workers))
  return { run, workers, honest, hostile, base, underAttack, samples, before, after }
}

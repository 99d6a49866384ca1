/** One owner's load: so many lanes, each of which runs one program after the other. */

import type { Latchd } from '../../sdk/index.ts'
import type { Program } from './program.ts'
import { random } from './random.ts'

export interface Load {
  readonly client: Latchd
  readonly programs: readonly Program[]
  readonly lanes: number
  /** What the lanes draw by: the same seed gives the same programs in the same order. */
  readonly seed: number
  /** Told of each execution that has ended, with what was wrong with it. */
  readonly onEnd: (program: Program, tookMs: number, wrong: string | undefined) => void
}

/** Keeps the lanes busy for so long; resolves when the last execution has ended. */
export async function keepBusy(load: Load, forMs: number): Promise<void> {
  const untilMs = performance.now() + forMs
  await keepBusyWhile(load, () => performance.now() < untilMs)
}

/** As {@link keepBusy}, for so many executions. */
export async function keepBusyFor(load: Load, executions: number): Promise<void> {
  let left = executions
  await keepBusyWhile(load, () => left-- > 0)
}

async function keepBusyWhile(load: Load, isOn: () => boolean): Promise<void> {
  const lane = async (seed: number) => {
    const choice = random(seed)
    while (isOn()) {
      const program = choice.oneOf(load.programs)
      const fromMs = performance.now()
      const wrong = await program.run(load.client, choice).catch(thrown)
      load.onEnd(program, performance.now() - fromMs, wrong)
    }
  }
  await Promise.all(Array.from({ length: load.lanes }, (_, i) => lane(load.seed + i)))
}

const thrown = (error: unknown) =>
  `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`

/** Having a daemon keep the same at each rest: of executions that have ended it keeps the last ones. */

import { keptEnded } from '../../daemon/executions/kept-ended.ts'
import { honestPrograms } from './honest-programs.ts'
import { keepBusyFor } from './lanes.ts'
import type { Program } from './program.ts'
import type { SoakedDaemon } from './soaked-daemon.ts'

/** The shortest that there is. */
const program = honestPrograms.find(({ kind }) => kind === 'compute') as Program

/** Runs as many small programs as the daemon keeps. @throws {Error} when one of them fails */
export async function freshenMemory({ honest }: SoakedDaemon, lanes: number): Promise<void> {
  const faults: string[] = []
  const load = {
    client: honest,
    programs: [program],
    lanes,
    seed: 0,
    onEnd(_: Program, __: number, wrong: string | undefined) {
      if (wrong !== undefined) faults.push(wrong)
    },
  }
  await keepBusyFor(load, keptEnded.executions)
  if (faults.length > 0) throw new Error(`${faults.length} failed, the first: ${faults[0]}`)
}

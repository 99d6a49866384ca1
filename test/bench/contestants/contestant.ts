/** What is measured: latchd and its peers, each in the isolation that its API gives by default. */

import { type ProgramName, programs, type Spelling } from '../programs.ts'

export interface Contestant {
  readonly name: string
  readonly spelling: Spelling
  /** Most programs that it takes at once; it refuses or only queues further ones. */
  readonly maxInFlight: number
  /** Runs a source in fresh isolation; gives what it returned. */
  execute(source: string): Promise<unknown>
  close(): Promise<void>
}

/** Makes a contestant ready; rejects when it cannot run on this machine. */
export type OpenContestant = () => Promise<Contestant>

/** For guests in which a call gives a promise. */
export function awaiting(promise: Spelling['promise']): Spelling {
  return { promise, value: (tool, argument) => `(await ${promise(tool, argument)})` }
}

/** For guests in which a call blocks. */
export function blocking(call: Spelling['value']): Spelling {
  return { promise: call, value: call }
}

/** What runs a program on a contestant. @throws {Error} when it gives anything but what is expected */
export function runner(contestant: Contestant, program: ProgramName): () => Promise<void> {
  const { source, expected } = programs[program]
  const text = source(contestant.spelling)
  return async () => {
    const value = await contestant.execute(text)
    if (value === expected) return
    throw new Error(`${contestant.name} gave ${JSON.stringify(value)} for ${program}`)
  }
}

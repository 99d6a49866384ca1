/** Asks a question in a process of its own. */

import { fork } from 'node:child_process'
import { join } from 'node:path'
import type { Answer } from './question.ts'

/** The variable that leaves the peers out: `none`. */
export const PEERS_VARIABLE = 'BENCH_PEERS'

export interface Asking {
  /** The root of the latchd that is measured. */
  readonly root: string
  /** How much of the full measurement is taken: 1 is all of it. */
  readonly share: number
  /** Whether the peers are measured beside it. */
  readonly withPeers: boolean
}

/** Gives the answer, or nothing when the question's process failed: it has printed why. */
export function asked(
  name: string,
  { root, share, withPeers }: Asking,
): Promise<Answer | undefined> {
  const script = join(root, 'test', 'bench', 'ask.ts')
  const child = fork(script, [name, String(share)], {
    cwd: root,
    execArgv: ['--disable-warning=ExperimentalWarning'],
    // Numbers that JSON cannot hold may be among the samples.
    serialization: 'advanced',
    env: { ...process.env, ...(!withPeers && { [PEERS_VARIABLE]: 'none' }) },
  })
  const { promise, resolve } = Promise.withResolvers<Answer | undefined>()
  let answer: Answer | undefined
  child.on('message', message => {
    answer = message as Answer
  })
  child.on('exit', () => resolve(answer))
  return promise
}

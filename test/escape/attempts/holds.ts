/** How a program that is out of the engine keeps its worker: again and again, with its latch's words. */

import { GuestState, Signal } from '../../../protocol/latch.ts'

export const holds: readonly (readonly [what: string, act: string])[] = [
  ['says that it waits', `Atomics.store(words, 2, ${GuestState.waiting})`],
  ['says that it has ended', `Atomics.store(words, 2, ${GuestState.ended})`],
  ['shows that it is alive', 'Atomics.add(words, 3, 1)'],
  ['takes the stop back', `Atomics.store(words, 1, ${Signal.none})`],
]

import { atMostShareOfFastest, compare, SMALL_PROGRAMS } from '../compare.ts'
import type { Question } from '../question.ts'

export const trivialProgram: Question = {
  title: 'A trivial program in fresh isolation',
  ask: async effort =>
    atMostShareOfFastest(
      await compare('trivial', SMALL_PROGRAMS, effort),
      0.2,
      'a trivial program',
    ),
}

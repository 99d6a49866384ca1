import { atMostShareOfFastest, compare, SMALL_PROGRAMS } from '../compare.ts'
import type { Question } from '../question.ts'

export const oneCall: Question = {
  title: 'A program with one call in fresh isolation',
  ask: async effort =>
    atMostShareOfFastest(
      await compare('oneCall', SMALL_PROGRAMS, effort),
      0.2,
      'a program with one call',
    ),
}

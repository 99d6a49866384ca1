import { atMostShareOfFastest, compare } from '../compare.ts'
import type { Question } from '../question.ts'

export const trivialProgram: Question = {
  title: 'A trivial program in fresh isolation',
  ask: async effort =>
    atMostShareOfFastest(await compare('trivial', 2000, effort), 0.2, 'a trivial program'),
}

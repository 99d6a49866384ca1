import { atMostShareOfFastest, compare } from '../compare.ts'
import type { Question } from '../question.ts'

export const trivialProgram: Question = {
  title: 'A trivial program in fresh isolation',
  ask: async effort =>
    atMostShareOfFastest(await compare('trivial', 400, effort), 0.25, 'a trivial program'),
}

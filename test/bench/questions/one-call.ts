import { atMostShareOfFastest, compare } from '../compare.ts'
import type { Question } from '../question.ts'

export const oneCall: Question = {
  title: 'A program with one call in fresh isolation',
  ask: async effort =>
    atMostShareOfFastest(await compare('oneCall', 2000, effort), 0.2, 'a program with one call'),
}

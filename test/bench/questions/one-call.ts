import { atMostShareOfFastest, compare } from '../compare.ts'
import type { Question } from '../question.ts'

export const oneCall: Question = {
  title: 'A program with one call in fresh isolation',
  ask: async effort =>
    atMostShareOfFastest(await compare('oneCall', 400, effort), 0.25, 'a program with one call'),
}

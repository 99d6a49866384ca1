import { atMostShareOfFastest, compare } from '../compare.ts'
import type { Question } from '../question.ts'

export const hundredCalls: Question = {
  title: 'A program with 100 sequential calls',
  ask: async effort =>
    atMostShareOfFastest(await compare('hundredCalls', 300, effort), 0.7, 'a hundred calls'),
}

import { compare } from '../compare.ts'
import type { Question } from '../question.ts'

export const hundredCalls: Question = {
  title: 'A program with 100 sequential calls',
  ask: async effort => ({ rows: await compare('hundredCalls', 60, effort), targets: [] }),
}

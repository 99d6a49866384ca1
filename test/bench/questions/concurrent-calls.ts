import { compare } from '../compare.ts'
import type { Question } from '../question.ts'

export const concurrentCalls: Question = {
  title: 'A program with 100 calls in one Promise.all',
  ask: async effort => ({ rows: await compare('concurrentCalls', 60, effort), targets: [] }),
}

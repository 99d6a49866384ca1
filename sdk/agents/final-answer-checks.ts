/** Checks of an answer before it ends a run. */

import { errorText } from '../../protocol/base/error-text.ts'
import type { AgentMemory } from './memory.ts'

/**
 * Checks a final answer. `false`, a string with the fault, or a thrown error keep it from ending the
 * run, and the model gets the reason; any other value accepts it.
 */
export type FinalAnswerCheck = (answer: unknown, memory: AgentMemory) => unknown

/** The fault of an answer; `undefined` when every check accepts it. */
export async function problemOf(
  answer: unknown,
  memory: AgentMemory,
  checks: readonly FinalAnswerCheck[],
): Promise<string | undefined> {
  for (const check of checks) {
    try {
      const verdict = await check(answer, memory)
      if (typeof verdict === 'string') return verdict
      if (verdict === false) return `it does not pass the check${check.name && ` "${check.name}"`}`
    } catch (error) {
      // A check may throw, as an assertion does.
      return errorText(error)
    }
  }
  return undefined
}

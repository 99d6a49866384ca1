/** Checks of an answer before it ends a run. */

import type { AgentMemory } from './memory.ts'

/**
 * Looks at a final answer: `false`, a text that says what is wrong, or an error that is thrown keep
 * it from ending the run, and the model is told; anything else lets it pass.
 */
export type FinalAnswerCheck = (answer: unknown, memory: AgentMemory) => unknown

/** What is wrong with an answer; `undefined` when every check lets it pass. */
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
      // A check says no by throwing, as an assertion does.
      return error instanceof Error ? error.message : String(error)
    }
  }
  return undefined
}

/**
 * The process of one question, so that nothing of it is left for the next: `ask.ts NAME SHARE`, where
 * SHARE is how much of the full measurement it takes: 1 is all of it.
 */

import { inspect } from 'node:util'
import type { Effort } from './question.ts'
import { questions } from './questions.ts'

const [name = '', shareText = '1'] = process.argv.slice(2)
const share = Number(shareText)
/** A run that takes no more than this only shows orders of magnitude. */
const QUICK_SHARE = 0.1

const effort: Effort = {
  isQuick: share <= QUICK_SHARE,
  count: full => Math.ceil(full * share),
}

try {
  const question = await questions[name]?.()
  const answer = await question?.ask(effort)
  // A peer keeps its threads: they are not waited for.
  process.send?.(answer, () => process.exit())
} catch (error) {
  // Some errors of the engine, printed whole, are thousands of lines.
  console.error(inspect(error, { depth: 0 }))
  process.exit(1)
}

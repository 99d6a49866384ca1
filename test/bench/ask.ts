/** The process of one question, so that nothing of it is left for the next: `ask.ts NAME [quick]`. */

import { inspect } from 'node:util'
import type { Effort } from './question.ts'
import { questions } from './questions.ts'

const [name = '', mode] = process.argv.slice(2)
const isQuick = mode === 'quick'
/** How much less a quick run measures. */
const QUICK_SHARE = 10

const effort: Effort = {
  isQuick,
  count: full => (isQuick ? Math.ceil(full / QUICK_SHARE) : full),
}

try {
  const answer = await questions[name]?.ask(effort)
  // A peer keeps its threads: they are not waited for.
  process.send?.(answer, () => process.exit())
} catch (error) {
  // Some errors of the engine, printed whole, are thousands of lines.
  console.error(inspect(error, { depth: 0 }))
  process.exit(1)
}

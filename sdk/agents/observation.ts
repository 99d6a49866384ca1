/** The report to a model on its program's outcome. */

import type { Diagnostic } from '../../protocol/execution/execution.ts'
import type { Outcome } from '../../protocol/execution/executor.ts'
import { shorten } from '../shorten.ts'

/** Longest text of the logs, of an output or of an answer, in UTF-16 units: some 5 000 tokens. */
export const MAX_OBSERVED = 20_000

/** Longest list of diagnostics; models repair the first ones first. */
const MAX_DIAGNOSTICS = 10

/** Logs, then the output or the error with what helps to repair it. */
export function observe(outcome: Outcome, laterBlocks: number): string {
  const parts = [
    outcome.logText === '' ? '' : `Logs:\n${shorten(outcome.logText, MAX_OBSERVED)}`,
    ending(outcome),
    diagnosed(outcome.diagnostics ?? []),
    laterBlocks === 0
      ? ''
      : `Only the first code block of the reply was run, ${laterBlocks} more ${laterBlocks === 1 ? 'was' : 'were'} not.`,
  ]
  return parts.filter(part => part !== '').join('\n\n')
}

function ending(outcome: Outcome): string {
  if ('error' in outcome) return failure(outcome)
  const text = 'outputForms' in outcome ? outcome.outputForms?.text : undefined
  if (text !== undefined && text !== 'undefined') return `Output:\n${shorten(text, MAX_OBSERVED)}`
  if (outcome.logText !== '') return ''
  return 'The program ended without an output. Print what you need to see with print(value).'
}

function failure({ error }: Extract<Outcome, { error: unknown }>): string {
  const { code, name, message, line, column, frame, hint, limit } = error
  const where = line === undefined ? '' : ` (line ${line}, column ${column})`
  const kind = code === 'GUEST_ERROR' ? '' : ` [${limit === undefined ? code : `${code} ${limit}`}]`
  const parts = [
    `Error: ${name}: ${shorten(message, MAX_OBSERVED)}${where}${kind}`,
    ...(frame === undefined ? [] : [frame]),
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
  ]
  return parts.join('\n')
}

function diagnosed(diagnostics: readonly Diagnostic[]): string {
  if (diagnostics.length === 0) return ''
  const lines = diagnostics
    .slice(0, MAX_DIAGNOSTICS)
    .map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`)
  const more = diagnostics.length - lines.length
  return `Type check:\n${lines.join('\n')}${more > 0 ? `\nand ${more} more` : ''}`
}

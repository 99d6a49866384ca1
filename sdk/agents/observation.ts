/** The report to a model on its program's outcome. */

import { boundedParts } from '../../protocol/answer/answer-text.ts'
import { boundedText, bytesOf } from '../../protocol/answer/bounded-text.ts'
import type { Diagnostic } from '../../protocol/execution/execution.ts'
import type { Outcome } from '../../protocol/execution/executor.ts'

/** Bytes of a report beside the texts of the program: headings, and how to go on. */
const HEADING_BYTES = 256
/** The share of an error's message, of its frame, of the files' names, of the type check. */
const PART = 1 / 5

/** Longest list of diagnostics; models repair the first ones first. */
const MAX_DIAGNOSTICS = 10

/**
 * Logs, then the output or the error with what helps to repair it.
 *
 * @param maxBytes of the whole report
 */
export function observe(outcome: Outcome, laterBlocks: number, maxBytes: number): string {
  const output = 'outputForms' in outcome ? (outcome.outputForms?.text ?? '') : ''
  const failed = 'error' in outcome ? failure(outcome, maxBytes * PART) : ''
  const found = diagnosed(outcome.diagnostics ?? [], maxBytes * PART)
  const given = emitted(outcome, maxBytes * PART)
  const beside = bytesOf(failed) + bytesOf(found) + bytesOf(given) + HEADING_BYTES
  const texts = boundedParts(
    { logs: outcome.logText, output, outputAt: 0 },
    Math.max(0, maxBytes - beside),
    {},
    (_from, _to, isOutput) =>
      isOutput ? 'the next program has the whole value in _' : 'print less at once',
  )
  const parts = [
    texts.logs === '' ? '' : `Logs:\n${texts.logs}`,
    failed === '' ? ending(outcome, texts.output) : failed,
    given,
    found,
    laterBlocks === 0
      ? ''
      : `Only the first code block of the reply was run, ${laterBlocks} more ${laterBlocks === 1 ? 'was' : 'were'} not.`,
  ]
  return parts.filter(part => part !== '').join('\n\n')
}

function ending(outcome: Outcome, text: string): string {
  if (text !== '' && text !== 'undefined') return `Output:\n${text}`
  if (outcome.logText !== '') return ''
  return 'The program ended without an output. Print what you need to see with print(value).'
}

function failure({ error }: Extract<Outcome, { error: unknown }>, maxBytes: number): string {
  const { code, name, message, line, column, frame, hint, limit } = error
  const where = line === undefined ? '' : ` (line ${line}, column ${column})`
  const kind = code === 'GUEST_ERROR' ? '' : ` [${limit === undefined ? code : `${code} ${limit}`}]`
  const parts = [
    `Error: ${name}: ${boundedText(message, { maxBytes })}${where}${kind}`,
    ...(frame === undefined ? [] : [boundedText(frame, { maxBytes })]),
    ...(hint === undefined ? [] : [`Hint: ${hint}`]),
  ]
  return parts.join('\n')
}

/** Names of what the program gave out; images follow the report. */
function emitted({ files }: Outcome, maxBytes: number): string {
  if (files.length === 0) return ''
  const list = files.map(
    ({ name, type, size }) => `- ${name} (${type || 'no type'}, ${size} bytes)`,
  )
  return boundedText(`Files given out:\n${list.join('\n')}`, { maxBytes })
}

function diagnosed(diagnostics: readonly Diagnostic[], maxBytes: number): string {
  if (diagnostics.length === 0) return ''
  const lines = diagnostics
    .slice(0, MAX_DIAGNOSTICS)
    .map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`)
  const more = diagnostics.length - lines.length
  const text = `Type check:\n${lines.join('\n')}${more > 0 ? `\nand ${more} more` : ''}`
  return boundedText(text, { maxBytes })
}

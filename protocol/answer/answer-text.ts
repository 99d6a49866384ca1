/**
 * The whole text of an execution as a model may read it, in parts: the console text, then the
 * output or the error. What an answer leaves out is named by places in this text.
 */

import type { Execution } from '../execution/execution.ts'
import { BYTES_PER_TOKEN, boundedText, bytesOf, fittingLength } from './bounded-text.ts'

/** The two parts of the text. The output begins at `outputAt`. */
export interface AnswerParts {
  readonly logs: string
  readonly output: string
  readonly outputAt: number
}

const BETWEEN = '\n\n'

/** The facts that the text is made from. */
export type Answered =
  | { readonly logText: string; readonly outputForms?: AnsweredOutput | undefined }
  | (Pick<Execution, 'logs'> & { readonly output?: AnsweredOutput | undefined })

interface AnsweredOutput {
  readonly value?: unknown
  readonly text: string
  readonly exact: boolean
}

/** The parts of the text of an execution, or of an outcome. */
export function answerParts(execution: Answered): AnswerParts {
  const logs =
    'logText' in execution ? execution.logText : execution.logs.map(({ text }) => text).join('\n')
  const forms = 'logText' in execution ? execution.outputForms : execution.output
  const output = outputText(execution, forms)
  return { logs, output, outputAt: logs === '' ? 0 : logs.length + BETWEEN.length }
}

function outputText(execution: object, forms: AnsweredOutput | undefined): string {
  if (forms !== undefined) {
    if (!forms.exact) return forms.text
    return typeof forms.value === 'string' ? forms.value : (JSON.stringify(forms.value) ?? 'null')
  }
  const { error } = execution as { error?: { name: string; message: string } }
  return error === undefined ? '' : `${error.name}: ${error.message}`
}

/** The whole text. */
export function answerText(execution: Answered): string {
  const { logs, output } = answerParts(execution)
  return logs === '' ? output : output === '' ? logs : logs + BETWEEN + output
}

/** A part of a text: units `from` to `to`, without `to`, of `total`. */
export interface TextPart {
  readonly text: string
  readonly from: number
  readonly to: number
  readonly total: number
}

/**
 * A part of the text of an execution, no longer than a model may read at once: `to` says how far it
 * goes. It neither begins nor ends within a character.
 */
export function readAnswer(
  execution: Answered,
  from: number,
  to: number,
  maxTokens: number,
): TextPart {
  const whole = answerText(execution)
  const start = wholeStart(whole, clamped(from, whole.length))
  const last = wholeStart(whole, Math.max(start, clamped(to, whole.length)))
  const end = start + fittingLength(whole.slice(start, last), maxTokens * BYTES_PER_TOKEN, true)
  return { text: whole.slice(start, end), from: start, to: end, total: whole.length }
}

const clamped = (place: number, length: number) =>
  Number.isFinite(place) ? Math.min(Math.max(0, Math.trunc(place)), length) : length

/** A place before the character that it stands within. */
const wholeStart = (text: string, place: number): number =>
  place > 0 && place < text.length && (text.codePointAt(place - 1) as number) > 0xffff
    ? place - 1
    : place

/** Both parts within their bounds together; the output has what the logs leave of its share. */
export function boundedParts(
  { logs, output, outputAt }: AnswerParts,
  maxBytes: number,
  bounds: {
    readonly isJson?: boolean
    readonly maxLogChars?: number
    readonly maxOutputChars?: number
  },
  restHint: (from: number, to: number, isOutput: boolean) => string,
): { readonly logs: string; readonly output: string } {
  const { isJson = false, maxLogChars, maxOutputChars } = bounds
  // A fifth for each, at least, and the rest for whichever is longer.
  const least = Math.floor(maxBytes / 5)
  const outputBytes = Math.min(bytesOf(output, isJson), maxBytes)
  const logText = boundedText(
    logs,
    {
      maxBytes: Math.max(least, maxBytes - outputBytes),
      isJson,
      ...(maxLogChars !== undefined && { maxChars: maxLogChars }),
    },
    (from, to) => restHint(from, to, false),
  )
  const outputText = boundedText(
    output,
    {
      maxBytes: maxBytes - bytesOf(logText, isJson),
      isJson,
      ...(maxOutputChars !== undefined && { maxChars: maxOutputChars }),
    },
    (from, to) => restHint(outputAt + from, outputAt + to, true),
  )
  return { logs: logText, output: outputText }
}

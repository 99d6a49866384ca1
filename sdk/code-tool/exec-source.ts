/**
 * The input of `exec`: a program, before it optionally one line of options:
 * `// @exec: {"yield_time_ms": 10000, "max_output_tokens": 1000}`.
 */

import { errorText } from '../../protocol/base/error-text.ts'

/** A program with the options of its first line. */
export interface ExecSource {
  /** With the line of options, which is a comment: so places in the program stay as they are. */
  readonly source: string
  readonly yieldMs: number | undefined
  readonly maxTokens: number | undefined
}

/** As {@link ExecSource}, or the problem, as the model reads it. */
export type ReadSource =
  | ({ readonly ok: true } & ExecSource)
  | { readonly ok: false; readonly problem: string }

const PRAGMA = /^[ \t]*\/\/ @exec:([^\r\n]*)(?:\r?\n([\s\S]*))?$/
const EXPECTED =
  'the source of a program, and before it at most one line as // @exec: {"yield_time_ms": 10000, "max_output_tokens": 1000}'

/** The grammar of the input, in Lark, as custom tools of OpenAI's models take it. */
export const EXEC_GRAMMAR = String.raw`start: pragma_source | plain_source
pragma_source: PRAGMA_LINE NEWLINE SOURCE
plain_source: SOURCE
PRAGMA_LINE: /[ \t]*\/\/ @exec:[^\r\n]*/
NEWLINE: /\r?\n/
SOURCE: /[\s\S]+/
`

/** Reads the input of `exec`. */
export function readExec(input: unknown): ReadSource {
  if (typeof input !== 'string' || input.trim() === '') {
    return { ok: false, problem: `Cannot run nothing: exec takes ${EXPECTED}` }
  }
  const [line, options = '', rest = ''] = PRAGMA.exec(input) ?? []
  if (line === undefined) {
    return { ok: true, source: input, yieldMs: undefined, maxTokens: undefined }
  }
  if (rest.trim() === '') return refused('no program follows it')
  let read: unknown
  try {
    read = JSON.parse(options)
  } catch (error) {
    return refused(`its options are not JSON: ${errorText(error)}`)
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) {
    return refused('its options are no object')
  }
  const { yield_time_ms, max_output_tokens, ...others } = read as Record<string, unknown>
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) return refused(`${unknown} is none of its options`)
  for (const [name, value] of Object.entries({ yield_time_ms, max_output_tokens })) {
    if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0)) continue
    return refused(`${name} is ${JSON.stringify(value)}, a whole number from 0 is expected`)
  }
  return {
    ok: true,
    source: input,
    yieldMs: yield_time_ms as number | undefined,
    maxTokens: max_output_tokens as number | undefined,
  }
}

const refused = (why: string): ReadSource => ({
  ok: false,
  problem: `Cannot read the line // @exec: ${why}; exec takes ${EXPECTED}`,
})

/** The input of `wait`. */
export interface WaitInput {
  readonly cellId: string
  readonly yieldMs: number | undefined
  readonly maxTokens: number | undefined
  readonly isTerminated: boolean
}

/** As {@link WaitInput}, or the problem, as the model reads it. */
export type ReadWait =
  | ({ readonly ok: true } & WaitInput)
  | { readonly ok: false; readonly problem: string }

/** The input of `wait` as JSON Schema. */
export const waitJsonSchema = {
  type: 'object',
  properties: {
    cell_id: { type: 'string', description: 'The cell of an exec that goes on' },
    yield_time_ms: {
      type: 'number',
      description: 'How long to wait for it, in milliseconds; 10000 by default',
    },
    max_tokens: { type: 'number', description: 'Tokens of its new output; 10000 by default' },
    terminate: { type: 'boolean', description: 'true ends the program' },
  },
  required: ['cell_id'],
  additionalProperties: false,
} as const

/** Reads the input of `wait`; an absent or null field has its default. */
export function readWait(input: unknown): ReadWait {
  const { cell_id, yield_time_ms, max_tokens, terminate } = (input ?? {}) as Record<string, unknown>
  const cellId = typeof cell_id === 'number' ? String(cell_id) : cell_id
  if (typeof cellId !== 'string' || cellId === '') {
    return { ok: false, problem: 'Cannot wait: cell_id is expected, as exec has given it' }
  }
  for (const [name, value] of Object.entries({ yield_time_ms, max_tokens })) {
    if (value == null || (typeof value === 'number' && value >= 0)) continue
    const problem = `Cannot wait: ${name} is ${JSON.stringify(value)}, a number from 0 is expected`
    return { ok: false, problem }
  }
  return {
    ok: true,
    cellId,
    yieldMs: (yield_time_ms ?? undefined) as number | undefined,
    maxTokens: (max_tokens ?? undefined) as number | undefined,
    isTerminated: terminate === true,
  }
}

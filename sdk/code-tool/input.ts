/** A model's input to the code tool: a program, or the id of one to go on with. */

import { errorText } from '../../protocol/base/error-text.ts'
import { kindWords } from '../../protocol/base/kind-words.ts'
import type { JsonSchema, StandardSchema } from '../../protocol/schema.ts'

/** A new program, or an existing one to go on with. */
export type CodeToolInput =
  | { readonly source: string; readonly executionId?: null }
  | {
      readonly executionId: string
      readonly source?: null
      /** With `to`: reads a part of what the program has printed and returned, and does nothing else. */
      readonly from?: number | null
      readonly to?: number | null
    }

/** As {@link CodeToolInput}, or the problem, as the model reads it. */
export type ReadInput =
  | { readonly ok: true; readonly input: CodeToolInput }
  | { readonly ok: false; readonly problem: string }

/** The input as JSON Schema. Not `oneOf`: models and their servers know it badly. */
export const inputJsonSchema = {
  type: 'object',
  properties: {
    source: { type: 'string', description: 'The program to run' },
    executionId: {
      type: 'string',
      description:
        'Instead of source: goes on with a program whose result had the status waiting, running or queued',
    },
    from: {
      type: 'integer',
      description:
        'With executionId and to: reads a part of a result that was left out, from this character',
    },
    to: { type: 'integer', description: 'Up to this character' },
  },
  additionalProperties: false,
} as const satisfies JsonSchema

const EXPECTED =
  'expected {"source": "the program"}, or {"executionId": "exe_…"} to go on with a program that waits'

/** Reads a model's input; an empty or null field counts as absent. */
export function readInput(value: unknown): ReadInput {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, problem: `Cannot read the input: ${EXPECTED}` }
  }
  const { source, executionId, from, to, ...rest } = value as Record<string, unknown>
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) {
    return { ok: false, problem: `Cannot read the input: unknown field "${unknown}"; ${EXPECTED}` }
  }
  for (const [name, field] of Object.entries({ source, executionId })) {
    if (field == null || typeof field === 'string') continue
    const problem = `Cannot read the input: ${name} is ${kindWords(field)}, a string is expected`
    return { ok: false, problem }
  }
  for (const [name, field] of Object.entries({ from, to })) {
    if (field == null || (typeof field === 'number' && field >= 0)) continue
    const problem = `Cannot read the input: ${name} is ${JSON.stringify(field)}, a number from 0 is expected`
    return { ok: false, problem }
  }
  if (source && executionId) {
    return { ok: false, problem: 'Cannot read the input: either source or executionId, not both' }
  }
  if (executionId) {
    const part = {
      ...(from != null && { from: from as number }),
      ...(to != null && { to: to as number }),
    }
    return { ok: true, input: { executionId: executionId as string, ...part } }
  }
  if (source) return { ok: true, input: { source: source as string } }
  return { ok: false, problem: `Cannot read the input: it is empty; ${EXPECTED}` }
}

/** As {@link readInput}, from the text that OpenAI's models send. */
export function readArguments(text: string): ReadInput {
  try {
    return readInput(JSON.parse(text))
  } catch (error) {
    const why = errorText(error)
    return { ok: false, problem: `Cannot read the arguments as JSON: ${why}; ${EXPECTED}` }
  }
}

/** The input as a Standard Schema with its JSON Schema, as the AI SDK takes it. */
export const inputSchema: StandardSchema<CodeToolInput> & {
  readonly '~standard': {
    readonly jsonSchema: NonNullable<StandardSchema['~standard']['jsonSchema']>
  }
} = {
  '~standard': {
    version: 1,
    vendor: 'latchd',
    validate(value) {
      const read = readInput(value)
      return read.ok ? { value: read.input } : { issues: [{ message: read.problem }] }
    },
    // A copy each: the AI SDK writes into it.
    jsonSchema: {
      input: () => structuredClone(inputJsonSchema),
      output: () => structuredClone(inputJsonSchema),
    },
  },
}

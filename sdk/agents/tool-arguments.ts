/** Reads the arguments that a model wrote for a call. */

import { errorText } from '../../protocol/base/error-text.ts'
import type { JsonSchema } from '../../protocol/schema.ts'
import { readRecordInput } from '../../protocol/tool/argument-rules.ts'
import { isRecord } from '../../protocol/tool/schema.ts'
import type { CallableTool } from './tool-names.ts'

/** Positional arguments, as a program would pass them; or the problem, as the model reads it. */
export type ReadArguments =
  | { readonly ok: true; readonly args: readonly unknown[] }
  | { readonly ok: false; readonly problem: string }

/** Reads the text of the arguments as an object. */
export function readObject(
  text: string,
): { ok: true; value: Record<string, unknown> } | { ok: false; problem: string } {
  let value: unknown
  try {
    value = text.trim() === '' ? {} : JSON.parse(text)
  } catch (error) {
    const why = errorText(error)
    return { ok: false, problem: `the arguments are no JSON (${why})` }
  }
  if (isRecord(value)) return { ok: true, value }
  return { ok: false, problem: 'the arguments are no JSON object' }
}

/** Reads a call's arguments in the form that its tool takes. */
export function readArguments({ tool, form }: CallableTool, text: string): ReadArguments {
  const read = readObject(text)
  if (!read.ok) return read
  const { value } = read
  switch (form) {
    case 'list':
      if (Array.isArray(value.args)) return { ok: true, args: value.args }
      return { ok: false, problem: '`args`, the list of arguments, is missing' }
    case 'value':
      if ('input' in value) return { ok: true, args: [value.input] }
      return { ok: false, problem: '`input` is missing' }
    case 'record':
      return readRecord(value, tool.inputSchema ?? {})
    default:
      return form satisfies never
  }
}

/** Unless the schema is open, a further key would make the object the value of a property. */
function readRecord(value: Record<string, unknown>, schema: JsonSchema): ReadArguments {
  const record = readRecordInput(schema)
  const names = [...(record?.parameters ?? []), ...(record?.rules.others ?? [])]
  const takesMore =
    record !== undefined && (record.rules.isOpen || record.rules.patterns.length > 0)
  const unknown = takesMore ? [] : Object.keys(value).filter(key => !names.includes(key))
  if (unknown.length > 0) {
    const there = names.length === 0 ? 'none is expected' : `there are: ${names.join(', ')}`
    return { ok: false, problem: `unknown arguments ${unknown.join(', ')}; ${there}` }
  }
  return { ok: true, args: Object.keys(value).length === 0 ? [] : [value] }
}

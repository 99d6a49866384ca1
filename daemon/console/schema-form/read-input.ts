/** From a form back to a tool's input. */

import { invalidRequest } from '../../../executor/boundary/invalid-request.ts'
import { isRecord } from '../../../protocol/base/predicates.ts'
import type { FieldProblem } from '../../../protocol/errors.ts'
import { asFormSends, fieldText } from '../form.ts'
import type { Field } from './fields.ts'
import { ARG, textOf, WHOLE } from './form-view.ts'

/**
 * The input that a form holds. A field that comes back as it was shown keeps its value, whatever
 * browsers do to texts on the way.
 *
 * @param before what the form was made for; `undefined` for nothing
 * @returns the very value of `before` when nothing was changed
 * @throws {LatchdError} `INVALID_REQUEST`, with a problem per field that cannot be read
 */
export function readInput(
  form: URLSearchParams,
  fields: readonly Field[] | undefined,
  before: unknown,
): unknown {
  if (fields === undefined) return readWhole(form, before)
  const known = isRecord(before) ? before : {}
  const problems: FieldProblem[] = []
  let isChanged = false
  const entries = fields.flatMap((field): [string, unknown][] => {
    const { name, kind } = field
    const value = Object.hasOwn(known, name) ? known[name] : undefined
    if (!form.has(ARG + name)) return value === undefined ? [] : [[name, value]]
    const text = fieldText(form, ARG + name)
    if (text === asFormSends(textOf(value, kind))) return value === undefined ? [] : [[name, value]]
    isChanged = true
    const read = readField(field, text)
    if ('problem' in read) problems.push({ pointer: `/args/${name}`, detail: read.problem })
    return 'value' in read ? [[name, read.value]] : []
  })
  if (problems.length > 0) throw invalidRequest('Cannot read the form', problems)
  return isChanged || before === undefined ? Object.fromEntries(entries) : before
}

function readWhole(form: URLSearchParams, before: unknown): unknown {
  if (!form.has(WHOLE)) return before
  const text = fieldText(form, WHOLE)
  if (text === asFormSends(JSON.stringify(before, null, 2) ?? '')) return before
  try {
    return JSON.parse(text)
  } catch (error) {
    const detail = `JSON is expected: ${(error as Error).message}`
    throw invalidRequest('Cannot read the form', [{ pointer: '/args', detail }])
  }
}

type ReadField =
  | { readonly value: unknown }
  | { readonly problem: string }
  | { readonly isAbsent: true }

function readField({ kind, isRequired }: Field, text: string): ReadField {
  if (text === '' && (kind !== 'text' || !isRequired)) return { isAbsent: true }
  switch (kind) {
    case 'text':
    case 'choice':
      return { value: text }
    case 'number':
      return Number.isFinite(Number(text)) && text.trim() !== ''
        ? { value: Number(text) }
        : { problem: 'a number is expected' }
    case 'boolean':
      return text === 'true' || text === 'false'
        ? { value: text === 'true' }
        : { problem: 'true or false is expected' }
    case 'json':
      return readJson(text)
    default:
      return kind satisfies never
  }
}

function readJson(text: string): ReadField {
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    return { problem: `JSON is expected: ${(error as Error).message}` }
  }
}

/** The problems that a library of schemas reports, in latchd's words. */

import { isRecord } from '../base/predicates.ts'
import { joinPath } from '../json-schema/path.ts'
import type { Problem } from '../json-schema/validation.ts'
import type { StandardIssue } from '../schema.ts'

/** zod's issues have more details than Standard Schema requires. */
interface DetailedIssue extends StandardIssue {
  readonly code?: unknown
  readonly keys?: unknown
}

/** The problems that an issue stands for. */
export function problemsOf(issue: StandardIssue, value: unknown): Problem[] {
  const keys = (issue.path ?? []).map(part => (typeof part === 'object' ? part.key : part))
  const { code, keys: unknown } = issue as DetailedIssue
  if (code === 'unrecognized_keys' && Array.isArray(unknown)) {
    return unknown.map(key => ({
      path: joinPath([...keys, String(key)]),
      message: 'unknown property',
    }))
  }
  return [{ path: joinPath(keys), message: messageOf(issue, keys, value) }]
}

function messageOf(issue: StandardIssue, keys: readonly PropertyKey[], value: unknown): string {
  const { message } = issue
  const isMissing = keys.length > 0 && partAt(value, keys) === undefined
  // zod's own words; the words of the schema's author stay unchanged.
  const [, expected, received] =
    /^Invalid input: expected (.+?)(?:, received (\w+))?$/s.exec(message) ?? []
  if (expected !== undefined) {
    if (isMissing) return `missing, expected ${expected}`
    return received === undefined ? `expected ${expected}` : `expected ${expected}, got ${received}`
  }
  const [, own] = /^(?:Invalid option|Too small|Too big): (expected .+)$/s.exec(message) ?? []
  const text = own ?? (isUnion(issue) ? 'fits none of the forms that are allowed' : message)
  return isMissing ? `missing, ${text}` : text
}

const isUnion = ({ message, code }: DetailedIssue) =>
  message === 'Invalid input' && code === 'invalid_union'

function partAt(value: unknown, keys: readonly PropertyKey[]): unknown {
  let part = value
  for (const key of keys) {
    if (typeof part !== 'object' || part === null) return undefined
    part = (part as Record<PropertyKey, unknown>)[key]
  }
  return part
}

/** The issues that a library's error carries, if it does: an AI SDK schema hands on zod's. */
export function issuesOf(error: unknown): readonly StandardIssue[] | undefined {
  for (const one of [error, (error as { cause?: unknown } | null)?.cause]) {
    if (!isRecord(one) || !Array.isArray(one.issues)) continue
    if (one.issues.every(issue => isRecord(issue) && typeof issue.message === 'string')) {
      return one.issues
    }
  }
  return undefined
}

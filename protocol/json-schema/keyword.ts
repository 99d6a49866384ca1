/** The parts of a keyword. */

import type { JsonSchema } from '../schema.ts'
import type { Check } from './run.ts'

/** The context of a keyword: the schema around it. */
export interface KeywordContext {
  /** The schema that the keyword stands in. */
  readonly schema: JsonSchema
  /** Compiles a schema inside; `property` is what messages about it call its place. */
  compile(schema: unknown, property?: string): Check
  /** Compiles what a `$ref` leads to; `undefined` when it leads nowhere. */
  refer(reference: string): Check | undefined
  /** The schema that a `$ref` leads to, for messages. */
  resolve(reference: string): unknown
  /** Says that the keyword, or a part of it, is not enforced, and why. */
  warn(keyword: string, why: string): void
}

/** Makes the check of a keyword; `undefined` when it checks nothing. */
export type Keyword = (value: unknown, context: KeywordContext) => Check | undefined

/** A size that a schema may name; one of any other kind is not enforced. */
export function readSize(
  keyword: string,
  value: unknown,
  { warn }: KeywordContext,
): number | undefined {
  if (typeof value === 'number' && value >= 0) return value
  warn(keyword, 'it is not a size')
  return undefined
}

/**
 * Checks the names in a tool's input against those of its schema, before the values.
 *
 * A wrong name is the commonest mistake of a call, and a schema that is not closed does not catch
 * it: the key passes, and the tool runs without the intended value.
 */

import { isRecord } from '../base/predicates.ts'
import type { Problem, Validation, Validator } from '../json-schema/validation.ts'
import type { RecordInput } from './argument-rules.ts'
import { nameDistance } from './near-names.ts'

/** Names that a message lists. */
const MAX_LISTED = 30
/** Wrong names that a message lists at most. */
const MAX_WRONG = 100
/** Pairs of names that are compared, about 10 ms; with more pairs no near names are searched. */
const MAX_PAIRS = 20_000

/** A validator that also looks at names. Keys whose value is `undefined` count as absent. */
export function recordValidator(
  tool: string,
  { parameters, rules }: RecordInput,
  validate: Validator,
): Validator {
  const declared = new Set([...parameters, ...rules.others])
  return given => {
    if (!isRecord(given)) return validate(given)
    const input = withoutAbsent(given)
    const unknown = unknownKeys(input, declared)
    const checked = validate(input)
    if (unknown.length === 0) return checked
    const finish = (validation: Validation): Validation => {
      const wrong = wrongNames(unknown, validation, declared, rules)
      if (wrong.size === 0) return validation
      const missing = rules.required.filter(name => input[name] === undefined)
      const named = Array.from(wrong, ([path, near]) => {
        // One unknown name beside one missing name is probably a misspelling of that.
        const guess = near ?? (wrong.size === 1 && missing.length === 1 ? missing[0] : undefined)
        return { path, message: `${UNKNOWN}; ${advice(tool, declared, guess)}` }
      })
      const others = validation.ok ? [] : validation.problems
      return { ok: false, problems: [...named, ...others.filter(one => !isUnknown(one, wrong))] }
    }
    return checked instanceof Promise ? checked.then(finish) : finish(checked)
  }
}

/** The begin of validators' messages about a property that must not be there. */
const UNKNOWN = 'unknown property'

function unknownKeys(
  input: Record<string, unknown>,
  declared: ReadonlySet<string>,
): readonly string[] {
  let unknown: string[] | undefined
  for (const key in input) {
    if (declared.has(key)) continue
    unknown ??= []
    unknown.push(key)
  }
  return unknown ?? none
}

const none: readonly string[] = []

/** Leaves out own keys with the value `undefined`; returns the same object when it has none. */
function withoutAbsent(input: Record<string, unknown>): Record<string, unknown> {
  for (const key in input) {
    if (input[key] !== undefined) continue
    return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
  }
  return input
}

/** Undeclared keys that are refused, or misspelt, or perhaps the reason; with the near name. */
function wrongNames(
  unknown: readonly string[],
  validation: Validation,
  declared: ReadonlySet<string>,
  { isOpen, isClosed, patterns }: RecordInput['rules'],
): Map<string, string | undefined> {
  const refused = new Set(validation.ok ? [] : validation.problems.map(pathOfUnknown))
  const isComparable = unknown.length * declared.size <= MAX_PAIRS
  const wrong = new Map<string, string | undefined>()
  for (const key of unknown) {
    if (wrong.size === MAX_WRONG) break
    const near = isComparable ? nearest(key, declared) : undefined
    const isRefused = refused.has(key)
    // The validator has checked whether a pattern admits the key.
    if (!isRefused && patterns.length > 0) continue
    const isGuilty = isOpen
      ? !validation.ok && near !== undefined
      : !validation.ok || near !== undefined
    if (isRefused || isClosed || isGuilty) wrong.set(key, near)
  }
  return wrong
}

const pathOfUnknown = ({ path, message }: Problem) =>
  message.startsWith(UNKNOWN) ? path : undefined

/** Whether a problem is that one of these properties must not be there. */
const isUnknown = (problem: Problem, names: ReadonlyMap<string, unknown>) =>
  names.has(pathOfUnknown(problem) ?? '')

function nearest(key: string, names: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const name of names) {
    const distance = nameDistance(key, name)
    if (distance === undefined || distance >= least) continue
    best = name
    least = distance
  }
  return best
}

function advice(tool: string, declared: ReadonlySet<string>, guess: string | undefined): string {
  if (guess !== undefined) return `did you mean ${guess}?`
  if (declared.size === 0) return `${tool} takes no input`
  const more = declared.size > MAX_LISTED ? ' and others' : ''
  return `${tool} takes ${[...declared].slice(0, MAX_LISTED).join(', ')}${more}`
}

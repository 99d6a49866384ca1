/**
 * The names in a tool's input, held against those of its schema before its values are.
 *
 * A wrong name is the commonest mistake of a call, and by itself a schema says nothing of it: where
 * it is not closed, the key passes and the tool runs without what was meant.
 */

import { isRecord } from '../predicates.ts'
import type { RecordInput } from './argument-rules.ts'
import { nameDistance } from './near-names.ts'
import type { Problem, Validation, Validator } from './tool.ts'

/** Names that a message lists. */
const MAX_LISTED = 30

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
      const wrong = unknown.filter(key => isWrong(key, validation, declared, rules))
      if (wrong.length === 0) return validation
      const missing = rules.required.filter(name => input[name] === undefined)
      const named = wrong.map(key => ({
        path: key,
        message: `${UNKNOWN}; ${advice(tool, key, declared, wrong, missing)}`,
      }))
      const others = validation.ok ? [] : validation.problems
      return { ok: false, problems: [...named, ...others.filter(one => !isSame(one, wrong))] }
    }
    return checked instanceof Promise ? checked.then(finish) : finish(checked)
  }
}

/** How validators begin what they say of a property that must not be there. */
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

/** Own keys with the value `undefined` are left out; the same object when there is none. */
function withoutAbsent(input: Record<string, unknown>): Record<string, unknown> {
  for (const key in input) {
    if (input[key] !== undefined) continue
    return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
  }
  return input
}

/** A key that is not declared is told when it is refused, probably another's, or perhaps the reason. */
function isWrong(
  key: string,
  validation: Validation,
  declared: ReadonlySet<string>,
  { isOpen, isClosed, patterns }: RecordInput['rules'],
): boolean {
  if (!validation.ok && validation.problems.some(one => isSame(one, [key]))) return true
  // Whether a pattern lets the key in, the validator has said.
  if (patterns.length > 0) return false
  if (isClosed) return true
  if (isOpen) return !validation.ok && nearest(key, declared) !== undefined
  return !validation.ok || nearest(key, declared) !== undefined
}

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

function advice(
  tool: string,
  key: string,
  declared: ReadonlySet<string>,
  wrong: readonly string[],
  missing: readonly string[],
): string {
  const near = nearest(key, declared)
  // One name too many and one too few are probably the same.
  const guess = near ?? (wrong.length === 1 && missing.length === 1 ? missing[0] : undefined)
  if (guess !== undefined) return `did you mean ${guess}?`
  const names = [...declared]
  if (names.length === 0) return `${tool} takes no input`
  const more = names.length > MAX_LISTED ? ' and others' : ''
  return `${tool} takes ${names.slice(0, MAX_LISTED).join(', ')}${more}`
}

/** Whether a problem says that one of these properties must not be there. */
function isSame({ path, message }: Problem, keys: readonly string[]): boolean {
  return keys.includes(path) && message.startsWith(UNKNOWN)
}

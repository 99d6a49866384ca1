/**
 * The fields of what an app gives as a tool: their types, and names that are nearly theirs.
 *
 * A misspelt `needsApproval` would drop the approval. Objects of other makers have fields of their
 * own, so an unknown name is refused only when it is nearly the name of an absent field of ours.
 */

import { isRecord } from '../base/predicates.ts'
import { shownValue } from '../base/shown-value.ts'
import { LatchdError } from '../errors.ts'
import { isNear } from './near-names.ts'
import type { ToolAnnotations } from './wire-tool.ts'

/** What may be said of a tool of any form. */
const settings = [
  'annotations',
  'timeoutMs',
  'maxCallsPerExecution',
  'retry',
  'needsApproval',
  'approvalTimeoutMs',
  'probe',
] as const
/** What only a definition has beside them; `name` and `execute` are missed when they are absent. */
const definitionFields = [
  ...settings,
  'description',
  'inputSchema',
  'outputSchema',
  'namespace',
] as const
const marks = ['readOnly', 'destructive', 'idempotent'] as const

type Settings = Readonly<Record<(typeof settings)[number], unknown>>

/**
 * Reads what is said of a tool of any form. Its functions are bound, and getters and methods of a
 * class are read too.
 */
export function settingsOf(like: object): Settings {
  const fields = like as Record<string, unknown>
  return Object.fromEntries(
    settings.map(field => {
      const value = fields[field]
      return [field, typeof value === 'function' ? value.bind(like) : value]
    }),
  ) as Settings
}

/**
 * Refuses a field that is nearly a field of ours.
 *
 * @param isDefinition whether the object is a definition of a tool, with schemas as ours has them
 * @throws {LatchdError} `TOOL_INVALID`
 */
export function refuseMisspelt(like: object, isDefinition: boolean, tool: string): void {
  refuseNear(like, isDefinition ? definitionFields : settings, '', tool)
}

/** @throws {LatchdError} `TOOL_INVALID` for a mark that is neither true nor false, or misspelt */
export function readAnnotations(annotations: unknown, tool: string): ToolAnnotations {
  if (annotations == null) return {}
  if (!isRecord(annotations)) {
    throw wrongType(tool, 'annotations', annotations, `an object of ${marks.join(', ')}`)
  }
  refuseNear(annotations, marks, 'annotations.', tool)
  for (const mark of marks) {
    const value = annotations[mark]
    if (value === undefined || typeof value === 'boolean') continue
    throw wrongType(tool, `annotations.${mark}`, value, 'true or false')
  }
  return annotations
}

/** @throws {LatchdError} `TOOL_INVALID` for a value that is neither a function nor absent */
export function readProbe<Probe>(probe: unknown, tool: string): Probe | undefined {
  if (probe == null) return undefined
  if (typeof probe === 'function') return probe as Probe
  throw wrongType(tool, 'probe', probe, 'a function')
}

/** @throws {LatchdError} `TOOL_INVALID` for a description that is not text */
export function readDescription(description: unknown, tool: string): string {
  if (typeof description === 'string') return description
  // Another maker's may be made anew for each request, which is not ours to do.
  if (description == null || typeof description === 'function') return ''
  throw wrongType(tool, 'description', description, 'a string')
}

function wrongType(tool: string, field: string, value: unknown, allowed: string): LatchdError {
  return new LatchdError(
    'TOOL_INVALID',
    `Cannot use tool "${tool}": ${field} is ${shownValue(value)}; ${allowed} is allowed`,
  )
}

function refuseNear(given: object, fields: readonly string[], path: string, tool: string): void {
  const absent = fields.filter(field => (given as Record<string, unknown>)[field] === undefined)
  for (const name of namesOf(given)) {
    if (fields.includes(name)) continue
    const meant = absent.find(field => isNear(name, field))
    if (meant === undefined) continue
    throw new LatchdError(
      'TOOL_INVALID',
      `Cannot use tool "${tool}": it has no field ${path}${name}; did you mean ${path}${meant}?`,
    )
  }
}

/** The names of an object's fields, those of its classes too. */
function namesOf(given: object): string[] {
  const names: string[] = []
  for (
    let at: object | null = given;
    at !== null && at !== Object.prototype && at !== Function.prototype;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    names.push(...Object.getOwnPropertyNames(at))
  }
  return names
}

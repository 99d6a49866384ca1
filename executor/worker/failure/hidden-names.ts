/**
 * Names of tools and of standard globals that programs of a session declare for themselves. The
 * program that does so gets a warning. When a later program calls such a name, and its value is
 * not a function, the error says where the name was declared. Inputs hide nothing: one whose name is
 * taken gets a warning.
 */

import { isRecord } from '../../../protocol/base/predicates.ts'
import type { ExecutionError, Warning } from '../../../protocol/execution/execution.ts'
import { standardGlobals } from '../../../protocol/tool/reserved-names.ts'
import { EXACT } from '../../../protocol/values/value-format.ts'
import type { GuestTask } from '../../boundary/messages.ts'
import { readSessionNames } from '../../boundary/session-code.ts'
import { LINE_END } from '../../compile/parse/source-position.ts'
import type { GuestTool } from '../../guest/host/tools.ts'

/** A declaration that hides something. */
export interface HiddenName {
  readonly name: string
  /** 0: not known. */
  readonly line: number
  /** How the tool is still called; absent for a standard global. */
  readonly toolPlace?: string
  /** Whether the name was that of a namespace, and `toolPlace` is one of its tools. */
  readonly isNamespace?: true
}

/** The declarations of a session's program that hide something. @param code the compiled program */
export function hiddenNames(code: string, tools: readonly GuestTool[]): HiddenName[] {
  const { lexical, vars, functions, lines } = readSessionNames(code)
  const places = new Map<string, string>()
  const namespaces = new Map<string, string>()
  for (const [name, identifier, , , member] of tools) {
    const place = name === identifier ? `tools.${name}` : `tools[${JSON.stringify(name)}]`
    if (identifier !== null) places.set(identifier, place)
    if (member && !namespaces.has(member[0])) namespaces.set(member[0], place)
  }
  return [...lexical, ...vars, ...functions].flatMap((name, i) => {
    const line = lines[i] ?? 0
    const toolPlace = places.get(name)
    if (toolPlace !== undefined) return [{ name, line, toolPlace }]
    const member = namespaces.get(name)
    if (member !== undefined) return [{ name, line, toolPlace: member, isNamespace: true as const }]
    return standardGlobals.has(name) ? [{ name, line }] : []
  })
}

/** Longer inputs are not read here: that would take longer than most programs. */
const MAX_READ_CHARS = 1_048_576

/**
 * Warnings about inputs that are no globals, since a tool or a standard global has the name.
 *
 * @param task its inputs; the built-ins of Python are not looked at
 */
export function inputWarnings(
  { inputs, language }: Pick<GuestTask, 'inputs' | 'language'>,
  tools: readonly GuestTool[],
): Warning[] {
  if (inputs === undefined || inputs.length > MAX_READ_CHARS) return []
  const ofTools = new Set(tools.flatMap(([, global, , , member]) => [global, member?.[0]]))
  return namesOf(inputs).flatMap(name => {
    const what = ofTools.has(name)
      ? 'a tool'
      : language !== 'python' && standardGlobals.has(name) && 'a standard global'
    if (what === false) return []
    const place = `inputs[${JSON.stringify(name)}]`
    const message = `The input ${name} is ${place} alone, since ${what} has that name`
    return [{ code: 'INPUT_HIDDEN' as const, message }]
  })
}

/** The names of an encoded record. */
function namesOf(encoded: string): string[] {
  const read = JSON.parse(encoded.slice(1)) as unknown
  const record = encoded[0] === EXACT ? (read as readonly unknown[])[0] : read
  return isRecord(record) ? Object.keys(record) : []
}

/** Further warnings would say no more than the first ones do. */
const MAX_WARNINGS = 20

/** Warnings for the author of the program that declares the names. */
export function warningsOf(
  names: readonly HiddenName[],
  others: readonly Warning[] = [],
): { readonly warnings?: Warning[] } {
  if (names.length === 0 && others.length === 0) return {}
  return { warnings: [...names.map(warningOf), ...others].slice(0, MAX_WARNINGS) }
}

function warningOf({ name, line, toolPlace, isNamespace }: HiddenName): Warning {
  const code = toolPlace === undefined ? 'GLOBAL_HIDDEN' : 'TOOL_HIDDEN'
  const what =
    toolPlace === undefined
      ? 'the standard global of that name'
      : isNamespace
        ? `the tools of that namespace, which are ${toolPlace} and so on from now on`
        : `the tool of that name, which is ${toolPlace} from now on`
  return {
    code,
    message: `The declaration of ${name} hides, for the rest of the session, ${what}`,
    ...(line > 0 && { line }),
  }
}

/** The text that later programs of the session get about it. */
export function hiderText(
  { line, toolPlace, isNamespace }: HiddenName,
  executionId: string,
): string {
  const where = `execution ${executionId}${line > 0 ? ` declared in line ${line}` : ' declared'}`
  return toolPlace === undefined
    ? `${where}, in place of the standard global; use another name for it.`
    : `${where}, in place of the ${isNamespace ? 'namespace' : 'tool'}; call ${toolPlace}.`
}

const NO_FUNCTION =
  /^(?:([\p{ID_Start}$_][\p{ID_Continue}$]*)\S* is )?not a (?:function|constructor)/u

/**
 * The error with a hint, when the program called such a name.
 *
 * @param hiders texts of {@link hiderText} by the name
 */
export function hintHidden(
  error: ExecutionError,
  source: string,
  hiders: Readonly<Record<string, string>>,
): ExecutionError {
  const found = NO_FUNCTION.exec(error.message)
  if (found === null || error.name !== 'TypeError') return error
  const name = found[1] ?? nameAt(source, error)
  if (name === undefined || !Object.hasOwn(hiders, name)) return error
  return { ...error, hint: `${name} is what ${hiders[name]}` }
}

/** The identifier at the place of an error. */
function nameAt(source: string, { line, column }: ExecutionError): string | undefined {
  if (line === undefined || column === undefined) return undefined
  const text = source.split(LINE_END)[line - 1]?.slice(column - 1) ?? ''
  return /^(?:new\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)/u.exec(text)?.[1]
}

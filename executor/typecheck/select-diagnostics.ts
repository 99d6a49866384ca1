/**
 * Selects and words those of the compiler's findings that become diagnostics.
 *
 * To refuse a program without need is worse than a fault that shows when it runs. So a finding
 * counts only when it names something that does not exist, or a misuse of a tool. Type errors about
 * the program's own values, which JavaScript allows, do not count.
 */

import type { Diagnostic } from '../../protocol/execution/execution.ts'
import { positionAt } from '../compile/parse/source-position.ts'
import type { CheckableProgram, Frame } from './program-facts.ts'
import type { Signature, ToolTypes } from './tool-types.ts'
import type { Finding } from './typescript-compiler.ts'

/** The most diagnostics that a program gets. */
export const MAX_DIAGNOSTICS = 20

/**
 * "Cannot find name": as such, with a proposal, of a library, of Node, of a test runner, in `{x}`.
 */
const UNKNOWN_NAME = new Set([
  2304, 2552, 2580, 2581, 2582, 2583, 2584, 2591, 2592, 2593, 2868, 18004,
])
/** "Property does not exist": as such, and with a proposal. */
const UNKNOWN_MEMBER = new Set([2339, 2551])
const NOT_CALLABLE = 2349
const ASSIGNED_CONSTANT = 2588
const NOT_ASSIGNABLE = 2322
/** Arguments: kind, value, members that are too many, missing or misspelt, number, no overload. */
const ARGUMENT = new Set([
  2345,
  NOT_ASSIGNABLE,
  2353,
  2554,
  2555,
  2559,
  2561,
  2739,
  2740,
  2741,
  2769,
  2820,
])

/** Members that a promise of a call would have. In such a place the call returns one. */
const PROMISE_MEMBERS = new Set(['then', 'catch', 'finally'])

/** Standard types whose members a program cannot have misread, unless it patches them. */
const STANDARD =
  /^(?:string|number|boolean|bigint|"[^"]*"|-?[\d.]+|true|false|Promise<.*>|Math|JSON|(?:any|string|number|boolean|[\w$]+)\[\])$/

/** The diagnostics of a program. @param reportsUnknown whether its globals are all known */
export function selectDiagnostics(
  findings: readonly Finding[],
  source: string,
  program: CheckableProgram,
  types: ToolTypes,
  reportsUnknown: boolean,
): Diagnostic[] {
  const { frames, shift, shiftFrom } = program
  const placed = findings.map(finding => ({
    ...finding,
    start: finding.start >= shiftFrom + shift ? finding.start - shift : finding.start,
  }))
  const toolOf = (finding: Finding) => frameOf(finding, frames, shift)?.tool
  // A variable that changes its type keeps its first one for the compiler.
  const isRetyped = placed.some(one => one.code === NOT_ASSIGNABLE && toolOf(one) === undefined)
  const selected = placed
    .map(finding => ({
      finding,
      message: messageOf(finding, {
        program,
        types,
        reportsUnknown,
        isRetyped,
        source,
        frame: frameOf(finding, frames, shift),
      }),
    }))
    .filter(({ message }) => message !== undefined)
    .sort((a, b) => a.finding.start - b.finding.start)
  return selected.slice(0, MAX_DIAGNOSTICS).map(({ finding, message }) => ({
    ...positionAt(source, finding.start),
    code: `TS${finding.code}`,
    message: short(message as string),
  }))
}

/** Types of many members make long messages. */
const MAX_MESSAGE = 1000
/** How open types are written here, which says nothing to a reader. */
const OPEN = /(?:; )?\[more: string\]: any(?:; )?/g

function short(message: string): string {
  const text = message.replace(OPEN, open =>
    open.startsWith(';') && open.endsWith(' ') ? '; ' : '',
  )
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE - 1)}…`
}

/** The innermost call or function around a finding. */
function frameOf(
  { start, end }: Finding,
  frames: readonly Frame[],
  shift: number,
): Frame | undefined {
  let inner: Frame | undefined
  for (const frame of frames) {
    if (frame.start > start || frame.end < end - shift) continue
    if (inner === undefined || frame.end - frame.start < inner.end - inner.start) inner = frame
  }
  return inner
}

interface DiagnosticContext {
  readonly program: CheckableProgram
  readonly types: ToolTypes
  readonly reportsUnknown: boolean
  readonly isRetyped: boolean
  readonly source: string
  readonly frame: Frame | undefined
}

/** The message of a finding; `undefined` when it does not become a diagnostic. */
function messageOf(finding: Finding, around: DiagnosticContext): string | undefined {
  const { code } = finding
  if (UNKNOWN_NAME.has(code)) return unknownName(finding, around)
  if (UNKNOWN_MEMBER.has(code)) return unknownMember(finding, around)
  if (code === ASSIGNED_CONSTANT) return finding.text
  if (code === NOT_CALLABLE) return notCallable(finding, around)
  return ARGUMENT.has(code) ? argument(finding, around) : undefined
}

function unknownName(finding: Finding, { program, reportsUnknown }: DiagnosticContext) {
  const name = quoted(finding.text)
  const { isPatching, given, values } = program
  if (!reportsUnknown || isPatching || given.has(name) || !values.has(finding.start))
    return undefined
  const proposal = /Did you mean '([^']+)'\?/.exec(finding.text)?.[1]
  return `Cannot find name '${name}'.${proposal === undefined ? '' : ` Did you mean '${proposal}'?`}`
}

function unknownMember({ text }: Finding, { program, types, isRetyped }: DiagnosticContext) {
  const [, name = '', type = ''] =
    /^Property '(.*?)' (?:does not exist|may not exist) on type '(.*?)'\./.exec(text) ?? []
  if (PROMISE_MEMBERS.has(name) || program.given.has(name)) return undefined
  const members = types.members.get(type)
  if (members !== undefined) return `${text} It has: ${members.join(', ') || 'nothing'}.`
  return STANDARD.test(type) && !isRetyped && !program.isPatching ? text : undefined
}

function notCallable({ text, details }: Finding, { types, isRetyped }: DiagnosticContext) {
  const [detail] = details
  const type = detail && quoted(detail.text)
  if (detail === undefined || type === undefined || isRetyped) return undefined
  const isKnown = /^(?:String|Number|Boolean)$/.test(type) || types.members.has(type)
  return isKnown ? `${text} ${detail.text}` : undefined
}

/** A value that is a string, a number or a boolean, where only some of those are taken. */
const WIDER =
  /type '(?:string|number|boolean)' is not assignable to (?:parameter of )?type '(?:(?:"[^"]*"|-?[\d.]+|true|false)(?: \| )?)+'/i

function argument(finding: Finding, around: DiagnosticContext): string | undefined {
  const { types, frame } = around
  const tool = frame?.tool
  const signature = tool === undefined ? undefined : types.signatures.get(tool)
  if (signature === undefined) return undefined
  const lines = linesOf(finding)
  const leaf = lines.at(-1) ?? finding.text
  // `let unit = 'c'` is a string to the compiler, whatever it holds.
  if (WIDER.test(leaf) || isWidened(lines, around)) return undefined
  const text = finding.code === 2769 ? overloadText(finding, frame as Frame, signature) : leaf
  return `${text} It is called as ${signature.text}.`
}

/** The type of a program's value, in a message. */
const GIVEN_TYPE = /type '(.*?)' (?:is not assignable|is missing|but required|has no properties)/

/** A member of an object type that is any string, number or boolean. */
const WIDE_MEMBER = /([\p{ID_Start}$_][\p{ID_Continue}$]*): (?:string|number|boolean)\b/gu

/** How a type begins that is one of some values. */
const LITERAL = /^\(?(?:"|-?\d|true|false)/

/**
 * Whether a tool accepts some values, while the program made the object before, so that its member
 * is any string to the compiler: `const op = { kind: 'clear' }`. An object that stands in the call
 * itself has its value.
 */
function isWidened(lines: readonly string[], { types, frame, source }: DiagnosticContext): boolean {
  const call = source.slice(frame?.start, frame?.end)
  const given = lines.map(line => GIVEN_TYPE.exec(line)?.[1] ?? '').join('\n')
  const members = Array.from(given.matchAll(WIDE_MEMBER), ([, name = '']) => name)
  return [...new Set(members)].some(name => {
    const isNarrow = types.text.split(`${name}: `).some((text, at) => at > 0 && LITERAL.test(text))
    return isNarrow && !call.includes(`${name}:`)
  })
}

/** The messages of a finding from the outside in, without those that only lead to the next. */
function linesOf({ text, details }: Finding): string[] {
  return [text, ...details.flatMap(linesOf)]
}

/**
 * The compiler explains its last overload, the record; a sole argument may stand for another one.
 */
function overloadText(finding: Finding, { onlyArgument }: Frame, { first }: Signature): string {
  const lines = linesOf(finding)
  const [, type] =
    /^Argument of type '(.*)' is not assignable to parameter of type/.exec(lines[2] ?? '') ?? []
  const isScalar = type !== undefined && !type.startsWith('{') && first !== undefined
  return onlyArgument === finding.start && isScalar
    ? `Argument of type '${type}' is not assignable to parameter of type '${first}'.`
    : (lines.at(-1) ?? finding.text)
}

const quoted = (text: string) => /'(.*?)'/.exec(text)?.[1] ?? ''

/**
 * One sentence that helps a model to repair its program, where the error contains enough for one.
 */

import type { Operation } from '../../diagnosis/scope.ts'
import { absentNames } from './absent-names.ts'
import { shellCommand, shellHint } from './foreign-texts.ts'
import { hintForCall, hintForCallback, hintForMember } from './method-hints.ts'
import { nearest } from './nearest-names.ts'
import { toolLike } from './tool-like.ts'

const MAX_NAMED = 5

/** Reads so many times the clock and still runs: it waits by looking. */
const BUSY_READS = 5000

/** An error that the guest threw, with the facts that a hint is made from. */
export interface ThrownError {
  readonly name: string
  /** As the guest saw it. */
  readonly message: string
  readonly source: string
  /** The step that failed. */
  readonly operation: Operation | undefined
  /** Whether a built-in that this step called has thrown. */
  readonly isByBuiltIn?: boolean | undefined
}

/** For an error that the guest threw. */
export function hintForError(thrown: ThrownError, tools: readonly string[]): string | undefined {
  const { name, message, operation } = thrown
  const missing = missingName(thrown)
  if (missing !== undefined) return hintForName(missing, thrown.source, tools)
  if (name === 'RangeError' && message.startsWith('Maximum call stack')) {
    return 'The recursion is too deep; use a loop or an explicit stack.'
  }
  if (name !== 'TypeError') return undefined
  if (message === 'not a function' && thrown.isByBuiltIn && operation) {
    return hintForCallback(operation)
  }
  if (message === 'not a function' || message === 'not a constructor') {
    const hint = operation && hintForCall(operation, tools)
    return hint ?? `Check that what is called exists; ${listOf(tools)}.`
  }
  const isOfNothing = /^cannot (?:read|set) property .* of (?:undefined|null)$/s.test(message)
  return isOfNothing && operation ? hintForMember(operation) : undefined
}

const MISSING = /^'?([\p{ID_Start}$_][\p{ID_Continue}$]*)'? is not defined$/u

/** The variable that an error says is not there. */
export function missingName({ name, message }: ThrownError): string | undefined {
  return name === 'ReferenceError' ? MISSING.exec(message)?.[1] : undefined
}

function hintForName(missing: string, source: string, tools: readonly string[]): string {
  if (shellCommand(source) !== undefined) return shellHint(tools)
  if (/^(?:lt|gt|amp|quot|apos|nbsp)$/.test(missing) && source.includes(`&${missing};`)) {
    return `The source has HTML entities such as &${missing};: send the characters that they stand for.`
  }
  const known = Object.hasOwn(absentNames, missing) ? absentNames[missing] : undefined
  const near = nearest(missing, tools)
  if (near.length > 0) return `Did you mean ${near.join(' or ')}?`
  if (known === undefined) return capitalized(`${listOf(tools)}.`)
  const tool = known.tool && toolLike(known.tool, tools)
  const instead = known.instead ?? (tool === undefined ? listOf(tools) : `call the tool ${tool}`)
  return `${known.reason}; ${instead}.`
}

function listOf(tools: readonly string[]): string {
  if (tools.length === 0) return 'no tools are available'
  const named = tools.slice(0, MAX_NAMED).join(', ')
  return `the tools are ${named}${tools.length > MAX_NAMED ? ` and ${tools.length - MAX_NAMED} more` : ''}`
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** For a program that exceeded `cpuMs` and did not watch the clock. @param line where it ran */
export function hintForLoop(line: number | undefined, tools: readonly string[]): string {
  const where = line === undefined ? 'What runs' : `What runs at line ${line}`
  const wait = tools.includes('sleep') ? ', and wait with sleep(ms)' : ''
  return `${where} does not come to an end: give the loop a condition that becomes false or a bound${wait}.`
}

/** For a program that exceeded `cpuMs`. */
export function hintForCpu(clockReads: number, tools: readonly string[]): string | undefined {
  if (clockReads < BUSY_READS) return undefined
  return tools.includes('sleep')
    ? 'To wait, call sleep(ms) instead of watching the clock.'
    : 'To wait, use setTimeout instead of watching the clock.'
}

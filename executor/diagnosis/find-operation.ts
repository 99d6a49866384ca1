/**
 * Finds the step at which a frame of the engine's stack stands.
 *
 * The engine compiles in one pass and notes places only where it meets certain tokens: variables,
 * the first argument of a call, the head of a function. It reports a frame at the last noted place
 * before its step. So the step is the first one behind that place that fits the message or the
 * called name. Steps are taken in the order in which the engine emits them, by their ends.
 */

import { isNode, type SyntaxNode } from '../compile/parse/syntax-node.ts'
import type { Operation, OperationKind, Scope, SourceScopes } from './scope.ts'

/** A frame of a program, in coordinates of its source. */
export interface ProgramFrame {
  /** The name of the frame's function; absent when it has none. */
  readonly name: string | undefined
  /** Offset in the source; `undefined` when the engine does not know it. */
  readonly offset: number | undefined
  /** Whether only its line is sure. */
  readonly isLineOnly: boolean
  /** Name of the function of the next outer frame. */
  readonly outer: string | undefined
}

/** Says whether a step may be the one. */
export type Test = (operation: Operation) => boolean

/** Where a frame may stand: the scope, and the offset from which its step is searched. */
interface Standing {
  readonly scope: Scope
  readonly from: number
}

/**
 * The first step that passes a test, of several in the order of preference.
 *
 * @param reach `near`: up to the next place that the engine notes; code that it moves about
 *   (patterns, heads of loops) may stand further away
 */
export function findOperation(
  scopes: SourceScopes,
  frame: ProgramFrame,
  tests: readonly Test[],
  reach: 'near' | 'far',
): Operation | undefined {
  const standings = standingsOf(scopes, frame)
  const { name } = frame
  const named = standings.filter(({ scope }) => scope.name === name)
  const others = standings.filter(({ scope }) => scope.name !== name)
  return firstOf(named, tests, reach) ?? firstOf(others, tests, reach)
}

function firstOf(
  standings: readonly Standing[],
  tests: readonly Test[],
  reach: 'near' | 'far',
): Operation | undefined {
  for (const isNear of reach === 'near' ? [true] : [true, false]) {
    for (const test of tests) {
      for (const standing of standings) {
        const found = firstBehind(standing, test, isNear)
        if (found !== undefined) return found
      }
    }
  }
  return undefined
}

function firstBehind(
  { scope, from }: Standing,
  test: Test,
  isNear: boolean,
): Operation | undefined {
  const limit = isNear ? (scope.marks.find(mark => mark > from) ?? Infinity) : Infinity
  return scope.operations.find(one => one.end > from && one.end <= limit && test(one))
}

/**
 * The loop that a frame runs in, where it has come to no call since the place that the engine
 * noted: the first that ends behind it. `undefined` when the noted place is in that loop, or there
 * is none.
 *
 * Of the program and of async functions the engine names the last place of all until they have come
 * to their first one.
 */
export function findLoop(source: SourceScopes, frame: ProgramFrame): SyntaxNode | undefined {
  const { name } = frame
  const standings = standingsOf(source, frame)
  const standing = standings.find(one => one.scope.name === name) ?? standings[0]
  if (standing === undefined) return undefined
  const { scope, from } = standing
  const endless = findEndless(source, scope)
  if (endless !== undefined && endless.end <= from) return endless
  const behind = scope.loops.filter(({ end }) => end > from).sort((a, b) => a.end - b.end)
  const [loop] = behind
  const isAround = loop !== undefined && loop.start < from && from !== scope.node.start
  return isAround ? undefined : loop
}

/** Ways out of a loop, and what gives way to other code in it. */
const WAY_OUT = /\b(?:await|break|continue\s+\w|return|throw|yield)\b/
/** Steps at which the engine may note no place. */
const PLACELESS: readonly OperationKind[] = ['name', 'assign']

/** The loop that a scope comes to before any step of its own, and that it cannot leave. */
function findEndless({ text }: SourceScopes, scope: Scope): SyntaxNode | undefined {
  const [loop] = scope.loops.toSorted((a, b) => a.start - b.start)
  if (loop === undefined || WAY_OUT.test(text.slice(loop.start, loop.end))) return undefined
  const { test, right } = loop
  if (right !== undefined || (isNode(test) && test.type !== 'Literal')) return undefined
  const hasPlace = scope.operations.some(
    ({ at, kind }) => at < loop.start || (at < loop.end && !PLACELESS.includes(kind)),
  )
  return hasPlace ? undefined : loop
}

/**
 * The only loop of a program that waits in each of its rounds: where a program runs that has no
 * frame while a round begins. `undefined` when there are several, or none.
 */
export function findWaiting(
  source: SourceScopes,
): { readonly scope: Scope; readonly loop: SyntaxNode } | undefined {
  const waiting = source.scopes.flatMap((scope, index) =>
    index > 0 && scope.node.async !== true
      ? []
      : scope.loops
          .filter(({ start, end }) => /\bawait\b/.test(source.text.slice(start, end)))
          .map(loop => ({ scope, loop })),
  )
  const inner = waiting.filter(
    ({ loop }) =>
      !waiting.some(
        one => one.loop !== loop && loop.start <= one.loop.start && one.loop.end <= loop.end,
      ),
  )
  return inner.length === 1 ? inner[0] : undefined
}

/** Where a frame may stand, the likeliest first. */
function standingsOf(source: SourceScopes, frame: ProgramFrame): Standing[] {
  const { name, offset, outer } = frame
  const { scopes } = source
  if (offset === undefined) {
    const fields = scopes.filter(({ fieldOf }) => fieldOf !== undefined && fieldOf === outer)
    const named = scopes.filter(scope => scope.name === name && scope.loops.length > 0)
    return [...fields, ...named].map(scope => ({ scope, from: scope.node.start }))
  }
  const [program, ...rest] = scopes as [Scope, ...Scope[]]
  if (name === '<eval>') return [{ scope: program, from: offset }]
  const begun = rest.filter(({ starts }) => isAt(source, frame, ...starts))
  const around = rest
    .filter(({ node }) => node.start <= offset && offset < node.end)
    .sort((a, b) => a.node.end - a.node.start - (b.node.end - b.node.start))
  return [
    ...begun.map(scope => ({ scope, from: scope.node.start })),
    ...around.map(scope => ({ scope, from: offset })),
    { scope: program, from: offset },
  ]
}

/** Whether a frame is said to be at one of some offsets, as far as its place is known. */
export function isAt(
  { text }: SourceScopes,
  { offset, isLineOnly }: ProgramFrame,
  ...starts: number[]
): boolean {
  if (offset === undefined) return false
  return starts.some(start => {
    if (start === offset) return true
    return isLineOnly && start > offset && !/[\r\n]/.test(text.slice(offset, start))
  })
}

const CALLS: readonly OperationKind[] = ['call', 'construct']
/**
 * Ways to call a function without a call in the source: iteration, conversion, a trap of a proxy.
 */
const IMPLICIT: readonly OperationKind[] = [
  'iterate',
  'operate',
  'destructure',
  'read',
  'write',
  'name',
]

/** Tests for the step that called a function of a name, the strictest first. */
export function calling(name: string | undefined): Test[] {
  const [, accessor, property] = /^(get|set) (.*)$/s.exec(name ?? '') ?? []
  if (accessor !== undefined) {
    const kind = accessor === 'get' ? 'read' : 'write'
    return [one => one.kind === kind && one.name === property, one => one.kind === kind]
  }
  const isCall: Test = ({ kind }) => CALLS.includes(kind)
  const isImplicit: Test = ({ kind }) => IMPLICIT.includes(kind)
  const isNamed: Test = one => isCall(one) && one.name === name
  if (/^(?:next|return|valueOf|toString|toJSON|concat|\[Symbol\..*\])$/.test(name ?? '')) {
    const isOperation: Test = ({ kind }) => kind === 'iterate' || kind === 'operate'
    return [isNamed, isOperation, isCall, isImplicit]
  }
  return [isNamed, isCall, isImplicit]
}

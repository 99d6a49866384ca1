import { type ParentMap, parentMapOf, type Surroundings } from '../parse/parent-map.ts'
import { isFunction, isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import { resolveBindings } from './bindings.ts'
import { isRewritable, needsSpace, rewriteCallee, wrapCallee } from './callees.ts'
import { argumentsOf, continuationOf } from './calls.ts'
import type { Edits } from './edits.ts'
import { HelperFunctions, isWithin } from './helper-functions.ts'
import { KnownFunctions } from './known-functions.ts'
import type { Position } from './position.ts'
import { PossibleTools } from './possible-tools.ts'
import { PromisePositions } from './promise-positions.ts'

/**
 * Prelude helper: takes `(value, name)`, returns a value with that method of promises: the value
 * itself, or a promise of it.
 */
const PROMISE_OF = '__latchd_promise'

/** What the program wants of a call, in bits. */
const WANT = {
  promise: 1,
  array: 2,
  /** The error of a tool is the rejection of a promise. */
  settled: 4,
  /** Any error is. */
  caught: 8,
} as const

/** Words of which a source that uses promises has at least one. */
const USES_PROMISES = /await|async|Promise|\.\s*(?:then|catch|finally)/

/** A call whose callee is rewritten. */
interface ConcurrentCall {
  readonly call: SyntaxNode
  readonly want: string
}

/**
 * Makes the calls concurrent whose promise the source visibly uses.
 *
 * Only the callee changes; whether it is a tool is decided when the program runs. In an async
 * function such a call is awaited where it is returned, so that its own `catch` and `finally` run.
 *
 * @param text without types; positions are those of `program`
 * @throws {Refusal} when the source is nested too deeply
 */
export function makeCallsConcurrent(
  text: string,
  program: SyntaxNode,
  edits: Edits,
  mode: 'program' | 'session',
): void {
  if (!USES_PROMISES.test(text)) return
  new ConcurrentCalls(text, program, mode).write(edits)
}

class ConcurrentCalls {
  readonly #text: string
  readonly #parentMap: ParentMap
  readonly #positions: PromisePositions
  readonly #tools: PossibleTools
  readonly #helpers: HelperFunctions

  constructor(text: string, program: SyntaxNode, mode: 'program' | 'session') {
    this.#text = text
    this.#parentMap = parentMapOf(program)
    const bindings = resolveBindings(program)
    const functions = new KnownFunctions(this.#parentMap, bindings)
    this.#positions = new PromisePositions(this.#parentMap, bindings, functions)
    this.#tools = new PossibleTools(bindings, functions, fn => this.#resultsOf(fn))
    this.#helpers = new HelperFunctions(text, this.#parentMap, mode)
  }

  write(edits: Edits): void {
    const calls: ConcurrentCall[] = []
    const callbacks: ConcurrentCall[] = []
    for (const call of this.#parentMap.calls) {
      // Outside async code a `catch` cannot see a promise fail.
      if (isBlocking(this.#parentMap.surroundingsOf(call))) continue
      const callback = this.#callbackOf(call)
      if (callback) callbacks.push(callback)
      const want = this.#wantOf(call)
      if (want !== undefined) calls.push({ call, want })
    }
    const [immediate, others] = [true, false].map(is =>
      calls.filter(({ call }) => isFunction(call.callee as SyntaxNode) === is),
    ) as [ConcurrentCall[], ConcurrentCall[]]
    // A function that is called where it stands may be a helper, which is within its callee then.
    this.#rewrite(immediate, edits)
    this.#helpers.write(edits)
    for (const { call, want } of callbacks) {
      wrapCallee(call, want, edits)
    }
    this.#rewrite(others, edits)
    for (const call of this.#parentMap.calls) this.#keepPromise(call, edits)
    this.#awaitReturned(new Set(calls.map(({ call }) => call)), edits)
  }

  #rewrite(calls: readonly ConcurrentCall[], edits: Edits): void {
    for (const { call, want } of calls) {
      rewriteCallee(this.#text, call.callee as SyntaxNode, want, edits)
    }
  }

  /** A function handed to another one that wants promises of it, unless it stands there itself. */
  #callbackOf(call: SyntaxNode): ConcurrentCall | undefined {
    const [first] = argumentsOf(call)
    const wanted = this.#positions.callbackOf(call)
    if (wanted) {
      const want = this.#written(call, wanted.position)
      return want && isOpaque(wanted.callback) ? { call: wanted.callback, want } : undefined
    }
    return continuationOf(call) && first && isOpaque(first)
      ? { call: first, want: String(WANT.promise) }
      : undefined
  }

  #wantOf(call: SyntaxNode): string | undefined {
    const position = this.#positions.of(call)
    if (position.promise === false && position.array === false) return undefined
    if (!isRewritable(call) || this.#positions.isOfPromises(call)) return undefined
    const callee = call.callee as SyntaxNode
    if (this.#positions.isCaught(call)) return this.#written(call, position, WANT.caught)
    const isAwaited = this.#isAwaited(call)
    if (!this.#tools.has(callee) && (isAwaited || this.#tools.isBuiltIn(callee))) return undefined
    return this.#written(call, position, isAwaited ? 0 : WANT.settled)
  }

  /**
   * An expression of {@link WANT}'s bits: what the program wants at a place.
   *
   * @param failures the bits for an error that is thrown there
   */
  #written(place: SyntaxNode, position: Position, failures = 0): string | undefined {
    let bits = 0
    const asked = new Set<string>()
    for (const as of ['promise', 'array'] as const) {
      const wanted = position[as]
      if (wanted === true) bits |= WANT[as]
      if (typeof wanted !== 'object' || !isWithin(this.#parentMap, place, wanted.fn)) continue
      const question = this.#helpers.asks(wanted.fn, place)
      if (question === undefined) continue
      asked.add(
        wanted.as === as
          ? `${question}&${WANT[as]}`
          : `(${question}&${WANT[wanted.as]}?${WANT[as]}:0)`,
      )
    }
    if ((bits & WANT.promise) !== 0) bits |= failures
    if (bits === 0 && asked.size === 0) return undefined
    return [...(bits === 0 ? [] : [String(bits)]), ...asked].join('|')
  }

  /**
   * Whether an error of a call is thrown at the same place as the rejection of its promise would
   * be.
   */
  #isAwaited(call: SyntaxNode): boolean {
    const parent = this.#parentMap.parentOf(call)
    return parent?.type === 'AwaitExpression' || parent?.type === 'YieldExpression'
  }

  /** Makes `value.then(…)` work where the value is not a promise. */
  #keepPromise(call: SyntaxNode, edits: Edits): void {
    const continuation = continuationOf(call)
    if (!continuation) return
    const { object, name } = continuation
    if (!CAN_BE_A_VALUE.has(object.type)) return
    if (object.type === 'CallExpression' && this.#positions.isOfPromises(object)) return
    const space = needsSpace(this.#text, object.start)
    edits.wrap(object.start, object.end, `${space}${PROMISE_OF}(`, `,"${name}")`)
  }

  #awaitReturned(concurrent: ReadonlySet<SyntaxNode>, edits: Edits): void {
    for (const node of this.#parentMap.returns) {
      const fn = isFunction(node) ? node : this.#parentMap.surroundingsOf(node).fn
      const value = isFunction(node) ? node.body : node.argument
      // An async generator awaits what it returns by itself.
      if (!fn?.async || fn.generator || !isNode(value)) continue
      const isConcurrent = resultsOf(value).some(
        result =>
          concurrent.has(result) ||
          (result.type === 'Identifier' && this.#positions.isPromise(result)),
      )
      if (isConcurrent) awaitValue(this.#text, value, edits)
    }
  }

  /** The expressions whose value may be the result of a function that is not async. */
  #resultsOf(fn: SyntaxNode): SyntaxNode[] {
    const body = fn.body as SyntaxNode
    if (body.type !== 'BlockStatement') return resultsOf(body)
    return this.#parentMap.returns
      .filter(node => node.type === 'ReturnStatement')
      .filter(node => this.#parentMap.surroundingsOf(node).fn === fn)
      .flatMap(({ argument }) => (isNode(argument) ? resultsOf(argument) : []))
  }
}

const isBlocking = ({ isAsync, isInTry }: Surroundings): boolean => isInTry && !isAsync

/** Types of expressions before `.then` whose value may be something other than a promise. */
const CAN_BE_A_VALUE = new Set([
  'AwaitExpression',
  'CallExpression',
  'ConditionalExpression',
  'Identifier',
  'LogicalExpression',
  'MemberExpression',
  'SequenceExpression',
])

/** Whether a function has to be looked at when the program runs. */
const isOpaque = ({ type }: SyntaxNode): boolean =>
  !type.endsWith('Literal') &&
  type !== 'FunctionExpression' &&
  type !== 'ArrowFunctionExpression' &&
  type !== 'SpreadElement'

/** The expressions of which a value is one. */
function resultsOf(value: SyntaxNode): SyntaxNode[] {
  switch (value.type) {
    case 'ConditionalExpression':
      return [
        ...resultsOf(value.consequent as SyntaxNode),
        ...resultsOf(value.alternate as SyntaxNode),
      ]
    case 'LogicalExpression':
      return resultsOf(value.right as SyntaxNode)
    case 'SequenceExpression':
      return resultsOf((value.expressions as SyntaxNode[]).at(-1) as SyntaxNode)
    case 'ChainExpression':
      return resultsOf(value.expression as SyntaxNode)
    default:
      return [value]
  }
}

const BINDS_WEAKER_THAN_AWAIT = new Set([
  'ConditionalExpression',
  'LogicalExpression',
  'SequenceExpression',
])

function awaitValue(text: string, value: SyntaxNode, edits: Edits): void {
  const isWeaker = BINDS_WEAKER_THAN_AWAIT.has(value.type)
  const open = `${needsSpace(text, value.start)}await ${isWeaker ? '(' : ''}`
  edits.wrap(value.start, value.end, open, isWeaker ? ')' : '')
}

import { resolveBindings } from './bindings.ts'
import type { Edits } from './edits.ts'
import { type Surroundings, traceLineage } from './lineage.ts'
import { PromisePositions } from './promise-positions.ts'
import { isFunction, isNode, type SyntaxNode } from './syntax-node.ts'
import { skipClosing } from './trivia.ts'

/** Prelude helper: the concurrent form of a tool, or the value itself when it is no tool. */
export const CONCURRENT = '__latchd_concurrent'

/** The same for a method: `(object, key)` to a function that has `object` as its `this`. */
export const CONCURRENT_MEMBER = '__latchd_concurrentMember'

/** Words of which a source that uses promises has at least one. */
const USES_PROMISES = /await|async|Promise|\.\s*(?:then|catch|finally)/

/**
 * Makes the calls concurrent whose promise the source visibly uses.
 *
 * Only the callee changes; whether it is a tool is decided when the program runs. In an async
 * function such a call is awaited where it is returned, so that its own `catch` and `finally` run.
 *
 * @param text without types; positions are those of `program`
 * @throws {Refusal} when the source is nested too deeply
 */
export function makeCallsConcurrent(text: string, program: SyntaxNode, edits: Edits): void {
  if (!USES_PROMISES.test(text)) return
  const lineage = traceLineage(program)
  const positions = new PromisePositions(lineage, resolveBindings(program))
  const concurrent = new Set<SyntaxNode>()

  for (const call of lineage.calls) {
    // Outside async code a `catch` cannot see a promise fail.
    if (isBlocking(lineage.surroundingsOf(call))) continue
    const callback = positions.callbackOf(call)
    if (callback && isReference(callback)) {
      edits.wrap(callback.start, callback.end, `${CONCURRENT}(`, ')')
    }
    if (!positions.of(call).promise || !isRewritable(call) || positions.isOfPromises(call)) continue
    rewriteCallee(text, call.callee as SyntaxNode, edits)
    concurrent.add(call)
  }

  for (const node of lineage.returns) {
    const fn = isFunction(node) ? node : lineage.surroundingsOf(node).fn
    const value = isFunction(node) ? node.body : node.argument
    // An async generator awaits what it returns by itself.
    if (!fn?.async || fn.generator || !isNode(value)) continue
    const isConcurrent = resultsOf(value).some(
      result =>
        concurrent.has(result) || (result.type === 'Identifier' && positions.isPromise(result)),
    )
    if (isConcurrent) awaitValue(text, value, edits)
  }
}

const isBlocking = ({ isAsync, isInTry }: Surroundings): boolean => isInTry && !isAsync

/** A function by name, whose value can be looked at before it is passed on. */
const isReference = (node: SyntaxNode): boolean =>
  node.type === 'Identifier' ||
  (node.type === 'MemberExpression' && (node.object as SyntaxNode).type !== 'Super')

function isRewritable(call: SyntaxNode): boolean {
  const callee = call.callee as SyntaxNode
  // Behind `?.` the rest of the chain may not run at all: only the head of one can be replaced.
  if (isInChain(callee)) return false
  if (callee.type === 'Super') return false
  if (callee.type !== 'MemberExpression') return true
  const [object, property] = [callee.object as SyntaxNode, callee.property as SyntaxNode]
  return object.type !== 'Super' && property.type !== 'PrivateIdentifier' && !call.optional
}

/** Whether an optional link stands in the chain of members and calls that ends in this node. */
function isInChain(end: SyntaxNode): boolean {
  let node: unknown = end
  while (isNode(node)) {
    if (node.type === 'ChainExpression') return true
    if (node.type !== 'MemberExpression' && node.type !== 'CallExpression') return false
    if (node.optional) return true
    node = node.type === 'MemberExpression' ? node.object : node.callee
  }
  return false
}

function rewriteCallee(text: string, callee: SyntaxNode, edits: Edits): void {
  const { start, end } = callee
  const space = needsSpace(text, start)
  if (callee.type !== 'MemberExpression') {
    edits.wrap(start, end, `${space}${CONCURRENT}(`, ')')
    return
  }
  const [object, property] = [callee.object as SyntaxNode, callee.property as SyntaxNode]
  const link = skipClosing(text, object.end)
  edits.wrap(start, end, `${space}${CONCURRENT_MEMBER}(`, callee.computed ? '' : ')')
  if (callee.computed) {
    edits.replace(link, link + 1, ',(')
    edits.replace(end - 1, end, '))')
  } else {
    edits.replace(link, link + 1, ',')
    edits.wrap(property.start, property.end, '"', '"')
  }
}

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

/** A space where a word would grow together with the one before, as in `await[f][0](x)`. */
const needsSpace = (text: string, at: number): string =>
  /[\p{ID_Continue}$]/u.test(text.charAt(at - 1)) ? ' ' : ''

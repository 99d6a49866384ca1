import { parentMapOf } from '../parse/parent-map.ts'
import type { SyntaxNode } from '../parse/syntax-node.ts'
import { resolveBindings } from './bindings.ts'
import type { Edits } from './edits.ts'

/**
 * Prelude helper: turns `final_answer` into a function to await, and returns any other value as it
 * is.
 */
export const ANSWER = '__latchd_answer'

const NAME = 'final_answer'

/** Without one of these words a program makes no promise. */
const MAKES_PROMISES = /async|Promise|digest/i

/**
 * Makes each call of `final_answer` wait for the promises in its value where `await` is allowed: at
 * the top level and in async functions.
 *
 * @param text without types; positions are those of `program`
 * @param mayHoldPromises whether names stand for values of earlier programs, promises among them
 * @throws {Refusal} when the source is nested too deeply
 */
export function awaitAnswers(
  text: string,
  program: SyntaxNode,
  edits: Edits,
  mayHoldPromises: boolean,
): void {
  if (!text.includes(NAME) || !(mayHoldPromises || MAKES_PROMISES.test(text))) return
  const { calls, parentOf, surroundingsOf } = parentMapOf(program)
  const answers = calls.filter(call => isAnswer(call) && mayMatter(call) && canAwait(call))
  if (answers.length === 0) return
  const { variableOf } = resolveBindings(program)
  for (const call of answers) {
    const callee = call.callee as SyntaxNode
    if (variableOf(callee) !== undefined) continue
    const parent = parentOf(call)
    // A parenthesis at the start of a statement would make a call of the line before.
    if (parent?.type === 'ExpressionStatement') edits.wrap(call.start, call.end, 'await ', '')
    else edits.wrap(call.start, call.end, startsStatement(call) ? 'void (await ' : '(await ', ')')
    edits.wrap(callee.start, callee.end, `${ANSWER}(`, ')')
  }

  /** Whether a call may be awaited: not in the parameter defaults of an async function. */
  function canAwait(call: SyntaxNode): boolean {
    const { fn, isAsync } = surroundingsOf(call)
    let at: SyntaxNode | undefined = call
    while (fn && at && parentOf(at) !== fn) at = parentOf(at)
    return isAsync && (fn === undefined || at === fn.body)
  }

  function startsStatement(call: SyntaxNode): boolean {
    for (let at = parentOf(call); at && at.start === call.start; at = parentOf(at)) {
      if (at.type === 'ExpressionStatement') return true
    }
    return false
  }
}

function isAnswer(call: SyntaxNode): boolean {
  const { type, name } = call.callee as SyntaxNode
  return type === 'Identifier' && name === NAME && call.optional !== true
}

/** Whether an argument is anything but a literal. */
function mayMatter(call: SyntaxNode): boolean {
  const [value] = call.arguments as SyntaxNode[]
  return value !== undefined && value.type !== 'Literal' && value.type !== 'TemplateLiteral'
}

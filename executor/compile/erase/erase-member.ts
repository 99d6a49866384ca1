import type { Blanks } from '../parse/blanks.ts'
import { Refusal } from '../parse/source-error.ts'
import { isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import { skipTrivia } from '../parse/trivia.ts'

const TYPE_MODIFIERS = new Set(['public', 'private', 'protected', 'readonly', 'override'])

/**
 * Takes the types out of a class member's head. A member that is only a type goes whole.
 *
 * @param previous the member before it that was kept
 * @returns whether the member is kept
 */
export function eraseMember(
  text: string,
  member: SyntaxNode,
  previous: SyntaxNode | undefined,
  blanks: Blanks,
): boolean {
  if (isType(member)) {
    refuseValue(member)
    blanks.blank(member.start, member.end)
    blanks.mark(member.start, ';')
    return false
  }
  const { key } = member
  if (!isNode(key)) return true
  eraseModifiers(text, member, key, previous, blanks)
  if (member.optional || member.definite) {
    const closing = member.computed ? text.indexOf(']', skipTrivia(text, key.end)) + 1 : key.end
    const mark = skipTrivia(text, closing)
    blanks.blank(mark, mark + 1)
  }
  return true
}

/** @throws {Refusal} for `declare a = 1`: its value would not be computed */
function refuseValue({ declare, type, value }: SyntaxNode): void {
  if (!declare || type !== 'PropertyDefinition' || !isNode(value)) return
  throw new Refusal(value.start, 'A field with `declare` cannot have a value')
}

const isType = (member: SyntaxNode): boolean =>
  member.type === 'TSIndexSignature' ||
  member.abstract === true ||
  member.declare === true ||
  (isNode(member.value) && member.value.type === 'TSDeclareMethod')

function eraseModifiers(
  text: string,
  member: SyntaxNode,
  key: SyntaxNode,
  previous: SyntaxNode | undefined,
  blanks: Blanks,
): void {
  const word = /[a-z]+/y
  for (let at = member.start; at < key.start; at = skipTrivia(text, word.lastIndex)) {
    word.lastIndex = at
    const [name] = word.exec(text) ?? []
    if (name === undefined) return
    if (!TYPE_MODIFIERS.has(name)) continue
    blanks.blank(at, at + name.length)
    // `a = 1` and on the next line `public ['b']`: the modifier is what kept them apart.
    const isOpen = previous?.type === 'PropertyDefinition' && text[previous.end - 1] !== ';'
    if (isOpen && at === member.start) blanks.mark(at, ';')
  }
}

import type { Blanks } from '../parse/blanks.ts'
import { forEachChild, isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import { skipTrivia } from '../parse/trivia.ts'
import type { Edits } from '../rewrite/edits.ts'

/**
 * Names in the function that builds an enum: the value of the last member, and the function that
 * adds one.
 */
const VALUE = '__latchd_value'
const MEMBER = '__latchd_member'

/** A number has a reverse mapping, a string has none. */
const HELPERS = `let ${VALUE}=-1;const ${MEMBER}=(k,v)=>{E[k]=${VALUE}=v;if(typeof v!=="string")E[v]=k;return v};`

/** The names of members that are also names within the enum; by enum, in one block. */
export class EnumScope {
  /** Whether it is the top level of the source, where TypeScript declares enums with `var`. */
  readonly isTop: boolean
  readonly #members = new Map<string, Set<string>>()

  constructor(isTop: boolean) {
    this.isTop = isTop
  }

  /**
   * The members of an enum that was declared before in the same block, which the next one extends.
   */
  membersOf(name: string): ReadonlySet<string> | undefined {
    return this.#members.get(name)
  }

  add(name: string, members: Iterable<string>): void {
    this.#members.set(name, new Set([...(this.#members.get(name) ?? []), ...members]))
  }
}

/**
 * Turns an enum into a declaration with the value that TypeScript's emit gives it. Its members'
 * values stay where they are.
 *
 * @param node whose types are erased
 * @returns the tree of the declaration
 */
export function declareEnum(
  text: string,
  node: SyntaxNode,
  scope: EnumScope,
  blanks: Blanks,
  edits: Edits,
): SyntaxNode {
  const { start, end } = node
  const id = node.id as SyntaxNode
  const name = id.name as string
  const members = node.members as SyntaxNode[]
  const before = scope.membersOf(name)
  const referenced = namesIn(members)
  const own = members.filter(hasName).map(nameOf)
  const inherited = [...(before ?? [])].filter(n => referenced.has(n) && !own.includes(n))
  const locals = inherited.map(n => `const ${n}=${name}[${JSON.stringify(n)}];`).join('')

  const kind = scope.isTop ? 'var' : 'let'
  const isDeclared = before !== undefined && !scope.isTop
  const opening = isDeclared ? ';' : `${kind} ${name}=`
  const helpers = HELPERS.replaceAll('E[', `${name}[`)
  const existing = before ? name : '{}'
  edits.wrap(
    start,
    end,
    `${opening}(function(${name}){${helpers}{${locals}`,
    `}return ${name}})(${existing});`,
  )
  blankFrame(node, blanks)
  for (const member of members) addMember(text, member, referenced, blanks, edits)
  scope.add(name, own)
  return treeOf(node, kind, isDeclared)
}

/** Blanks all but the members; comments go too. */
function blankFrame(node: SyntaxNode, blanks: Blanks): void {
  let at = node.start
  for (const member of node.members as SyntaxNode[]) {
    blanks.blank(at, member.start)
    at = member.end
  }
  blanks.blank(at, node.end)
}

function addMember(
  text: string,
  member: SyntaxNode,
  referenced: ReadonlySet<string>,
  blanks: Blanks,
  edits: Edits,
): void {
  const { id, initializer, start, end } = member
  const name = nameOf(member)
  const isLocal = hasName(member) && referenced.has(name)
  const call = `${isLocal ? `const ${name}=` : ''}${MEMBER}(${JSON.stringify(name)},`
  if (!isNode(initializer)) {
    edits.wrap(start, end, `${call}typeof ${VALUE}==="string"?void 0:${VALUE}+1);`, '')
    blanks.blank(start, end)
    return
  }
  const equals = skipTrivia(text, (id as SyntaxNode).end)
  blanks.blank(start, equals + 1)
  edits.wrap(equals + 1, end, call, ');')
}

/** The tree that the other passes see: the name that is declared, and the values, in a function. */
function treeOf(node: SyntaxNode, kind: string, isDeclared: boolean): SyntaxNode {
  const { start, end } = node
  const at = { start, end }
  const values = (node.members as SyntaxNode[]).flatMap(({ initializer }) =>
    isNode(initializer) ? [{ ...at, type: 'ExpressionStatement', expression: initializer }] : [],
  )
  const block = { ...at, type: 'BlockStatement', body: values }
  const builder = { ...at, type: 'FunctionExpression', id: null, params: [], body: block }
  const value = {
    ...at,
    type: 'UnaryExpression',
    operator: 'void',
    prefix: true,
    argument: builder,
  }
  if (isDeclared) return { ...at, type: 'ExpressionStatement', expression: value }
  const declarator = { ...at, type: 'VariableDeclarator', id: node.id, init: value }
  return { ...at, type: 'VariableDeclaration', kind, declarations: [declarator] }
}

const RESERVED =
  /^(?:await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|export|extends|false|finally|for|function|if|import|in|instanceof|let|new|null|return|super|switch|static|this|throw|true|try|typeof|var|void|while|with|yield|arguments|eval)$/

/** Whether a member can be referred to by its bare name within the enum. */
const hasName = (member: SyntaxNode): boolean =>
  (member.id as SyntaxNode).type === 'Identifier' && !RESERVED.test(nameOf(member))

const nameOf = (member: SyntaxNode): string => {
  const id = member.id as SyntaxNode
  return String(id.type === 'Identifier' ? id.name : id.value)
}

/** Every identifier within the members' values. */
function namesIn(members: readonly SyntaxNode[]): Set<string> {
  const names = new Set<string>()
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'Identifier') names.add(node.name as string)
    forEachChild(node, visit)
  }
  for (const { initializer } of members) if (isNode(initializer)) visit(initializer)
  return names
}

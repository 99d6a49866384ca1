/**
 * Functions of the source that return the call of a tool: helpers.
 *
 * The prelude knows a helper by a number. Where the promise of its call is wanted, the prelude
 * notes that number before the call. At its start the helper checks whether its number was noted,
 * and then makes the calls that it returns concurrent. All other calls treat it as an ordinary
 * function.
 */

import type { ParentMap } from '../parse/parent-map.ts'
import { forEachChild, isNode, type SyntaxNode } from '../parse/syntax-node.ts'
import { skipTrivia } from '../parse/trivia.ts'
import type { Edits } from './edits.ts'

/** Prelude helper: `(number, function, name?)` makes a helper known, and returns it. */
const HELPER = '__latchd_helper'
/** Prelude helper: `(object, key, number, …)` makes methods known, and returns the object. */
const METHODS = '__latchd_methods'
/** Prelude helper: takes `(number)`, returns in bits what is wanted of the current call. */
const ASKED = '__latchd_asked'
/** Prelude helper: as that one, before the body of the helper begins. */
const ASKED_EARLY = '__latchd_askedEarly'
/** The prefix of the local names that hold these bits. */
const LOCAL = '__latchd_as'

/** Where names of a source's top level stay: see `compile`. */
type Mode = 'program' | 'session'

/** How the source introduces a helper to the prelude, and where. */
type Introduction =
  | { readonly kind: 'expression'; readonly name: string | undefined }
  | { readonly kind: 'declaration'; readonly block: SyntaxNode }
  | {
      readonly kind: 'method'
      readonly holder: SyntaxNode
      readonly key: string
      isStatic: boolean
    }

/** The helpers of one source. */
export class HelperFunctions {
  readonly #text: string
  readonly #parentMap: ParentMap
  readonly #mode: Mode
  readonly #numbers = new Map<SyntaxNode, number>()
  #seed: number | undefined

  constructor(text: string, parentMap: ParentMap, mode: Mode) {
    this.#text = text
    this.#parentMap = parentMap
    this.#mode = mode
  }

  /**
   * Makes a function a helper.
   *
   * @param place a node within the function
   * @returns an expression that gives, at that place, what is wanted of the function's call, in the
   *   bits of the prelude; `undefined` when the function cannot be a helper
   */
  asks(fn: SyntaxNode, place: SyntaxNode): string | undefined {
    const number = this.#numberOf(fn)
    if (number === undefined) return undefined
    // The default of a parameter is read before the local name exists.
    return isWithin(this.#parentMap, place, fn.body as SyntaxNode)
      ? this.#localOf(number)
      : `${ASKED_EARLY}(${number})`
  }

  #numberOf(fn: SyntaxNode): number | undefined {
    const known = this.#numbers.get(fn)
    if (known !== undefined) return known
    const introduction = this.#introductionOf(fn)
    if (introduction === undefined) return undefined
    // A call of itself in its own parameters would take the answer that is meant for the first call.
    if (this.#isNamedInDefaults(fn, introduction)) return undefined
    this.#seed ??= hash(this.#text) * MAX_HELPERS
    const number = this.#seed + this.#numbers.size
    this.#numbers.set(fn, number)
    return number
  }

  /** Whether the defaults of a function's parameters have a name by which the source calls it. */
  #isNamedInDefaults(fn: SyntaxNode, introduction: Introduction): boolean {
    const open: SyntaxNode[] = []
    for (const parameter of fn.params as SyntaxNode[]) addDefaults(parameter, open)
    if (open.length === 0) return false
    const given = introduction.kind === 'expression' ? introduction.name : undefined
    const isField = /^Property/.test(this.#parentMap.parentOf(fn)?.type ?? '')
    const key = introduction.kind === 'method' ? introduction.key : isField ? given : undefined
    const own = identifierName(fn.id) ?? (isField ? undefined : given)
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node.type === 'Identifier') {
        const parent = this.#parentMap.parentOf(node)
        const isKey = parent?.type === 'MemberExpression' && parent.property === node
        if (node.name === (isKey && !parent.computed ? key : own)) return true
      }
      forEachChild(node, child => {
        open.push(child)
      })
    }
    return false
  }

  /**
   * Writes the edits that make the functions helpers. To be called before other edits within them.
   */
  write(edits: Edits): void {
    const declared = new Map<SyntaxNode, string[]>()
    const methods = new Map<SyntaxNode, { own: string[]; onPrototype: string[] }>()
    for (const [fn, number] of this.#numbers) {
      const introduction = this.#introductionOf(fn) as Introduction
      switch (introduction.kind) {
        case 'expression': {
          const { name } = introduction
          const named = name === undefined ? '' : `,${JSON.stringify(name)}`
          edits.wrap(fn.start, fn.end, `${HELPER}(${number},`, `${named})`)
          break
        }
        case 'declaration': {
          const { name } = fn.id as unknown as { name: string }
          push(declared, introduction.block, `const {}=${HELPER}(${number},${name});`)
          break
        }
        case 'method': {
          const { holder, key, isStatic } = introduction
          const entry = methods.get(holder) ?? { own: [], onPrototype: [] }
          methods.set(holder, entry)
          const list = isStatic ? entry.own : entry.onPrototype
          list.push(`,${JSON.stringify(key)},${number}`)
          break
        }
      }
    }
    for (const [block, lines] of declared) writeAtStart(this.#text, block, lines.join(''), edits)
    for (const [holder, lists] of methods) writeMethods(holder, lists, edits)
    for (const [fn, number] of this.#numbers) this.#writeQuestion(fn, number, edits)
  }

  /** Makes a helper check for which call it runs. */
  #writeQuestion(fn: SyntaxNode, number: number, edits: Edits): void {
    const question = `const ${this.#localOf(number)}=${ASKED}(${number});`
    const body = fn.body as SyntaxNode
    if (body.type === 'BlockStatement') {
      writeAtStart(this.#text, body, question, edits)
      return
    }
    const start = arrowEnd(this.#text, fn)
    edits.wrap(start, fn.end, `{${question}return(`, ')}')
  }

  #localOf(number: number): string {
    return `${LOCAL}${number - (this.#seed ?? 0)}`
  }

  #introductionOf(fn: SyntaxNode): Introduction | undefined {
    const parent = this.#parentMap.parentOf(fn)
    if (parent === undefined || fn.generator || fn.async) return undefined
    if (fn.type === 'FunctionDeclaration') return this.#ofDeclaration(fn, parent)
    if (parent.type === 'MethodDefinition' || (parent.type === 'Property' && parent.method)) {
      return this.#ofMethod(parent)
    }
    if (fn.id) return { kind: 'expression', name: undefined }
    const isField = parent.type === 'Property' || parent.type === 'PropertyDefinition'
    // The name of such a function is only known when the program runs.
    if (isField && parent.computed) return undefined
    return { kind: 'expression', name: nameFrom(parent, fn) }
  }

  #ofDeclaration(fn: SyntaxNode, parent: SyntaxNode): Introduction | undefined {
    // In a session the declaration becomes an assignment; see `keepNames`.
    if (parent.type === 'Program' && this.#mode === 'session') {
      return { kind: 'expression', name: (fn.id as SyntaxNode).name as string }
    }
    const isBlock = parent.type === 'Program' || parent.type === 'BlockStatement'
    return isBlock ? { kind: 'declaration', block: parent } : undefined
  }

  #ofMethod(method: SyntaxNode): Introduction | undefined {
    const { key, computed, kind } = method
    if (computed || !isNode(key) || key.type === 'PrivateIdentifier') return undefined
    if (kind !== 'method' && kind !== 'init') return undefined
    const holder = this.#parentMap.parentOf(method) as SyntaxNode
    const isStatic = holder.type === 'ObjectExpression' || method.static === true
    return { kind: 'method', holder, key: String(key.name ?? key.value), isStatic }
  }
}

/** So many helpers of one source have numbers of their own. */
const MAX_HELPERS = 65_536

/**
 * FNV-1a, 32 bits: sources of one session do not share numbers.
 * http://www.isthe.com/chongo/tech/comp/fnv/
 */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  }
  return value >>> 0
}

function push<K>(lists: Map<K, string[]>, key: K, text: string): void {
  const list = lists.get(key)
  if (list) list.push(text)
  else lists.set(key, [text])
}

/** The name that the language gives an anonymous function by its place. */
function nameFrom(parent: SyntaxNode, fn: SyntaxNode): string | undefined {
  switch (parent.type) {
    case 'VariableDeclarator':
      return parent.init === fn ? identifierName(parent.id) : undefined
    case 'AssignmentExpression':
      return parent.right === fn ? identifierName(parent.left) : undefined
    case 'AssignmentPattern':
      return parent.right === fn ? identifierName(parent.left) : undefined
    case 'Property':
    case 'PropertyDefinition': {
      const key = parent.key as SyntaxNode
      if (key.type === 'PrivateIdentifier') return `#${String(key.name)}`
      const name = String(key.name ?? key.value)
      return name === '__proto__' ? undefined : name
    }
    default:
      return undefined
  }
}

const identifierName = (node: unknown): string | undefined =>
  isNode(node) && node.type === 'Identifier' ? (node.name as string) : undefined

/** Puts a text before the first statement of a program or block, after its directives. */
function writeAtStart(text: string, block: SyntaxNode, line: string, edits: Edits): void {
  const statements = block.body as SyntaxNode[]
  const directives = statements.filter(statement => typeof statement.directive === 'string')
  const directive = directives.at(-1)
  const isOpen = directive !== undefined && text.charAt(directive.end - 1) !== ';'
  const isProgram = block.type === 'Program'
  const first = statements[directives.length]?.start ?? block.end
  const start = directive?.end ?? (isProgram ? first : block.start + 1)
  const end = isProgram ? (statements.at(-1)?.end ?? block.end) : block.end - 1
  edits.wrap(start, Math.max(start, end), `${isOpen ? ';' : ''}${line}`, '')
}

function writeMethods(
  holder: SyntaxNode,
  { own, onPrototype }: { own: string[]; onPrototype: string[] },
  edits: Edits,
): void {
  if (holder.type === 'ObjectExpression') {
    edits.wrap(holder.start, holder.end, `${METHODS}(`, `${own.join('')})`)
    return
  }
  const lines = [
    ...(onPrototype.length > 0 ? [`${METHODS}(this.prototype${onPrototype.join('')});`] : []),
    ...(own.length > 0 ? [`${METHODS}(this${own.join('')});`] : []),
  ]
  edits.wrap(holder.end - 1, holder.end, `static{${lines.join('')}}`, '')
}

/** The offset behind the `=>` of an arrow function. */
function arrowEnd(text: string, fn: SyntaxNode): number {
  const parameters = fn.params as SyntaxNode[]
  let at = skipTrivia(text, parameters.at(-1)?.end ?? fn.start)
  while (!text.startsWith('=>', at)) at = skipTrivia(text, at + 1)
  return at + '=>'.length
}

/** Puts the default values that patterns have onto a list. */
function addDefaults(pattern: SyntaxNode, defaults: SyntaxNode[]): void {
  if (pattern.type === 'AssignmentPattern') defaults.push(pattern.right as SyntaxNode)
  const inner = pattern.type === 'AssignmentPattern' ? (pattern.left as SyntaxNode) : pattern
  if (inner.type === 'Identifier') return
  forEachChild(inner, child => addDefaults(child, defaults))
}

/** Whether a node is another one or lies within it. */
export function isWithin(parentMap: ParentMap, node: SyntaxNode, outer: SyntaxNode): boolean {
  let around: SyntaxNode | undefined = node
  while (around !== undefined && around !== outer) around = parentMap.parentOf(around)
  return around === outer
}

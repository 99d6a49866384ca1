/**
 * The facts that the type check needs of a program beside its types, such as where it calls tools.
 */

import type { Language } from '../../protocol/execution/execution.ts'
import { parse, type Tree } from '../compile/parse/parse.ts'
import { type ProgramText, programText } from '../compile/parse/program-text.ts'
import { Refusal, TOO_DEEP } from '../compile/parse/source-error.ts'
import { forEachChild, isFunction, isNode, type SyntaxNode } from '../compile/parse/syntax-node.ts'
import { addNames } from '../compile/rewrite/top-level.ts'

/** A call or a function, with the tool that a diagnostic within it is about. */
export interface Frame {
  readonly start: number
  readonly end: number
  /** Identifier of the tool that is called; absent for any other call, and for functions. */
  readonly tool?: string
  /** Start of the only argument, unless that is an object literal; absent otherwise. */
  readonly onlyArgument?: number
}

/** A program that can be checked. */
export interface CheckableProgram {
  /** The source without fences, each character `shift` units further from `shiftFrom` on. */
  readonly text: string
  readonly language: Language
  readonly shift: number
  readonly shiftFrom: number
  readonly frames: readonly Frame[]
  /** Offsets, in the source, of the names that are read when the program runs. */
  readonly values: ReadonlySet<number>
  /** Names and properties that the program gives a value itself, or asks about by `typeof`. */
  readonly given: ReadonlySet<string>
  /** Whether it may put members or globals where types do not follow. */
  readonly isPatching: boolean
}

/**
 * A program, or the reason why it cannot be checked; `undefined` when it does not parse: then its
 * worker reports the error.
 */
export type ReadProgram = CheckableProgram | { readonly reason: string } | undefined

/** Longer sources are not checked: reading one takes this thread, and a compiler's time. */
const MAX_LENGTH = 131_072
/** The compiler recurses over the tree. Programs of people and models stay below 100. */
const MAX_DEPTH = 400
const TOO_DEEP_HERE = `the source is nested deeper than ${MAX_DEPTH} levels`

/** Reads a source. @param tools identifiers of the tools that it may call */
export function readProgram(
  source: string,
  language: Language,
  tools: ReadonlySet<string>,
): ReadProgram {
  if (source.length > MAX_LENGTH) {
    return { reason: `the source has ${source.length} characters, limit ${MAX_LENGTH}` }
  }
  const found = tryToParse(source, language)
  if (found === undefined || 'reason' in found) return found
  const { text, language: written, tree } = found
  const reader = new FactReader()
  if (!reader.read(tree.program)) {
    return { reason: TOO_DEEP_HERE }
  }
  const [object] = tree.program.body as [SyntaxNode]
  return {
    // An object literal alone would be read as a block.
    text: tree.isExpression
      ? `${text.slice(0, object.start)}(${text.slice(object.start, object.end)})${text.slice(object.end)}`
      : withoutExport(text),
    language: written,
    shift: tree.isExpression ? 1 : 0,
    shiftFrom: tree.isExpression ? object.start : 0,
    ...reader.facts(tools),
    isPatching: /\.prototype\b|\bdefineProp|\bglobalThis\b/.test(text),
  }
}

/**
 * `export default` of a value as a declaration, of a function or class as nothing, in its length.
 */
const withoutExport = (text: string): string =>
  text
    .replace(
      /^([ \t]*)export default(?=\s+(?:async\s+function|function|class)\b)/m,
      '$1;             ',
    )
    .replace(/^([ \t]*)export default(?=\s)/m, '$1;var _default=')

function tryToParse(
  source: string,
  language: Language,
): (ProgramText & { tree: Tree }) | { reason: string } | undefined {
  try {
    const program = programText(source, language)
    return { ...program, tree: parse(program.text, program.language) }
  } catch (error) {
    // A worker has a larger stack than this thread: there it may well parse.
    if (error instanceof Refusal && error.message === TOO_DEEP) return { reason: TOO_DEEP_HERE }
    // The worker meets the same error, and reports it with its details.
    if (error instanceof SyntaxError || error instanceof Refusal) return undefined
    throw error
  }
}

/** Properties and nodes that stand for types, which are gone when the program runs. */
const typeKeys = new Set([
  'typeAnnotation',
  'typeParameters',
  'typeArguments',
  'typeParameterization',
  'superTypeParameters',
  'superTypeArguments',
  'returnType',
  'implements',
])
const typeNodes = new Set(['TSTypeAliasDeclaration', 'TSInterfaceDeclaration'])

class FactReader {
  #calls: SyntaxNode[] = []
  #functions: SyntaxNode[] = []
  #values = new Set<number>()
  #given = new Set<string>()
  #declared = new Set<string>()

  /** Walks a tree without recursion; false when it is too deep. */
  read(program: SyntaxNode): boolean {
    const open: [node: SyntaxNode, depth: number][] = [[program, 0]]
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const [node, depth] = next
      if (depth > MAX_DEPTH) return false
      this.#visit(node)
      forEachChild(node, (child, key) => {
        if (!typeKeys.has(key) && !typeNodes.has(child.type)) open.push([child, depth + 1])
      })
    }
    return true
  }

  facts(tools: ReadonlySet<string>): Pick<CheckableProgram, 'frames' | 'values' | 'given'> {
    const isTool = (name: string) => tools.has(name) && !this.#declared.has(name)
    return {
      frames: [
        ...this.#functions.map(({ start, end }) => ({ start, end })),
        ...this.#calls.map(call => callFrame(call, isTool)),
      ],
      values: this.#values,
      given: this.#given,
    }
  }

  #visit(node: SyntaxNode): void {
    if (node.type === 'Identifier') this.#values.add(node.start)
    else if (isFunction(node)) {
      this.#functions.push(node)
      addNames(this.#declared, node.id)
      for (const parameter of node.params as SyntaxNode[]) addNames(this.#declared, parameter)
    } else {
      switch (node.type) {
        case 'CallExpression':
        case 'NewExpression':
          this.#calls.push(node)
          break
        case 'VariableDeclarator':
        case 'ClassDeclaration':
          addNames(this.#declared, node.id)
          break
        case 'MethodDefinition':
        case 'PropertyDefinition':
          // Also of a class that extends a standard one, whose methods then give that class.
          this.#give(node.key)
          break
        case 'CatchClause':
          addNames(this.#declared, node.param)
          break
        case 'AssignmentExpression':
        case 'ForInStatement':
        case 'ForOfStatement':
          this.#give(node.left)
          break
        case 'UnaryExpression':
          if (node.operator === 'typeof') this.#give(node.argument)
          break
      }
    }
  }

  /** Takes note of the names in a target of an assignment. */
  #give(target: unknown): void {
    if (!isNode(target)) return
    if (target.type === 'MemberExpression') {
      const property = target.property as SyntaxNode
      this.#given.add(String(property.name ?? property.value))
    } else if (target.type === 'Identifier') this.#given.add(target.name as string)
    else if (/Pattern$|^Property$|^RestElement$/.test(target.type)) {
      forEachChild(target, child => this.#give(child))
    }
  }
}

function callFrame(call: SyntaxNode, isTool: (name: string) => boolean): Frame {
  const { start, end } = call
  const tool = calledTool(call.callee as SyntaxNode, isTool)
  if (tool === undefined) return { start, end }
  const [only, ...more] = call.arguments as SyntaxNode[]
  const isOnly = only !== undefined && more.length === 0 && only.type !== 'ObjectExpression'
  return { start, end, tool, ...(isOnly && { onlyArgument: only.start }) }
}

/** The tool of `tool(…)`, `tool.async(…)`, `tools.tool(…)` and `tools['tool'](…)`. */
function calledTool(callee: SyntaxNode, isTool: (name: string) => boolean): string | undefined {
  if (callee.type === 'Identifier') {
    const name = callee.name as string
    return isTool(name) ? name : undefined
  }
  if (callee.type !== 'MemberExpression') return undefined
  const object = callee.object as SyntaxNode
  const property = callee.property as SyntaxNode
  if (object.type === 'Identifier' && object.name === 'tools') {
    const name = callee.computed === true ? property.value : property.name
    return typeof name === 'string' && isTool(name) ? name : undefined
  }
  return property.name === 'async' ? calledTool(object, isTool) : undefined
}

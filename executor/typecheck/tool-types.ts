/**
 * Tools as the type check sees them. A call returns a plain value: `await` and `Promise.all` accept
 * that too. The members that every tool has stand beside.
 *
 * The types are those of a prompt, by the same printer and under the same names. Only what a reader
 * would have to count is looser. The objects that tools return have names, so that a diagnostic
 * says which tool they are from.
 */

import { inTurns } from '../../protocol/base/in-turns.ts'
import { wordOf } from '../../protocol/tool/identifier.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { type ToolGlobal, toolGlobals } from '../../protocol/tool/tool-globals.ts'
import {
  parameterList,
  type SignatureStyle,
  signatureOf,
  type Signature as ToolSignature,
} from '../../protocol/tool/types/signature.ts'

/** The declarations of some tools. */
export interface ToolTypes {
  /** Text of a declaration file. */
  readonly text: string
  /** Identifiers, spellings and exact names of all tools, with how each is called. */
  readonly signatures: ReadonlyMap<string, Signature>
  /** Members of the object types that tools return, by the name of the type. */
  readonly members: ReadonlyMap<string, readonly string[]>
}

/** How a tool is called, for a reader. */
export interface Signature {
  readonly text: string
  /** Type of the first positional parameter; absent for tools that take anything. */
  readonly first: string | undefined
}

const known = new WeakMap<readonly Tool[], Promise<ToolTypes>>()

/** Declares tools; the same list is declared once. */
export function toolTypes(tools: readonly Tool[]): Promise<ToolTypes> {
  const before = known.get(tools)
  if (before !== undefined) return before
  const types = inTurns(new Declarations().of(tools))
  known.set(tools, types)
  return types
}

class Declarations {
  #lines: string[] = []
  #taken = new Set<string>(['Tools'])
  #members = new Map<string, readonly string[]>()
  #signatures = new Map<string, Signature>()
  #style: SignatureStyle = {
    reader: 'check',
    freeName: name => this.#free(name),
    declare: text => this.#lines.push(text),
    nameObject: (name, body, members) => {
      const free = this.#free(name)
      this.#members.set(free, members ?? [])
      this.#lines.push(`interface ${free} ${body}`)
      return free
    },
  }

  #tool(tool: Tool, name: string, spelling: string): { type: string; signature: Signature } {
    const signature = signatureOf(tool, name, this.#style)
    const { positional, input, result } = signature
    const lists: string[] = []
    if (positional !== undefined) lists.push(parameterList(positional))
    if (input !== undefined) lists.push(`input: ${input}`)
    if (lists.length === 0) lists.push('...args: any[]')
    return { type: faces(lists, result.text), signature: forReader(signature, spelling) }
  }

  *of(tools: readonly Tool[]): Generator<undefined, ToolTypes> {
    const { names } = toolGlobals(tools)
    const byName: string[] = []
    const namespaces = new Map<string, string[]>()
    for (const [i, tool] of tools.entries()) {
      yield
      const { identifier, member, spelling } = names[i] as ToolGlobal
      const exact = JSON.stringify(tool.name)
      const word = wordOf(identifier ?? tool.name)
      const { type, signature } = this.#tool(tool, word, spelling)
      for (const name of [spelling, identifier, tool.name]) {
        if (name !== undefined) this.#signatures.set(name, signature)
      }
      byName.push(`  ${exact}: ${type}`)
      const own = `Tools[${exact}]`
      if (identifier !== undefined) this.#lines.push(`declare const ${identifier}: ${own}`)
      if (member === undefined) continue
      const members = namespaces.get(member.namespace) ?? []
      namespaces.set(member.namespace, members)
      for (const name of new Set([member.name, member.key])) {
        if (name !== undefined) members.push(`  ${JSON.stringify(name)}: ${own}`)
      }
    }
    this.#members.set(
      'Tools',
      tools.map(({ name }) => name),
    )
    for (const [namespace, members] of namespaces) {
      const type = this.#free(`${namespace}_tools`)
      this.#lines.push(`interface ${type} {\n${members.join('\n')}\n}`)
      this.#lines.push(`declare const ${namespace}: ${type}`)
      this.#members.set(
        type,
        members.map(line => JSON.parse(line.slice(2, line.indexOf('": ') + 1))),
      )
    }
    const text = `${this.#lines.join('\n')}\ninterface Tools {\n${byName.join('\n')}\n}\ndeclare const tools: Tools\n`
    return { text, signatures: this.#signatures, members: this.#members }
  }

  #free(name: string): string {
    let free = name
    for (let i = 2; this.#taken.has(free); i++) free = `${name}_${i}`
    this.#taken.add(free)
    return free
  }
}

function forReader({ positional, input }: ToolSignature, spelling: string): Signature {
  if (positional !== undefined) {
    return { text: `${spelling}(${parameterList(positional)})`, first: positional[0]?.type }
  }
  return input === undefined
    ? { text: `${spelling}(...args)`, first: undefined }
    : { text: `${spelling}(input: ${input})`, first: input }
}

/** A tool with each of its parameter lists: called as it is, by `async`, and for each of a list. */
function faces(lists: readonly string[], result: string): string {
  const calls = lists.map(list => `(${list}): ${result}`)
  const promises = lists.map(list => `async(${list}): Promise<${result}>`)
  return `{ ${[...calls, ...promises].join('; ')} } & ToolFaces<${result}>`
}

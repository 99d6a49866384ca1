/**
 * The names by which the programs of an execution call its tools. They are decided once for the
 * whole set, for the guest's list of tools, the declarations for prompts, the type check and the
 * search tools.
 *
 * A name that is an identifier has first right to its global, wherever it stands in the set. Then
 * come the namespaces, then the names that have to be made identifiers, in the order of the set. Of
 * equal identifiers the first tool has the global; programs reach the others by `tools[…]` alone.
 */

import { identifierOf, isFreeIdentifier, isIdentifier, standardName, wordOf } from './identifier.ts'
import type { ToolDescriptor } from './wire-tool.ts'

/** The part of a tool that its global depends on. */
export type NamedTool = Pick<ToolDescriptor, 'name' | 'isImported' | 'namespace'>

/** The places of one tool in the programs of an execution. */
export interface ToolGlobal {
  /** The tool's variable; `undefined` when another tool has the name. `tools` has the tool in any case. */
  readonly identifier: string | undefined
  /** Its place in the variable of its namespace; absent without a namespace. */
  readonly member?: NamespaceMember
  /** How declarations write it: `server.list_items`, `list_items` or `tools["list-items"]`. */
  readonly spelling: string
}

/** A tool as a member of its namespace. */
export interface NamespaceMember {
  /** The variable of the namespace. */
  readonly namespace: string
  /** The exact name of the tool without the namespace before it. */
  readonly name: string
  /** The name as an identifier; `undefined` when another member has it. */
  readonly key: string | undefined
}

/** The names of a set of tools. */
export interface ToolGlobals {
  /** In the order of the tools. */
  readonly names: readonly ToolGlobal[]
  /** A sentence for each name that could not be had as it is. */
  readonly warnings: readonly string[]
}

/** Decides the names of a set of tools. */
export function toolGlobals(tools: readonly NamedTool[]): ToolGlobals {
  const warnings: string[] = []
  const taken = new Set<string>()
  const identifiers = new Array<string | undefined>(tools.length)
  for (const [i, { name }] of tools.entries()) {
    if (!isFreeIdentifier(name) || taken.has(name)) continue
    taken.add(name)
    identifiers[i] = name
  }
  const namespaces = namespaceVariables(tools, taken, warnings)
  for (const [i, { name }] of tools.entries()) {
    if (identifiers[i] !== undefined || isFreeIdentifier(name)) continue
    const identifier = identifierOf(name)
    if (taken.has(identifier)) continue
    taken.add(identifier)
    identifiers[i] = identifier
    const clash = standardName(name)
    if (clash === undefined) continue
    warnings.push(
      `Tool "${name}" is the global ${identifier}, since ${clash} is a standard global of every program`,
    )
  }
  const keys = memberKeys(tools)
  const names = tools.map((tool, i): ToolGlobal => {
    const identifier = identifiers[i]
    const plain = identifier ?? `tools[${JSON.stringify(tool.name)}]`
    if (tool.namespace === undefined) return { identifier, spelling: plain }
    const namespace = namespaces.get(tool.namespace) as string
    const key = keys[i]
    const spelling = key === undefined ? plain : `${namespace}.${key}`
    return { identifier, member: { namespace, name: memberName(tool), key }, spelling }
  })
  return { names, warnings }
}

/** Gives each namespace the name of a variable. No tool has the same name. */
function namespaceVariables(
  tools: readonly NamedTool[],
  taken: Set<string>,
  warnings: string[],
): ReadonlyMap<string, string> {
  const variables = new Map<string, string>()
  for (const { namespace } of tools) {
    if (namespace === undefined || variables.has(namespace)) continue
    let variable = identifierOf(namespace)
    while (taken.has(variable)) variable += '_'
    taken.add(variable)
    variables.set(namespace, variable)
    if (!isIdentifier(namespace) || variable === namespace) continue
    warnings.push(
      `The namespace "${namespace}" is the global ${variable}, since ${namespace} is taken`,
    )
  }
  return variables
}

/** The identifiers of members, each once within its namespace; any word of the language may be one. */
function memberKeys(tools: readonly NamedTool[]): (string | undefined)[] {
  const keys = new Array<string | undefined>(tools.length)
  const taken = new Set<string>()
  for (const isExact of [true, false]) {
    for (const [i, tool] of tools.entries()) {
      if (tool.namespace === undefined || isIdentifier(memberName(tool)) !== isExact) continue
      const key = wordOf(memberName(tool))
      const place = JSON.stringify([tool.namespace, key])
      if (taken.has(place)) continue
      taken.add(place)
      keys[i] = key
    }
  }
  return keys
}

function memberName({ name, namespace }: NamedTool): string {
  const prefix = `${namespace}.`
  return name.startsWith(prefix) && name.length > prefix.length ? name.slice(prefix.length) : name
}

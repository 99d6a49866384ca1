/**
 * The tools of programs as part of a description: each namespace, and as many declarations as fit.
 */

import { BYTES_PER_TOKEN } from '../../../protocol/answer/bounded-text.ts'
import { toolDeclarations } from '../../../protocol/tool/declarations.ts'
import type { ToolDescriptor } from '../../../protocol/tool/wire-tool.ts'

/** The declarations in a description take at most this many tokens. */
const MAX_TOKENS = 2000
const MAX_BYTES = MAX_TOKENS * BYTES_PER_TOKEN
/** More namespaces are counted, not named. */
const MAX_NAMESPACES = 50

/** Describes a set of tools. The namespaces take turns, so that none fills the room of the others. */
export function catalogueText(tools: readonly ToolDescriptor[]): string {
  if (tools.length === 0) return 'Programs have no tools.'
  const groups = Map.groupBy(tools, ({ namespace }) => namespace ?? '')
  const chosen = chosenInTurns([...groups.values()], tools)
  const named = [...groups].filter(([name]) => name !== '')
  const lines = named
    .slice(0, MAX_NAMESPACES)
    .map(([name, { length }]) => `- ${name}: ${count(length)}`)
  if (named.length > MAX_NAMESPACES) lines.push(`- and ${named.length - MAX_NAMESPACES} more`)
  const rest = tools.length - chosen.length
  return [
    ...(lines.length === 0 ? [] : [`Servers, each a global of programs:\n${lines.join('\n')}`]),
    ...(chosen.length === 0
      ? []
      : [`Functions of programs:\n\n\`\`\`ts\n${toolDeclarations(chosen, tools)}\n\`\`\``]),
    ...(rest === 0
      ? []
      : [`${count(rest)} more: search_tools finds them, and describe_tools declares them.`]),
  ].join('\n\n')
}

const count = (tools: number) => `${tools} ${tools === 1 ? 'tool' : 'tools'}`

function chosenInTurns(
  groups: readonly (readonly ToolDescriptor[])[],
  all: readonly ToolDescriptor[],
): ToolDescriptor[] {
  const chosen = new Set<ToolDescriptor>()
  let room = MAX_BYTES
  let open = groups.map(group => group[Symbol.iterator]())
  while (open.length > 0) {
    open = open.filter(group => {
      const { value: tool, done } = group.next()
      if (done) return false
      const bytes = Buffer.byteLength(toolDeclarations([tool], all))
      // A group whose next tool has no room is over: the order of its tools means something.
      if (bytes > room) return false
      room -= bytes
      chosen.add(tool)
      return true
    })
  }
  return all.filter(tool => chosen.has(tool))
}

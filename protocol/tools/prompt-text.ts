/** Tools as the text that a model's prompt carries. */

import type { ToolDescriptor } from '../tool.ts'
import { toolDeclarations } from './declarations.ts'
import { toolIdentifier } from './identifier.ts'
import { MANY_TOOLS, oneLine, toolSearchDescriptors } from './many-tools.ts'

/**
 * Tells a model of its tools: the declaration of each, or of more than {@link MANY_TOOLS} the name
 * and one line, with how to find the rest out.
 *
 * @param tools all that the program will see
 */
export function describeForPrompt(tools: readonly ToolDescriptor[]): string {
  if (tools.length <= MANY_TOOLS) return toolDeclarations(tools)
  const names = new Set(tools.map(({ name }) => name))
  const ours = toolSearchDescriptors.filter(({ name }) => !names.has(name))
  const declared = ours.length === 0 ? '' : `${howTo}\n\n${toolDeclarations(ours)}\n\n`
  return `${declared}The ${tools.length} tools:\n\n${toolLines(tools)}`
}

const howTo = `\
There are too many tools to declare each one here; below they stand by name, with one line.
A program finds out about them with two more functions, synchronous like every tool:
\`print(search_tools("words about the task"))\` gives names and lines, best first, and
\`print(describe_tools("name", "another_name"))\` gives TypeScript declarations.
Read the declaration of a tool before the first call of it.`

function toolLines(tools: readonly ToolDescriptor[]): string {
  const taken = new Set<string>()
  return tools
    .map(({ name, description }) => {
      const identifier = toolIdentifier(name)
      // Of two names that differ only in punctuation the first has the global.
      const call = taken.has(identifier) ? `tools[${JSON.stringify(name)}]` : identifier
      taken.add(identifier)
      const line = oneLine(description)
      return line === '' ? `- ${call}` : `- ${call}: ${line}`
    })
    .join('\n')
}

/** Tools as the text that a model's prompt carries. */

import { toolDeclarations } from './declarations.ts'
import { MANY_TOOLS, oneLine, toolSearchDescriptors } from './many-tools.ts'
import { pythonSpelling, pythonStubs } from './python/python-stubs.ts'
import { toolGlobals } from './tool-globals.ts'
import type { ToolDescriptor } from './wire-tool.ts'

/**
 * Describes tools for a model: the declaration of each. For more than {@link MANY_TOOLS} it has the
 * name and one line of each, and the way to find the rest.
 *
 * @param tools all that the program will see
 * @param language of the programs: Python has stubs, the others TypeScript declarations
 */
export function describeForPrompt(
  tools: readonly ToolDescriptor[],
  language: 'javascript' | 'typescript' | 'python' = 'javascript',
): string {
  const declare = language === 'python' ? pythonStubs : toolDeclarations
  if (tools.length <= MANY_TOOLS) return declare(tools)
  const names = new Set(tools.map(({ name }) => name))
  const form = language === 'python' ? 'python' : 'typescript'
  const ours = toolSearchDescriptors(form).filter(({ name }) => !names.has(name))
  const all = [...tools, ...ours]
  const declared = ours.length === 0 ? '' : `${howTo(form)}\n\n${declare(ours, all)}\n\n`
  return `${declared}The ${tools.length} tools:\n\n${toolLines(tools, all, form)}`
}

const howTo = (form: 'typescript' | 'python') => `\
There are too many tools to declare each one here; below they stand by name, with one line.
A program finds out about them with two more functions, synchronous like every tool:
\`print(search_tools("words about the task"))\` gives names and lines, best first, and
\`print(describe_tools("name", "another_name"))\` gives ${form === 'python' ? 'Python stubs' : 'TypeScript declarations'}.
Read the ${form === 'python' ? 'stub' : 'declaration'} of a tool before the first call of it.`

function toolLines(
  tools: readonly ToolDescriptor[],
  all: readonly ToolDescriptor[],
  form: 'typescript' | 'python',
): string {
  const { names } = toolGlobals(all)
  return tools
    .map((tool, i) => {
      const line = oneLine(tool.description)
      const name = form === 'python' ? pythonSpelling(tool, names[i]) : names[i]?.spelling
      return line === '' ? `- ${name}` : `- ${name}: ${line}`
    })
    .join('\n')
}

/** Python stubs of tools, to be put into a model's prompt. */

import { oneLine } from '../many-tools.ts'
import { isRecord } from '../schema.ts'
import { toolGlobals } from '../tool-globals.ts'
import type { ToolDescriptor } from '../wire-tool.ts'
import { capital, PythonTypes } from './python-types.ts'
import { pythonWord } from './python-word.ts'

/**
 * Declares tools as the plain functions that Python programs see, each with its docstring, after
 * the classes of its parameters and its result.
 *
 * @param among all tools that the programs see, which decide the names; `tools` by default
 */
export function pythonStubs(
  tools: readonly ToolDescriptor[],
  among: readonly ToolDescriptor[] = tools,
): string {
  const { names } = toolGlobals(among)
  const places = new Map(among.map(({ name }, at) => [name, at]))
  const taken = new Set<string>()
  return tools
    .map(tool => stubOf(tool, pythonSpelling(tool, names[places.get(tool.name) ?? -1]), taken))
    .join('\n\n')
}

/** How a Python program writes a tool. @param global its names; see `protocol/tool/tool-globals.ts` */
export function pythonSpelling(
  { name }: ToolDescriptor,
  global: ReturnType<typeof toolGlobals>['names'][number] | undefined,
): string {
  const { member, identifier } = global ?? {}
  if (member?.key !== undefined) return `${pythonWord(member.namespace)}.${pythonWord(member.key)}`
  return identifier === undefined ? `tools[${JSON.stringify(name)}]` : pythonWord(identifier)
}

function stubOf(tool: ToolDescriptor, spelling: string, taken: Set<string>): string {
  const { inputSchema, outputSchema } = tool
  const base = capital(pythonWord(tool.name)) || 'Tool'
  const input = new PythonTypes(inputSchema, taken)
  const output = new PythonTypes(outputSchema, taken)
  const parameters = parametersOf(inputSchema, input, base)
  const result = outputSchema === undefined ? 'Any' : output.typeOf(outputSchema, `${base}Result`)
  const isName = /^[\p{L}\p{N}_]+$/u.test(spelling)
  const name = isName ? spelling : pythonWord(tool.name)
  const notes = [...docLines(tool), ...(isName ? [] : [`Call it as ${spelling}(…).`])]
  const head = `def ${name}(${parameters}) -> ${result}:`
  const body = notes.length === 0 ? ' ...' : `\n${docString(notes)}`
  return [...input.classes, ...output.classes, `${head}${body}`].join('\n\n')
}

function parametersOf(schema: ToolDescriptor['inputSchema'], types: PythonTypes, base: string) {
  if (schema === undefined) return '*args'
  const properties = isRecord(schema.properties) ? schema.properties : undefined
  if (properties === undefined) return 'input: Any'
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  let isOptional = false
  return Object.entries(properties)
    .map(([name, part]) => {
      // As in Python: after a parameter that may be left out each may.
      isOptional ||= !required.has(name)
      const type = types.typeOf(part, base + capital(name))
      return `${pythonWord(name)}: ${type}${isOptional ? ' = ...' : ''}`
    })
    .join(', ')
}

function docLines({ description, inputSchema, maxCallsPerExecution: most }: ToolDescriptor) {
  const properties = isRecord(inputSchema?.properties) ? inputSchema.properties : {}
  const parameters = Object.entries(properties).flatMap(([name, part]) => {
    const text = isRecord(part) && typeof part.description === 'string' ? part.description : ''
    return text === '' ? [] : [`${pythonWord(name)}: ${oneLine(text)}`]
  })
  return [
    ...description
      .trim()
      .split('\n')
      .filter(line => line !== ''),
    ...parameters,
    ...(most === undefined
      ? []
      : [`A program may call it ${most === 1 ? 'once' : `${most} times`}.`]),
  ]
}

function docString(lines: readonly string[]): string {
  const safe = lines.map(line => line.replaceAll('\\', '\\\\').replaceAll('"""', "'''"))
  if (safe.length === 1) return `    """${safe[0]}"""`
  return `    """${safe[0]}\n\n${safe
    .slice(1)
    .map(line => `    ${line}`)
    .join('\n')}\n    """`
}

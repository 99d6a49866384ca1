/** The two tools by which a program searches its tools when they are too many for a prompt. */

import type { ToolDescriptor } from './wire-tool.ts'

/** An execution that sees more tools than this can also search them. */
export const MANY_TOOLS = 30

/** The descriptor of `search_tools`. */
export const searchToolsDescriptor = {
  name: 'search_tools',
  description:
    'Finds tools by words of their names, descriptions and parameters; best first, each with one line.',
  inputSchema: {
    type: 'object',
    properties: {
      query: { type: 'string', description: 'Words that say what the tool should do' },
      limit: { type: 'integer', minimum: 1, maximum: 100, description: '10 by default' },
      namespace: { type: 'string', description: 'Only tools of this group' },
      offset: { type: 'integer', minimum: 0, description: 'So many of the best are left out' },
    },
    required: ['query'],
    additionalProperties: false,
  },
  outputSchema: {
    type: 'array',
    items: {
      type: 'object',
      properties: { name: { type: 'string' }, description: { type: 'string' } },
      required: ['name', 'description'],
    },
  },
  annotations: { readOnly: true },
} as const satisfies ToolDescriptor

/** The descriptor of `describe_tools`. */
export const describeToolsDescriptor = {
  name: 'describe_tools',
  description:
    'Gives the TypeScript declarations of the tools with these names, or of all in a group.',
  outputSchema: { type: 'string' },
  annotations: { readOnly: true },
} as const satisfies ToolDescriptor

/** The descriptor of `describe_tools` for the programs of a language. */
export const describeToolsIn = (form: 'typescript' | 'python'): ToolDescriptor =>
  form === 'typescript'
    ? describeToolsDescriptor
    : {
        ...describeToolsDescriptor,
        description: 'Gives the Python stubs of the tools with these names, or of all in a group.',
      }

/** The two further tools of an execution with many tools. */
export const toolSearchDescriptors = (form: 'typescript' | 'python'): readonly ToolDescriptor[] => [
  searchToolsDescriptor,
  describeToolsIn(form),
]

/** Longest line of a tool, in UTF-16 units. */
const MAX_LINE = 120

/** The first sentence of a description, or as much of it as fits on a line. */
export function oneLine(description: string): string {
  const [line = ''] = description.trim().split('\n')
  const [sentence = ''] = line.split(/(?<=[.!?])\s/)
  return sentence.length <= MAX_LINE ? sentence : `${sentence.slice(0, MAX_LINE - 1).trimEnd()}…`
}

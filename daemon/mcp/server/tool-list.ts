/** The tools that an MCP host sees. */

import type { Tool } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { Language } from '../../../protocol/execution/execution.ts'
import { shortDescription } from '../../../sdk/code-tool/prompt.ts'
import type { McpBackend } from './backend.ts'
import { catalogueText } from './catalogue-text.ts'
import { DEFAULT_WAIT_MS, MAX_WAIT_MS } from './run-program.ts'

const executionId = z.string().min(1).describe('The executionId of an answer')
const place = z.int().min(0)

/** The inputs of the tools, each once: for the list, and for the calls. */
export const inputs = {
  run_program: z.strictObject({
    source: z.string().describe('The program'),
    language: Language.optional().describe('javascript by default'),
    sessionId: z
      .string()
      .optional()
      .describe('A session whose programs find the globals of those before them'),
    limits: z
      .record(z.string(), z.number())
      .optional()
      .describe('Limits of this program, such as {"cpuMs": 1000}'),
    timeZone: z.string().optional().describe('The IANA name of the zone of local times; UTC'),
  }),
  wait: z.strictObject({
    executionId,
    waitMs: z.int().min(0).max(MAX_WAIT_MS).optional().describe(`${DEFAULT_WAIT_MS} by default`),
  }),
  read_output: z.strictObject({
    executionId,
    from: place.describe('The first character'),
    to: place.describe('The character after the last one'),
  }),
  search_tools: z.strictObject({
    query: z.string().describe('Words that say what the tool should do, or its name'),
    namespace: z.string().optional().describe('Only tools of this server'),
    limit: z.int().min(1).max(100).optional().describe('10 by default'),
    offset: z.int().min(0).optional().describe('So many of the best are left out'),
  }),
  describe_tools: z.strictObject({
    names: z.array(z.string()).max(200).optional().describe('Names of tools'),
    namespace: z.string().optional().describe('All tools of this server'),
  }),
  cancel: z.strictObject({ executionId }),
  decide_approval: z.strictObject({
    approvalId: z.string().min(1),
    decision: z.enum(['approve', 'reject']),
    reason: z.string().optional().describe('The program gets it'),
    args: z.unknown().optional().describe('Arguments in place of those of the call'),
    answer: z.string().optional().describe('The answer to a question'),
  }),
} as const

/** The name of a tool. */
export type ToolName = keyof typeof inputs

const reads = { readOnlyHint: true, openWorldHint: false } as const

const texts: { readonly [Name in ToolName]: Omit<Tool, 'name' | 'inputSchema'> } = {
  run_program: {
    title: 'Run a program',
    annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: true },
  },
  wait: {
    title: 'Wait for a program',
    description:
      'Goes on with a program whose answer had the status waiting, running or queued; answers as run_program does.',
    annotations: { ...reads, readOnlyHint: true },
  },
  read_output: {
    title: 'Read an output',
    description:
      'Reads a part of the logs and the output, which are one text, that was too long for its answer.',
    annotations: reads,
  },
  search_tools: {
    title: 'Search the functions of programs',
    description:
      'Finds functions of programs by words of their names, descriptions and parameters; best first, each with one line.',
    annotations: reads,
  },
  describe_tools: {
    title: 'Declare functions of programs',
    description:
      'Gives the TypeScript declarations of functions of programs, by name or by server.',
    annotations: reads,
  },
  cancel: {
    title: 'Cancel a program',
    description: 'Ends a program that runs or waits.',
    annotations: {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    },
  },
  decide_approval: {
    title: 'Decide about a call',
    description:
      'Tells a waiting program what a person has decided about a call of it. Call it only with what the person has said.',
    annotations: {
      readOnlyHint: false,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: true,
    },
  },
}

const descriptions = new WeakMap<object, string>()

/** The text about the tools of programs: the one part of the list that may change. */
export async function programText(backend: McpBackend): Promise<string> {
  const own = await backend.tools()
  const description = descriptions.get(own) ?? programDescription(own.tools)
  descriptions.set(own, description)
  return description
}

/** Lists the tools for a caller. */
export async function toolList(backend: McpBackend): Promise<Tool[]> {
  const description = await programText(backend)
  const mayApprove = await backend.mayApprove()
  const languages = await backend.languages()
  const names = (Object.keys(inputs) as ToolName[]).filter(
    name => name !== 'decide_approval' || mayApprove,
  )
  return names.map(name => ({
    name,
    ...(name === 'run_program' && { description }),
    ...texts[name],
    inputSchema: name === 'run_program' ? withLanguages(schemaOf(name), languages) : schemaOf(name),
  }))
}

const programDescription = (tools: Parameters<typeof catalogueText>[0]) =>
  `${shortDescription(undefined, undefined)} The prompt "programs" has the rules of the language.\n\n${catalogueText(tools)}`

/** The schema of a program with the languages that the daemon runs. */
function withLanguages(
  { properties = {}, ...schema }: Tool['inputSchema'],
  languages: readonly Language[],
): Tool['inputSchema'] {
  const language = { ...(properties.language as object), enum: [...languages] }
  return { ...schema, properties: { ...properties, language } }
}

const schemas = new Map<ToolName, Tool['inputSchema']>()

function schemaOf(name: ToolName): Tool['inputSchema'] {
  const known = schemas.get(name)
  if (known !== undefined) return known
  const { $schema: _, ...schema } = z.toJSONSchema(inputs[name], { io: 'input' })
  schemas.set(name, schema as Tool['inputSchema'])
  return schema as Tool['inputSchema']
}

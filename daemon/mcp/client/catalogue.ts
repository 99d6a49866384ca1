/** The tools of a server as programs have them. */

import { errorText } from '../../../protocol/base/error-text.ts'
import { checkToolName } from '../../../protocol/tool/identifier.ts'
import { normalizeTool } from '../../../protocol/tool/normalize.ts'
import { isRecord } from '../../../protocol/tool/schema.ts'
import type { Tool } from '../../../protocol/tool/tool.ts'
import type { ToolContext } from '../../../protocol/tool/wire-tool.ts'
import { governed } from '../../auth/asking-tool.ts'
import { toolPolicy } from '../../auth/tool-policy.ts'
import { nameMatcher } from '../../base/name-patterns.ts'
import type { McpServerSetting } from './server-setting.ts'

/** Calls a tool of the server by its own name; resolves with a `CallToolResult`. */
export type CallServer = (
  name: string,
  input: Readonly<Record<string, unknown>>,
  context: ToolContext,
  isRepeatable: boolean,
) => Promise<unknown>

/** The tools of a server, and why some of them are not there. */
export interface Catalogue {
  readonly tools: readonly Tool[]
  readonly warnings: readonly string[]
}

/** Makes tools of what a server lists, with a step for each, since schemas take a while. */
export function* readCatalogue(
  setting: McpServerSetting,
  listed: readonly unknown[],
  call: CallServer,
): Generator<undefined, Catalogue> {
  const { name: server, include, exclude, policy } = setting
  const isIncluded = include === undefined ? () => true : nameMatcher(include)
  const isExcluded = nameMatcher(exclude)
  const isNamed = (matches: (name: string) => boolean, name: string) =>
    matches(name) || matches(`${server}.${name}`)
  const tools = new Map<string, Tool>()
  const warnings: string[] = []
  for (const [at, one] of listed.entries()) {
    const name = isRecord(one) && typeof one.name === 'string' ? one.name : undefined
    const leaveOut = (why: string) =>
      warnings.push(
        `MCP server ${server}: the tool ${name ?? `at place ${at}`} is left out: ${why}`,
      )
    if (name === undefined) {
      leaveOut('it has no name')
      continue
    }
    if (!isNamed(isIncluded, name) || isNamed(isExcluded, name)) continue
    yield
    try {
      const tool = toolOf(setting, one as Record<string, unknown>, name, call)
      if (tools.has(tool.name)) leaveOut('another one has its name')
      else tools.set(tool.name, tool)
    } catch (error) {
      leaveOut(errorText(error))
    }
  }
  const rules = policy.length === 0 ? [] : [toolPolicy(policy, `${server}.`)]
  const taken = governed([...tools.values()], rules)
  for (const tool of taken) warnings.push(...(tool.warnings ?? []))
  return { tools: taken, warnings }
}

/** @throws {Error} for a tool that cannot be taken */
function toolOf(
  { name: server, timeoutMs }: McpServerSetting,
  listed: Record<string, unknown>,
  name: string,
  call: CallServer,
): Tool {
  const { title, description, inputSchema, outputSchema, annotations, execution } = listed
  if (!isRecord(inputSchema)) throw new Error('its inputSchema is no object')
  if (isRecord(execution) && execution.taskSupport === 'required') {
    throw new Error('it can only be called as a task of an earlier revision')
  }
  const tool: Tool = normalizeTool({
    name: `${server}.${name}`,
    namespace: server,
    description: descriptionOf(description, title, annotations),
    inputSchema,
    ...(isRecord(outputSchema) && { outputSchema }),
    ...(isRecord(annotations) && { annotations }),
    ...(timeoutMs !== undefined && { timeoutMs }),
    // Called as a server's tool: the answer is read by the rules of the protocol.
    handler: (input: unknown, context: ToolContext) =>
      call(name, recordOf(input), context, isRepeatable(tool)),
  } as never)
  checkToolName(tool)
  return tool
}

const isRepeatable = ({ annotations }: Tool) =>
  annotations.readOnly === true || annotations.idempotent === true

/** A server takes an object, and one without anything in it is that of a call without arguments. */
const recordOf = (input: unknown): Record<string, unknown> => (isRecord(input) ? input : {})

function descriptionOf(description: unknown, title: unknown, annotations: unknown): string {
  const titles = [description, title, isRecord(annotations) ? annotations.title : undefined]
  return (titles.find(text => typeof text === 'string' && text !== '') as string | undefined) ?? ''
}

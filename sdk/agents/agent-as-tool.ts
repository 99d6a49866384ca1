/** An agent as a tool of another one. */

import { LatchdError } from '../../protocol/errors.ts'
import { metadataBeneath } from '../../protocol/execution/parent-call.ts'
import type { ToolDefinition } from '../../protocol/tool/wire-tool.ts'
import type { RunOptions } from './agent-options.ts'

/** How an agent presents itself as a tool. */
export interface AgentToolOptions {
  /** The agent's own name by default. */
  readonly name?: string
  readonly description?: string
}

/** The input of an agent as a tool. */
export interface TaskInput {
  readonly task: string
  readonly inputs?: Readonly<Record<string, unknown>>
}

const inputSchema = {
  type: 'object',
  properties: {
    task: {
      type: 'string',
      description: 'What to do, with everything that is needed to know: it sees nothing else',
    },
    inputs: { type: 'object', description: 'Values that go with the task, by name' },
  },
  required: ['task'],
  additionalProperties: false,
}

/** @param make returns the agent of one call */
export function agentTool(
  make: () => { run(task: string, options: RunOptions): Promise<unknown> },
  { name, description = 'Solves a task and gives its answer.' }: AgentToolOptions,
): ToolDefinition<TaskInput, Promise<unknown>> {
  if (name === undefined || name === '') {
    const message = 'Cannot use an agent as a tool: it has no name; give it one, or asTool({name})'
    throw new LatchdError('TOOL_INVALID', message)
  }
  return {
    name,
    description,
    inputSchema,
    // The agent's own steps and limits bound it.
    timeoutMs: 'none',
    execute: ({ task, inputs }, context) =>
      make().run(task, {
        signal: context.signal,
        metadata: metadataBeneath(context),
        ...(inputs && { inputs }),
      }),
  }
}

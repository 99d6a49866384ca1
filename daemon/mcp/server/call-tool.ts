/** Calls of the tools that an MCP host sees. */

import { type CallToolResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server'
import type { z } from 'zod'
import { readAnswer } from '../../../protocol/answer/answer-text.ts'
import { BYTES_PER_TOKEN, boundedText } from '../../../protocol/answer/bounded-text.ts'
import { inTurns } from '../../../protocol/base/in-turns.ts'
import { LatchdError } from '../../../protocol/errors.ts'
import type { Execution } from '../../../protocol/execution/execution.ts'
import type { ExecuteRequest } from '../../../protocol/execution/executor.ts'
import { declareTools } from '../../../protocol/tool/declarations.ts'
import { toolGlobals } from '../../../protocol/tool/tool-globals.ts'
import { metadataOfMeta } from '../parent-meta.ts'
import { answerOf, failure, MAX_ANSWER_TOKENS, toolResult } from './answer.ts'
import type { McpBackend } from './backend.ts'
import {
  type AnsweredRequest,
  DEFAULT_WAIT_MS,
  goOn,
  runProgram,
  type ToolAnswer,
} from './run-program.ts'
import { inputs, type ToolName } from './tool-list.ts'

/** The input of a tool, checked. */
type Input<Name extends ToolName> = z.output<(typeof inputs)[Name]>

type Calls = {
  readonly [Name in ToolName]: (input: Input<Name>, request: AnsweredRequest) => Promise<ToolAnswer>
}

const MAX_ANSWER_BYTES = MAX_ANSWER_TOKENS * BYTES_PER_TOKEN
/** The tokens of a part of an answer, with room for the text around it. */
const MAX_PART_TOKENS = MAX_ANSWER_TOKENS - 100

const calls: Calls = {
  run_program: (input, request) => {
    // Sent again with the answers to its questions: it is the program from before that goes on.
    const executionId = request.context.mcpReq.requestState<unknown>()
    if (typeof executionId === 'string') return goOn(executionId, DEFAULT_WAIT_MS, request)
    const metadata = metadataOfMeta(request.context.mcpReq._meta)
    return runProgram({ ...(input as ExecuteRequest), ...(metadata && { metadata }) }, request)
  },
  wait: ({ executionId, waitMs = DEFAULT_WAIT_MS }, request) => goOn(executionId, waitMs, request),
  read_output: async ({ executionId, from, to }, { backend }) => {
    const outcome = await backend.client.wait(executionId, { waitMs: 0 })
    return toolResult({ executionId, ...readAnswer(outcome, from, to, MAX_PART_TOKENS) })
  },
  search_tools: async ({ limit = 10, ...query }, { backend }) => {
    const { index } = await backend.tools()
    const { tools, total, unmatched } = await index.search({ ...query, limit })
    const next = (query.offset ?? 0) + tools.length
    return toolResult({
      tools,
      total,
      ...(unmatched.length > 0 && { unmatched }),
      ...(next < total && { nextOffset: next }),
    })
  },
  describe_tools: (input, { backend }) => describe(input, backend),
  cancel: async ({ executionId }, { backend }) =>
    answered(backend, await backend.client.cancel(executionId)),
  decide_approval: async ({ approvalId, decision, reason, args, answer }, { backend }) => {
    const { approvals } = backend.client
    const decided =
      decision === 'reject'
        ? await approvals.reject(approvalId, { ...(reason !== undefined && { reason }) })
        : await approvals.approve(approvalId, {
            ...(reason !== undefined && { reason }),
            ...(args !== undefined && { args }),
            ...(answer !== undefined && { answer }),
          })
    const { executionId, tool, status } = decided
    return toolResult({ approvalId, executionId, tool, status })
  },
}

/**
 * Calls a tool. What the API refuses is an answer that says so.
 *
 * @throws {ProtocolError} for a tool that there is not
 */
export async function callTool(
  name: string,
  given: unknown,
  request: AnsweredRequest,
): Promise<ToolAnswer> {
  if (!Object.hasOwn(inputs, name)) {
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool ${name}`)
  }
  const read = inputs[name as ToolName].safeParse(given ?? {})
  if (!read.success) {
    const problems = read.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'input'}: ${message}`,
    )
    return failure('INVALID_REQUEST', `Cannot read the input: ${problems.join('; ')}`)
  }
  try {
    return await calls[name as ToolName](read.data as never, request)
  } catch (error) {
    if (!(error instanceof LatchdError)) throw error
    const { code, message, errors = [] } = error
    // A refusal of one field has it as its message.
    const details = errors
      .map(({ pointer, detail }) => `${pointer}: ${detail}`)
      .filter(detail => !message.includes(detail))
    return failure(code, [message, ...details].join('; '))
  }
}

async function answered({ client }: McpBackend, { executionId }: Execution): Promise<ToolAnswer> {
  return await answerOf(client, await client.wait(executionId, { waitMs: 0 }), [])
}

async function describe(
  { names = [], namespace }: Input<'describe_tools'>,
  backend: McpBackend,
): Promise<CallToolResult> {
  const { tools, index } = await backend.tools()
  const globals = toolGlobals(tools).names
  const chosen = tools.filter(
    (tool, at) =>
      (namespace !== undefined && tool.namespace === namespace) ||
      names.includes(tool.name) ||
      names.includes(globals[at]?.spelling ?? '') ||
      names.includes(globals[at]?.identifier ?? ''),
  )
  const isNamed = (name: string) =>
    tools.some(
      (tool, at) =>
        tool.name === name || globals[at]?.spelling === name || globals[at]?.identifier === name,
    )
  const unknown = names.filter(name => !isNamed(name))
  if (unknown.length > 0 || chosen.length === 0) {
    const [first = namespace ?? ''] = unknown
    const near = await index.search({ query: first, limit: 5 })
    const like = near.tools.map(tool => tool.name).join(', ')
    const hint = like === '' ? 'search_tools finds names' : `like it: ${like}`
    return failure('UNKNOWN_TOOL', `There is no ${JSON.stringify(first)}; ${hint}`)
  }
  const text = await inTurns(declareTools(chosen, tools))
  return {
    content: [
      {
        type: 'text',
        text: boundedText(
          text,
          { maxBytes: MAX_ANSWER_BYTES },
          () => 'describe fewer tools at once',
        ),
      },
    ],
  }
}

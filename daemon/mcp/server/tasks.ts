/**
 * Executions as tasks of the protocol: the id of a task is that of its execution, so a task outlives
 * the daemon, and pending approvals are what it asks its client for.
 */

import type { CreateTaskResultV2, DetailedTaskV2 } from '@modelcontextprotocol/ext-tasks/core/v2'
import {
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { LatchdError } from '../../../protocol/errors.ts'
import type { Outcome } from '../../../protocol/execution/executor.ts'
import { askedOf } from '../../../sdk/code-tool/asked.ts'
import { answerOf } from './answer.ts'
import type { McpBackend } from './backend.ts'
import { abilitiesOf, TASKS_EXTENSION } from './client-abilities.ts'
import { answersOf, decide, questionOf } from './questions.ts'

/** The answer to a call that has become a task. */
export type CreatedTask = CreateTaskResultV2

/** A program is asked about so often while it runs, and while it waits for a person. */
const POLL_MS = 1000
const SLOW_POLL_MS = 5000

/** The answer that an execution is a task from now on. It is durable by then. */
export function createdTask(outcome: Outcome): CreatedTask {
  return { resultType: 'task', ...baseOf(outcome), status: 'working' }
}

const TaskParams = z.looseObject({ taskId: z.string() })

/** Adds the requests about tasks to a server. */
export function addTasks(server: Server, backend: McpBackend): void {
  const { client } = backend
  server.setRequestHandler('tasks/get', { params: TaskParams }, ({ taskId }, context) => {
    requireTasks(server, context)
    return known(taskId, async () => ({ ...(await taskOf(taskId, backend)) }))
  })
  server.setRequestHandler('tasks/update', { params: TaskParams }, ({ taskId }, context) => {
    requireTasks(server, context)
    return known(taskId, async () => {
      const outcome = await client.wait(taskId, { waitMs: 0 })
      const open = await askedOf(client.approvals, outcome)
      // Answers to other questions are late, or were never asked for.
      // The library has taken the answers out of the parameters.
      const { faults } = await decide(client, open ?? [], answersOf(context))
      if (faults.length > 0) {
        const data = { code: 'INVALID_REQUEST' }
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, faults.join('; '), data)
      }
      return {}
    })
  })
  server.setRequestHandler('tasks/cancel', { params: TaskParams }, ({ taskId }, context) => {
    requireTasks(server, context)
    return known(taskId, async () => {
      await client.cancel(taskId)
      return {}
    })
  })
}

/** @throws {ProtocolError} when the client of a request has not said that it speaks tasks */
function requireTasks(server: Server, context: ServerContext): void {
  if (abilitiesOf(server, context).hasTasks) return
  throw new MissingRequiredClientCapabilityError({
    requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } },
  })
}

/** @throws {ProtocolError} in the words of the protocol */
async function known<T>(taskId: string, answer: () => Promise<T>): Promise<T> {
  try {
    return await answer()
  } catch (error) {
    if (!(error instanceof LatchdError)) throw error
    const isUnknown = error.code === 'NOT_FOUND' || error.code === 'INVALID_REQUEST'
    const code = isUnknown ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError
    const message = isUnknown ? `There is no task ${taskId}` : error.message
    throw new ProtocolError(code, message, { code: error.code })
  }
}

/** A task as it stands. */
async function taskOf(taskId: string, backend: McpBackend): Promise<DetailedTaskV2> {
  const { client } = backend
  const outcome = await client.wait(taskId, { waitMs: 0 })
  const base = baseOf(outcome)
  switch (outcome.status) {
    case 'cancelled':
      return { ...base, status: 'cancelled' }
    // A stuck execution goes on only when an operator acts, and no client should wait for that.
    case 'stuck':
    case 'completed':
    case 'failed':
      return {
        ...base,
        status: 'completed',
        result: (await answerOf(client, outcome, [])) as never,
      }
    case 'queued':
    case 'running':
      return { ...base, status: 'working' }
    case 'waiting': {
      const open = (await askedOf(client.approvals, outcome)) ?? []
      if (open.length === 0) return { ...base, status: 'working' }
      const tools = open.map(({ tool }) => tool).join(', ')
      const slow = { ...base, pollIntervalMs: SLOW_POLL_MS }
      const statusMessage = `A person has to decide about ${tools}`
      if (!(await backend.mayApprove())) return { ...slow, status: 'working', statusMessage }
      const inputRequests = Object.fromEntries(
        open.map(approval => [
          approval.approvalId,
          { method: 'elicitation/create' as const, params: questionOf(approval) as never },
        ]),
      )
      return { ...slow, status: 'input_required', statusMessage, inputRequests }
    }
    default:
      return outcome satisfies never
  }
}

function baseOf({ executionId, createdAtMs, startedAtMs, ...outcome }: Outcome) {
  const endedAtMs = 'endedAtMs' in outcome ? outcome.endedAtMs : undefined
  return {
    taskId: executionId,
    createdAt: new Date(createdAtMs).toISOString(),
    lastUpdatedAt: new Date(endedAtMs ?? startedAtMs ?? createdAtMs).toISOString(),
    // A task stays as long as the daemon keeps its execution.
    ttlMs: null,
    pollIntervalMs: POLL_MS,
  }
}

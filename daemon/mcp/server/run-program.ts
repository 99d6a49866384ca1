/**
 * A program from its start to an answer, in the way that its client can take.
 *
 * It has a moment to end. After that it is a task where the client speaks tasks. Else it is waited
 * for with progress, as long as hosts wait for a tool; and a question of it is put to the person at
 * the host, where the host can ask and the caller may decide. What is left is a handle, with which
 * `wait` goes on.
 */

import {
  type CallToolResult,
  type InputRequiredResult,
  inputRequired,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { ExecuteRequest, Outcome } from '../../../protocol/execution/executor.ts'
import { isOver } from '../../../protocol/execution/status.ts'
import { askedOf } from '../../../sdk/code-tool/asked.ts'
import type { AskedApproval } from '../../../sdk/code-tool/result.ts'
import { answerOf } from './answer.ts'
import type { McpBackend } from './backend.ts'
import { abilitiesOf } from './client-abilities.ts'
import { reportProgress } from './progress.ts'
import { answersOf, type Decided, decide, questionOf } from './questions.ts'
import { type CreatedTask, createdTask } from './tasks.ts'

/** What a call of a tool answers with. */
export type ToolAnswer = CallToolResult | InputRequiredResult | CreatedTask

/** A program that ends within it is answered at once, whatever its client speaks. */
const FIRST_WAIT_MS = 1000
/** Hosts give up a tool after a minute. */
export const DEFAULT_WAIT_MS = 45_000
/** Longest time of one {@link goOn}; a client that asks for it waits longer itself. */
export const MAX_WAIT_MS = 300_000
/** A person may take so long for an answer while the call is held. */
const QUESTION_MS = 600_000

/** The request that an answer is for. */
export interface AnsweredRequest {
  readonly server: Server
  readonly backend: McpBackend
  readonly context: ServerContext
}

/** Runs a program. @throws {LatchdError} when it is refused */
export async function runProgram(
  request: ExecuteRequest,
  asked: AnsweredRequest,
): Promise<ToolAnswer> {
  const { backend, context } = asked
  const { signal } = context.mcpReq
  const outcome = await backend.client.execute({ ...request, waitMs: FIRST_WAIT_MS })
  const { executionId } = outcome
  const cancel = () => {
    // A daemon that stops cuts its connections: the client has cancelled nothing.
    if (!backend.isStopping()) backend.client.cancel(executionId).catch(() => {})
  }
  if (isOver(outcome)) return answerOf(backend.client, outcome, [])
  if (abilitiesOf(asked.server, context).hasTasks) return createdTask(outcome)
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    return await follow(outcome, DEFAULT_WAIT_MS, asked)
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}

/**
 * Goes on with an execution; answers that came with the request decide its questions first.
 *
 * @param waitMs how long to wait for it
 * @throws {LatchdError} `NOT_FOUND`
 */
export async function goOn(
  executionId: string,
  waitMs: number,
  asked: AnsweredRequest,
): Promise<ToolAnswer> {
  const { client } = asked.backend
  const outcome = await client.wait(executionId, { waitMs: 0 })
  const open = await askedOf(client.approvals, outcome)
  const answers = answersOf(asked.context)
  if (open === undefined || Object.keys(answers).length === 0)
    return await follow(outcome, waitMs, asked)
  const decided = await decide(client, open, answers)
  if (isOpen(decided)) return await leftOpen(executionId, decided, asked)
  return await follow(await client.wait(executionId, { waitMs: 0 }), waitMs, asked)
}

const isOpen = ({ isDismissed, faults }: Decided) => isDismissed || faults.length > 0

/** The answer about an execution whose questions have answers that leave some open. */
async function leftOpen(
  executionId: string,
  { faults }: Decided,
  { backend: { client } }: AnsweredRequest,
): Promise<ToolAnswer> {
  const outcome = await client.wait(executionId, { waitMs: 0 })
  const open = await askedOf(client.approvals, outcome)
  return await answerOf(client, outcome, open ?? [], faults)
}

/** Waits for an execution, and puts its questions to the person at the host. */
async function follow(
  begun: Outcome,
  waitMs: number,
  request: AnsweredRequest,
): Promise<ToolAnswer> {
  const { backend, context, server } = request
  const { client } = backend
  const untilMs = Date.now() + waitMs
  const stop = reportProgress(client, begun.executionId, context)
  try {
    let outcome = begun
    for (;;) {
      if (isOver(outcome)) return answerOf(client, outcome, [])
      const open = await askedOf(client.approvals, outcome)
      const restMs = untilMs - Date.now()
      if (open !== undefined && open.length > 0) {
        const { canElicit, isModern } = abilitiesOf(server, context)
        if (!canElicit || !(await backend.mayApprove())) return answerOf(client, outcome, open)
        if (isModern) return askedAgain(outcome.executionId, open)
        const decided = await ask(open, request)
        if (isOpen(decided)) return await leftOpen(outcome.executionId, decided, request)
        outcome = await client.wait(outcome.executionId, { waitMs: 0 })
        continue
      }
      if (restMs <= 0 || context.mcpReq.signal.aborted) return answerOf(client, outcome, [])
      outcome = await client.wait(outcome.executionId, { waitMs: restMs })
    }
  } finally {
    stop()
  }
}

/** The call is to be sent again with the answers, in the revision that has no other way. */
function askedAgain(executionId: string, open: readonly AskedApproval[]): InputRequiredResult {
  return inputRequired({
    inputRequests: Object.fromEntries(
      open.map(approval => [approval.approvalId, inputRequired.elicit(questionOf(approval))]),
    ),
    // The caller's token decides whether it may go on with it, as for `wait`.
    requestState: executionId,
  })
}

/** Asks the person at the host, question by question, until one stays open. */
async function ask(
  open: readonly AskedApproval[],
  { backend, server }: AnsweredRequest,
): Promise<Decided> {
  for (const approval of open) {
    const params = questionOf(approval)
    let answer: unknown
    try {
      // Not by `elicitInput`, which would hold the answer against the form by a rule of its own.
      answer = await server.request(
        { method: 'elicitation/create', params },
        { timeout: QUESTION_MS },
      )
    } catch {
      // The person has not answered in time, or the host cannot ask after all: the handle is left.
      return { isDismissed: true, faults: [] }
    }
    const decided = await decide(backend.client, [approval], { [approval.approvalId]: answer })
    if (isOpen(decided)) return decided
  }
  return { isDismissed: false, faults: [] }
}

/** The options of agents. */

import { BYTES_PER_TOKEN, DEFAULT_ANSWER_TOKENS } from '../../protocol/answer/bounded-text.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { OptionNames } from '../../protocol/execution/check-options.ts'
import type { Typecheck } from '../../protocol/execution/execution.ts'
import type {
  ExecuteRequest,
  Executor,
  OnApproval,
  ToolSet,
} from '../../protocol/execution/executor.ts'
import type { AgentRun, RunValues } from './agent-run.ts'
import type { FinalAnswerCheck } from './final-answer-checks.ts'
import type { SavedMemory } from './memory.ts'
import type { Model } from './model.ts'
import { type OpenAIClient, OpenAIModel } from './openai-model.ts'
import { rateLimited } from './rate-limited.ts'

/** What an agent is made with; only `model` is required. */
export interface AgentOptions {
  /** Any {@link Model}, or the name of one that `client` knows. */
  readonly model: Model | string
  /** An `openai` client, for a model by name. */
  readonly client?: OpenAIClient
  /** Where programs and tools run: `createExecutor()`, or `new Latchd()`. */
  readonly executor?: Executor
  /**
   * The tools of the agent, among them other agents, and names of tools that the executor knows;
   * everything that the executor has when absent.
   */
  readonly tools?: ToolSet
  /** The name of the agent as a tool of another one. */
  readonly name?: string
  /** Its description as a tool of another one. */
  readonly description?: string
  /** Steps after which the model is made to answer; 20 by default. */
  readonly maxSteps?: number
  /**
   * Tokens of one report to the model, counted as four bytes each; 10 000 by default. Of a longer
   * one it gets the start and the end.
   */
  readonly maxAnswerTokens?: number
  /** Put at the end of the system prompt. */
  readonly instructions?: string
  /** Steps between two plans, the first before the first step; absent: none. */
  readonly planningInterval?: number
  /** How often the model is asked at most; see `rateLimited` for a limit that agents share. */
  readonly requestsPerMinute?: number
  readonly finalAnswerChecks?: readonly FinalAnswerCheck[]
  /** Answers approvals; without it the run waits for another decision. */
  readonly onApproval?: OnApproval
  /** Checks each program against the declarations of its tools; `warn` by default. */
  readonly typecheck?: Typecheck
  /**
   * The language in which the model's instructions have it write programs: `javascript`, where TypeScript is
   * understood too, or `python`, where the executor has `@latchd/python`.
   */
  readonly language?: 'javascript' | 'python'
  /** IANA name of the zone of local times in programs, such as `Europe/Berlin`; UTC by default. */
  readonly timeZone?: string
  /** Limits of each program. */
  readonly limits?: ExecuteRequest['limits']
  /** Whether each program is on disk before it runs; for a daemon. */
  readonly durable?: boolean
  /** Handed to tools as `context.metadata`. */
  readonly metadata?: ExecuteRequest['metadata']
  /** A memory that was saved; a run with `reset: false` goes on from it. */
  readonly memory?: SavedMemory
}

/** The names of {@link AgentOptions}. */
export const agentOptionNames: OptionNames<AgentOptions> = {
  model: true,
  client: true,
  executor: true,
  tools: true,
  name: true,
  description: true,
  maxSteps: true,
  maxAnswerTokens: true,
  instructions: true,
  planningInterval: true,
  requestsPerMinute: true,
  finalAnswerChecks: true,
  onApproval: true,
  typecheck: true,
  language: true,
  timeZone: true,
  limits: true,
  durable: true,
  metadata: true,
  memory: true,
}

/** Options of one run. `maxSteps` goes before the agent's own. */
export interface RunOptions extends RunValues {
  /** Ends the run when aborted: it throws the signal's reason. */
  readonly signal?: AbortSignal
  readonly maxSteps?: number
  /** Looked at beside the agent's own. */
  readonly finalAnswerChecks?: readonly FinalAnswerCheck[]
  /** `false`: goes on from the memory of the agent, and keeps the session after the run. */
  readonly reset?: boolean
}

/** The names of {@link RunOptions}. */
export const runOptionNames: OptionNames<RunOptions> = {
  inputs: true,
  metadata: true,
  signal: true,
  maxSteps: true,
  finalAnswerChecks: true,
  reset: true,
}

/** Bytes of one report to the model. @throws {LatchdError} `INVALID_REQUEST` */
export function answerBytes({ maxAnswerTokens = DEFAULT_ANSWER_TOKENS }: AgentOptions): number {
  return readCount('maxAnswerTokens', maxAnswerTokens) * BYTES_PER_TOKEN
}

/** Steps of a run when neither it nor its agent says how many. */
export const DEFAULT_MAX_STEPS = 20

/** The model of an agent. @throws {LatchdError} `INVALID_REQUEST` when the options have none */
export function modelOf({ model, client, requestsPerMinute }: AgentOptions): Model {
  return rateLimited(readModel(model, client), { requestsPerMinute })
}

function readModel(model: Model | string, client: OpenAIClient | undefined): Model {
  if (typeof model === 'string') {
    if (client !== undefined) return new OpenAIModel({ client, model })
    const message = `Cannot use the model "${model}": a client is expected with the name of a model, as {client: new OpenAI(), model}`
    throw new LatchdError('INVALID_REQUEST', message)
  }
  if (typeof model?.generate === 'function') return model
  const message = `Cannot use the model: it has no method generate(request, {signal})`
  throw new LatchdError('INVALID_REQUEST', message)
}

/** A count from the options. @throws {LatchdError} `INVALID_REQUEST` unless it is from 1 */
export function readCount(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value
  const message = `Cannot use ${name} ${value}: a whole number from 1 is expected`
  throw new LatchdError('INVALID_REQUEST', message)
}

/** The metadata of a run: the agent's own and that of the run. */
export const metadataOf = (
  { metadata }: Pick<AgentOptions, 'metadata'>,
  run: Pick<AgentRun, 'metadata'>,
): Readonly<Record<string, unknown>> => ({ ...metadata, ...run.metadata })

/** The fields of each execution of an agent. */
export function executionFields(
  options: AgentOptions,
  run: AgentRun,
  tools: ToolSet | undefined,
): Omit<ExecuteRequest, 'source'> {
  const { limits, language, typecheck = 'warn', timeZone, durable, onApproval } = options
  const { inputs, signal, isAbortable } = run
  const metadata = metadataOf(options, run)
  return {
    // There is no type check of Python.
    ...(language !== 'python' && { typecheck }),
    // A daemon makes durable what can be aborted, which costs a write.
    ...(isAbortable && { signal }),
    ...(tools && { tools }),
    ...(inputs && { inputs }),
    ...(timeZone !== undefined && { timeZone }),
    ...(limits && { limits }),
    ...(durable !== undefined && { durable }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(onApproval && { onApproval }),
  }
}

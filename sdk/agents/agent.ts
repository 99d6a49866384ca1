/** The common part of all agents: runs of steps, one at a time, until an answer. */

import { LatchdError } from '../../protocol/errors.ts'
import { checkOptions } from '../../protocol/execution/check-options.ts'
import type { ToolLike, ToolSet } from '../../protocol/execution/executor.ts'
import type { ToolDefinition, ToolDescriptor } from '../../protocol/tool/wire-tool.ts'
import { type AgentToolOptions, agentTool, type TaskInput } from './agent-as-tool.ts'
import type { AgentEvent, AgentResult } from './agent-event.ts'
import {
  type AgentOptions,
  answerBytes,
  DEFAULT_MAX_STEPS,
  modelOf,
  type RunOptions,
  readCount,
  runOptionNames,
} from './agent-options.ts'
import { AgentRun, stepFields } from './agent-run.ts'
import { AgentTools, type StepTools } from './agent-tools.ts'
import { problemOf } from './final-answer-checks.ts'
import { AgentMemory } from './memory.ts'
import type { Model, ModelMessage } from './model.ts'
import { planningRequest } from './planning.ts'
import type { ActionStep, AgentStep } from './step.ts'
import { forcedAnswerRequest } from './step-messages.ts'

/** Runs tasks until the model answers. A subclass says how one step is taken. */
export abstract class Agent<Options extends AgentOptions = AgentOptions> {
  readonly name: string | undefined
  readonly description: string | undefined
  /** Every step since the last run with `reset`. */
  readonly memory: AgentMemory
  readonly model: Model
  protected readonly options: Options
  protected readonly tools: AgentTools
  #isActive = false

  /** @throws {LatchdError} `INVALID_REQUEST`, `TOOL_INVALID` */
  constructor(options: Options) {
    const { name, description, maxSteps, planningInterval, memory } = options
    answerBytes(options)
    if (maxSteps !== undefined) readCount('maxSteps', maxSteps)
    if (planningInterval !== undefined) readCount('planningInterval', planningInterval)
    this.options = options
    this.name = name
    this.description = description
    this.model = modelOf(options)
    this.tools = new AgentTools(options.tools, options.executor)
    this.memory = memory === undefined ? new AgentMemory() : AgentMemory.from(memory)
  }

  /**
   * Solves a task and returns the answer.
   *
   * @throws {LatchdError} `AGENT_BUSY` while another run is under way; the model's errors; the
   *   executor's refusals; the reason of `signal`
   */
  async run(task: string, options: RunOptions = {}): Promise<unknown> {
    const { output } = await this.runFull(task, options)
    return output
  }

  /** As {@link run}, with the steps, the tokens and how it ended. */
  async runFull(task: string, options: RunOptions = {}): Promise<AgentResult> {
    const events = this.#run(task, options, undefined)
    for (;;) {
      const { done, value } = await events.next()
      if (done) return value
    }
  }

  /** As {@link run}, with events as they happen; leaving the loop ends the run. */
  stream(task: string, options: RunOptions = {}): AsyncGenerator<AgentEvent, void, undefined> {
    const left = new AbortController()
    const events = this.#stream(task, options, left.signal)
    const finish = events.return.bind(events)
    // A generator that awaits its next event handles `return` only after it.
    events.return = value => {
      left.abort(new LatchdError('CANCELLED', 'The reader of the run has left'))
      return finish(value)
    }
    return events
  }

  async *#stream(
    task: string,
    options: RunOptions,
    left: AbortSignal,
  ): AsyncGenerator<AgentEvent, void, undefined> {
    yield { type: 'final-answer', ...(yield* this.#run(task, options, left)) }
  }

  /** Adds a tool, from the next step on. @throws {LatchdError} `TOOL_INVALID` */
  addTool(tool: ToolLike | string): void {
    this.addTools([tool])
  }

  /** As {@link addTool}, for an array or object of tools. */
  addTools(tools: ToolSet): void {
    this.tools.add(tools)
  }

  /**
   * This agent as a tool of another one, which `tools` also does by itself. Each call runs in a new
   * agent, made like this one, so that calls neither wait for nor remember each other.
   *
   * @throws {LatchdError} `TOOL_INVALID` for an agent without a name
   */
  asTool(options: AgentToolOptions = {}): ToolDefinition<TaskInput, Promise<unknown>> {
    return agentTool(() => this.fresh(), {
      ...(this.name !== undefined && { name: this.name }),
      ...(this.description !== undefined && { description: this.description }),
      ...options,
    })
  }

  /** An agent of the same class with the same options and tools, and nothing to remember. */
  fresh(): Agent<Options> {
    const { memory, client, requestsPerMinute, ...options } = this.options as AgentOptions
    // The model is the same object, so that its rate limit is shared.
    const Kind = this.constructor as new (options: Options) => Agent<Options>
    const agent = new Kind({ ...options, model: this.model } as Options)
    agent.addTools(this.tools.chosen())
    return agent
  }

  /** Deletes the session of a run with `reset: false`. */
  async close(): Promise<void> {
    if (this.#isActive) throw busy()
    await this.forgetSession()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  protected abstract systemPrompt(tools: readonly ToolDescriptor[]): string
  /** Takes one step: asks the model and does what the reply wants. */
  protected abstract act(
    run: AgentRun,
    number: number,
    tools: StepTools,
  ): AsyncGenerator<AgentEvent, ActionStep, undefined>
  /** Notes for the model at the start of a run, beside its task. */
  protected abstract prepare(run: AgentRun): Promise<readonly string[]>
  /** Gives up the guest's state for this agent. */
  protected abstract forgetSession(): Promise<void>

  /** @param left aborts when the reader of the events leaves; absent without a reader */
  async *#run(
    task: string,
    options: RunOptions,
    left: AbortSignal | undefined,
  ): AsyncGenerator<AgentEvent, AgentResult, undefined> {
    if (typeof task !== 'string' || task.trim() === '') {
      const message = `Cannot run the task ${JSON.stringify(task)}: a text is expected`
      throw new LatchdError('INVALID_REQUEST', message)
    }
    checkOptions('run the task', options, runOptionNames)
    const { signal, reset = true } = options
    const maxSteps = readCount(
      'maxSteps',
      options.maxSteps ?? this.options.maxSteps ?? DEFAULT_MAX_STEPS,
    )
    if (this.#isActive) throw busy()
    this.#isActive = true
    try {
      const either = signal && left ? AbortSignal.any([left, signal]) : (signal ?? left)
      either?.throwIfAborted()
      if (reset) {
        await this.forgetSession()
        this.memory.clear()
      }
      this.tools.forget()
      const run = new AgentRun(this.model, this.memory, options, either, left !== undefined)
      const notes = await this.prepare(run)
      run.add({ type: 'task-step', task, notes })
      return yield* this.#solve(run, maxSteps, options)
    } finally {
      if (reset) await this.forgetSession()
      this.#isActive = false
    }
  }

  async *#solve(
    run: AgentRun,
    maxSteps: number,
    options: RunOptions,
  ): AsyncGenerator<AgentEvent, AgentResult, undefined> {
    const { planningInterval, finalAnswerChecks = [] } = this.options
    const checks = [...finalAnswerChecks, ...(options.finalAnswerChecks ?? [])]
    for (let number = 1; number <= maxSteps; number++) {
      const tools = await this.tools.forStep()
      if (planningInterval !== undefined && (number - 1) % planningInterval === 0) {
        yield* this.#plan(run, tools, number === 1)
      }
      const taken = yield* this.act(run, number, tools)
      const problem = taken.isFinalAnswer
        ? await problemOf(taken.output, this.memory, checks)
        : undefined
      const step = problem === undefined ? taken : unaccepted(taken, problem)
      run.add(step)
      yield step
      if (step.isFinalAnswer) return run.end(step.output, 'completed')
    }
    return yield* this.#forceAnswer(run)
  }

  async *#plan(
    run: AgentRun,
    { descriptors }: StepTools,
    isFirst: boolean,
  ): AsyncGenerator<AgentEvent, void, undefined> {
    const request = planningRequest(descriptors, isFirst)
    const messages = this.conversation(descriptors)
    const reply = yield* run.ask([...messages, { role: 'user', content: request }])
    const step: AgentStep = { type: 'planning-step', ...stepFields(reply) }
    run.add(step)
    yield step
  }

  /** At the step limit: the model answers with its knowledge so far. */
  async *#forceAnswer(run: AgentRun): AsyncGenerator<AgentEvent, AgentResult, undefined> {
    const { descriptors } = await this.tools.forStep()
    const messages = this.conversation(descriptors)
    const reply = yield* run.ask([...messages, { role: 'user', content: forcedAnswerRequest }])
    run.add({ type: 'forced-answer-step', ...stepFields(reply) })
    return run.end(reply.text, 'max-steps')
  }

  /** The system prompt and everything that was done. */
  protected conversation(tools: readonly ToolDescriptor[]): ModelMessage[] {
    return [{ role: 'system', content: this.systemPrompt(tools) }, ...this.memory.messages()]
  }
}

function unaccepted(step: ActionStep, problem: string): ActionStep {
  const problemText = `The final answer was not accepted: ${problem}\nGive another one.`
  const observation =
    step.observation === '' ? problemText : `${step.observation}\n\n${problemText}`
  return { ...step, isFinalAnswer: false, observation }
}

function busy(): LatchdError {
  const message =
    'Cannot start a run: another one of this agent is under way; use an agent for each, or agent.fresh()'
  return new LatchdError('AGENT_BUSY', message)
}

/** One run under way. */

import type { AgentResult, RunUsage } from './agent-event.ts'
import { askModel, type ReplyEvent } from './ask-model.ts'
import type { AgentMemory } from './memory.ts'
import type { Model, ModelMessage, ModelReply, ModelTool, TokenUsage } from './model.ts'
import type { AgentStep } from './step.ts'

/** A reply with the time of its request, as steps have it. */
export interface TimedReply extends ModelReply {
  readonly startedAtMs: number
  /** Milliseconds since then. */
  elapsedMs(): number
}

/** The values that a run is given beside its task. */
export interface RunValues {
  /** Values beside the task: in programs `inputs.name` and the variable `name`. */
  readonly inputs?: Readonly<Record<string, unknown>>
  /** Handed to tools as `context.metadata`, beside that of the agent. */
  readonly metadata?: Readonly<Record<string, unknown>>
}

/** A run under way: asks the model, counts its tokens, collects its steps. */
export class AgentRun {
  readonly signal: AbortSignal
  /** Whether the run's events are read. */
  readonly isStreamed: boolean
  /** Whether anything can abort the signal. */
  readonly isAbortable: boolean
  readonly inputs: RunValues['inputs'] | undefined
  readonly metadata: RunValues['metadata'] | undefined
  readonly #model: Model
  readonly #memory: AgentMemory
  readonly #steps: AgentStep[] = []
  readonly #startedAtMs = performance.now()
  #usage: RunUsage = { inputTokens: 0, outputTokens: 0, modelCalls: 0 }

  /** @param signal aborts the run; absent: nothing does */
  constructor(
    model: Model,
    memory: AgentMemory,
    { inputs, metadata }: RunValues,
    signal: AbortSignal | undefined,
    isStreamed: boolean,
  ) {
    this.#model = model
    this.#memory = memory
    this.inputs = inputs
    this.metadata = metadata
    this.signal = signal ?? new AbortController().signal
    this.isAbortable = signal !== undefined
    this.isStreamed = isStreamed
  }

  /** Asks the model; its tokens are counted. */
  async *ask(
    messages: readonly ModelMessage[],
    tools?: readonly ModelTool[],
  ): AsyncGenerator<ReplyEvent, TimedReply, undefined> {
    const startedAtMs = Date.now()
    const fromMs = performance.now()
    const request = { messages, ...(tools && { tools }) }
    const reply = yield* askModel(this.#model, request, this.signal, this.isStreamed)
    this.#count(reply.usage)
    const elapsedMs = () => Math.round(performance.now() - fromMs)
    return { ...reply, startedAtMs, elapsedMs }
  }

  #count(usage: TokenUsage = { inputTokens: 0, outputTokens: 0 }): void {
    this.#usage = {
      inputTokens: this.#usage.inputTokens + usage.inputTokens,
      outputTokens: this.#usage.outputTokens + usage.outputTokens,
      modelCalls: this.#usage.modelCalls + 1,
    }
  }

  /** Adds a step to the memory and to the result of the run. */
  add(step: AgentStep): void {
    this.#memory.append(step)
    this.#steps.push(step)
  }

  end(output: unknown, state: AgentResult['state']): AgentResult {
    const durationMs = Math.round(performance.now() - this.#startedAtMs)
    return { output, state, steps: this.#steps, usage: this.#usage, durationMs }
  }
}

/** The fields of a reply that every step has. */
export function stepFields({ text, usage, startedAtMs, elapsedMs }: TimedReply) {
  return { reply: text, startedAtMs, durationMs: elapsedMs(), ...(usage && { usage }) }
}

/** The agent whose model calls tools directly, without programs. */

import type { AnswerImage } from '../../protocol/answer/answer-images.ts'
import { boundedText } from '../../protocol/answer/bounded-text.ts'
import { checkOptions } from '../../protocol/execution/check-options.ts'
import { Agent } from './agent.ts'
import type { AgentEvent } from './agent-event.ts'
import { type AgentOptions, agentOptionNames, answerBytes } from './agent-options.ts'
import { type AgentRun, stepFields } from './agent-run.ts'
import type { StepTools } from './agent-tools.ts'
import { answerImages } from './answer-files.ts'
import { ExecutorCaller } from './executor-caller.ts'
import { inputNotes } from './input-notes.ts'
import { LocalCaller } from './local-caller.ts'
import type { ModelToolCall } from './model.ts'
import type { ActionStep, AnsweredCall } from './step.ts'
import { readArguments, readObject } from './tool-arguments.ts'
import type { CallAnswer, PlannedCall, ToolCaller } from './tool-caller.ts'
import { toolCallingPrompt } from './tool-calling-prompt.ts'
import { type CallableTool, callableTools, finalAnswerTool } from './tool-names.ts'
import { valueText } from './value-text.ts'

/** Without an executor the tools run in this process. */
export type ToolCallingAgentOptions = AgentOptions

/**
 * Solves tasks by the model's own tool calls. Those of one turn run concurrently, bounded by the
 * limit `maxConcurrentCalls`. A reply of text alone is the answer, as `final_answer` is.
 */
export class ToolCallingAgent extends Agent<ToolCallingAgentOptions> {
  readonly #caller: ToolCaller

  /** @throws {LatchdError} `INVALID_REQUEST`, `TOOL_INVALID` */
  constructor(options: ToolCallingAgentOptions) {
    if (new.target === ToolCallingAgent)
      checkOptions('make a ToolCallingAgent', options, agentOptionNames)
    super(options)
    const { executor } = options
    this.#caller =
      executor === undefined
        ? new LocalCaller(this.tools, options)
        : new ExecutorCaller(executor, options)
  }

  protected override systemPrompt(): string {
    return toolCallingPrompt(this.options.instructions)
  }

  protected override async prepare({ inputs }: AgentRun): Promise<readonly string[]> {
    return inputNotes(inputs, 'Inputs:', answerBytes(this.options) / 2)
  }

  protected override async forgetSession(): Promise<void> {
    // Each turn is independent: there is no session.
  }

  protected override async *act(
    run: AgentRun,
    number: number,
    tools: StepTools,
  ): AsyncGenerator<AgentEvent, ActionStep, undefined> {
    const callable = callableTools(tools.descriptors)
    const offered = [...Array.from(callable.values(), tool => tool.modelTool), finalAnswerTool]
    const reply = yield* run.ask(this.conversation(tools.descriptors), offered)
    const { text, toolCalls = [] } = reply
    const step = { type: 'action-step' as const, number, thought: text.trim() }
    if (toolCalls.length === 0) {
      const isAnswer = step.thought !== ''
      return {
        ...step,
        action: 'none',
        ...stepFields(reply),
        observation: isAnswer ? '' : 'The reply is empty. Call a tool, or final_answer.',
        isFinalAnswer: isAnswer,
        ...(isAnswer && { output: step.thought }),
      }
    }
    yield {
      type: 'action-started',
      number,
      thought: step.thought,
      action: 'tool-calls',
      calls: toolCalls,
    }
    const { calls, images } = yield* this.#answer(toolCalls, callable, run, number, tools)
    const answer = finalAnswerOf(toolCalls)
    return {
      ...step,
      action: 'tool-calls',
      calls,
      ...stepFields(reply),
      observation: '',
      ...(images.length > 0 && { images }),
      isFinalAnswer: answer !== undefined,
      ...(answer && { output: answer.value }),
    }
  }

  /** Makes the valid calls of a turn; returns the answer to each call, in order. */
  async *#answer(
    toolCalls: readonly ModelToolCall[],
    callable: ReadonlyMap<string, CallableTool>,
    run: AgentRun,
    number: number,
    tools: StepTools,
  ): AsyncGenerator<AgentEvent, Answers, undefined> {
    const read = toolCalls.map(call => readCall(call, callable))
    const planned = read.filter(one => 'tool' in one)
    const made = planned.length === 0 ? [] : yield* this.#caller.call(planned, run, number, tools)
    const answers = made.values()
    const maxBytes = answerBytes(this.options)
    const images = await answerImages(made)
    const calls = toolCalls.map((call, at): AnsweredCall => {
      const one = read[at] as PlannedCall | Said
      if ('said' in one) return { ...call, status: one.status, answer: one.said }
      return { ...call, ...answered(answers.next().value as CallAnswer, maxBytes) }
    })
    return { calls, images }
  }
}

/** The answers to the calls of a turn, with the images in their values. */
interface Answers {
  readonly calls: readonly AnsweredCall[]
  readonly images: readonly AnswerImage[]
}

/** A call that no tool is needed to answer. */
interface Said {
  readonly status: AnsweredCall['status']
  readonly said: string
}

function readCall(
  { callId, name, argumentsText }: ModelToolCall,
  callable: ReadonlyMap<string, CallableTool>,
): PlannedCall | Said {
  if (name === finalAnswerTool.name) {
    const read = readFinalAnswer(argumentsText)
    return 'problem' in read
      ? { status: 'failed', said: `Error: Cannot call ${name}: ${read.problem}` }
      : { status: 'completed', said: 'The answer was given.' }
  }
  const tool = callable.get(name)
  if (tool === undefined) {
    const names = [...callable.keys(), finalAnswerTool.name].join(', ')
    return { status: 'failed', said: `Error: There is no tool ${name}; there are: ${names}` }
  }
  const read = readArguments(tool, argumentsText)
  if (read.ok) return { callId, tool: tool.tool.name, args: read.args }
  return { status: 'failed', said: `Error: Cannot call ${name}: ${read.problem}` }
}

function readFinalAnswer(text: string): { value: unknown } | { problem: string } {
  const read = readObject(text)
  if (!read.ok) return { problem: read.problem }
  return 'answer' in read.value ? { value: read.value.answer } : { problem: '`answer` is missing' }
}

/** The first final answer of a turn, when it can be read. */
function finalAnswerOf(calls: readonly ModelToolCall[]): { value: unknown } | undefined {
  for (const { name, argumentsText } of calls) {
    if (name !== finalAnswerTool.name) continue
    const read = readFinalAnswer(argumentsText)
    if ('value' in read) return read
  }
  return undefined
}

function answered(answer: CallAnswer, maxBytes: number): Pick<AnsweredCall, 'status' | 'answer'> {
  if (answer.ok) {
    return { status: 'completed', answer: boundedText(valueText(answer.value), { maxBytes }) }
  }
  const { name, message, hint } = answer.error
  const problemText = `Error: ${name}: ${message}${hint === undefined ? '' : `\nHint: ${hint}`}`
  return { status: 'failed', answer: boundedText(problemText, { maxBytes }) }
}

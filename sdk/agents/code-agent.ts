/** The agent that writes programs. */

import { imagesAmong, readImages } from '../../protocol/answer/answer-images.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { checkOptions } from '../../protocol/execution/check-options.ts'
import type { Executor, Outcome, SessionHandle } from '../../protocol/execution/executor.ts'
import type { ToolDescriptor } from '../../protocol/tool/wire-tool.ts'
import { Agent } from './agent.ts'
import type { AgentEvent } from './agent-event.ts'
import {
  type AgentOptions,
  agentOptionNames,
  answerBytes,
  executionFields,
} from './agent-options.ts'
import { type AgentRun, stepFields } from './agent-run.ts'
import type { StepTools } from './agent-tools.ts'
import { codePrompt } from './code-prompt.ts'
import { inputNotes } from './input-notes.ts'
import { observe } from './observation.ts'
import { type ReplyProgram, readProgram } from './reply-program.ts'
import { runProgram } from './run-program.ts'
import type { ActionStep } from './step.ts'

/** Options of {@link CodeAgent}, which needs an executor. */
export interface CodeAgentOptions extends AgentOptions {
  readonly executor: Executor
}

type Program = Extract<ReplyProgram, { kind: 'program' }>

/**
 * Solves tasks by programs that the model writes, step by step, in a session of the run's own: what
 * a program has defined, the next one finds.
 *
 * ```ts
 * const agent = new CodeAgent({ client: new OpenAI(), model: 'gpt-5', tools, executor: createExecutor() })
 * const answer = await agent.run('Which of these three pages is the longest?')
 * ```
 */
export class CodeAgent extends Agent<CodeAgentOptions> {
  #session: SessionHandle | undefined

  /** @throws {LatchdError} `INVALID_REQUEST`, `TOOL_INVALID` */
  constructor(options: CodeAgentOptions) {
    checkOptions('make a CodeAgent', options, agentOptionNames)
    if (typeof options.executor?.execute !== 'function') {
      const message =
        'Cannot make a CodeAgent: an executor is expected, createExecutor() or new Latchd()'
      throw new LatchdError('INVALID_REQUEST', message)
    }
    super(options)
  }

  protected override systemPrompt(tools: readonly ToolDescriptor[]): string {
    return codePrompt(tools, this.options)
  }

  protected override async prepare({ inputs }: AgentRun): Promise<readonly string[]> {
    const notes = inputNotes(inputs, 'Programs find these values in `inputs`, and by their names:')
    const hadPrograms = this.memory.steps.some(
      step => step.type === 'action-step' && step.action === 'program',
    )
    const isNew = await this.#openSession()
    return hadPrograms && isNew
      ? [...notes, 'The variables and functions of the programs so far are gone.']
      : notes
  }

  /** Opens the stored session, or a new one; returns whether it is new. */
  async #openSession(): Promise<boolean> {
    const { sessions } = this.options.executor
    const { sessionId } = this.memory
    if (sessionId !== undefined) {
      try {
        this.#session = await sessions.open(sessionId)
        return false
      } catch (error) {
        // The session has expired, or another executor had it: the steps are still known.
        if (!(error instanceof LatchdError && error.code === 'NOT_FOUND')) throw error
      }
    }
    this.#session = await sessions.create()
    this.memory.sessionId = this.#session.sessionId
    return true
  }

  protected override async forgetSession(): Promise<void> {
    const session = this.#session
    this.#session = undefined
    this.memory.sessionId = undefined
    if (session === undefined) return
    await session.delete().catch(() => {
      // The run has ended already; a session that could not be deleted expires by itself.
    })
  }

  protected override async *act(
    run: AgentRun,
    number: number,
    { descriptors, set }: StepTools,
  ): AsyncGenerator<AgentEvent, ActionStep, undefined> {
    const reply = yield* run.ask(this.conversation(descriptors))
    const program = readProgram(reply.text, reply.isCutOff, this.options.language)
    const { thought } = program
    if (program.kind === 'none') {
      return {
        type: 'action-step',
        action: 'none',
        number,
        thought,
        ...stepFields(reply),
        observation: `${program.problem}\n${howToReply(this.options.language)}`,
        isFinalAnswer: false,
      }
    }
    const { source, language } = program
    yield { type: 'action-started', number, thought, action: 'program', source, language }
    const ended = yield* this.#execute(run, number, program, set)
    return {
      type: 'action-step',
      action: 'program',
      number,
      thought,
      source,
      language,
      ...stepFields(reply),
      ...(ended instanceof LatchdError
        ? refusedFields(ended)
        : {
            ...endedFields(ended, program, answerBytes(this.options)),
            ...(await imagesOf(ended)),
          }),
    }
  }

  /** Runs a program; returns its outcome, or the refusal of the executor. */
  async *#execute(
    run: AgentRun,
    number: number,
    { source, language }: Program,
    tools: StepTools['set'],
  ): AsyncGenerator<AgentEvent, Outcome | LatchdError, undefined> {
    const request = { ...executionFields(this.options, run, tools), source, language }
    try {
      return yield* runProgram(this.#session as SessionHandle, request, run, number)
    } catch (error) {
      // The model can write a shorter one.
      if (error instanceof LatchdError && error.code === 'PAYLOAD_TOO_LARGE') return error
      throw error
    }
  }
}

const howToReply = (language: CodeAgentOptions['language']) =>
  `Reply with one program in a code block that begins with \`\`\`${language === 'python' ? 'python' : 'js'} and ends with \`\`\`. When the task is done, the program calls final_answer(value).`

function refusedFields({ name, code, message }: LatchdError) {
  return {
    observation: `Error: ${message}`,
    isFinalAnswer: false,
    logs: '',
    calls: [],
    error: { name, code, message },
  }
}

/** The images that the program gave out, read for the model. */
async function imagesOf({ files }: Outcome): Promise<Pick<ActionStep, 'images'>> {
  const images = await readImages(imagesAmong(files), file => file.bytes())
  return images.length === 0 ? {} : { images }
}

function endedFields(outcome: Outcome, { laterBlocks }: Program, maxBytes: number) {
  const { executionId, logText, calls } = outcome
  const isFinalAnswer = outcome.status === 'completed' && outcome.isFinalAnswer
  return {
    observation: observe(outcome, laterBlocks, maxBytes),
    isFinalAnswer,
    executionId,
    logs: logText,
    calls,
    ...(outcome.status === 'completed' && { output: outcome.output }),
    ...('error' in outcome && {
      error: {
        name: outcome.error.name,
        code: outcome.error.code,
        message: outcome.error.message,
      },
    }),
  }
}

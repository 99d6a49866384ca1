/** The code tool: reads a model's input, executes the program, and reports the result. */

import {
  type AnswerImage,
  MAX_IMAGE_BYTES,
  MAX_IMAGES,
} from '../../protocol/answer/answer-images.ts'
import { readAnswer } from '../../protocol/answer/answer-text.ts'
import { DEFAULT_ANSWER_TOKENS, LEAST_ANSWER_TOKENS } from '../../protocol/answer/bounded-text.ts'
import { RecentlyUsed } from '../../protocol/base/recently-used.ts'
import { type ErrorCode, LatchdError } from '../../protocol/errors.ts'
import type { Executor, Outcome, WaitOptions } from '../../protocol/execution/executor.ts'
import { type AiTool, aiTool } from './ai-sdk.ts'
import { askedOf } from './asked.ts'
import { chosenTools } from './chosen-tools.ts'
import type { CodeTool, CodeToolOptions } from './code-tool-types.ts'
import {
  type ChatMessage,
  chatImages,
  imagesOf,
  type ResponsesItem,
  responsesItem,
} from './images.ts'
import { type CodeToolInput, type ReadInput, readArguments, readInput } from './input.ts'
import {
  type ChatTool,
  chatTool,
  type FunctionCall,
  idOf,
  partsOf,
  type ResponsesTool,
  responsesTool,
} from './openai.ts'
import { type CloseOptions, OwnPrograms } from './own-programs.ts'
import { promptText, shortDescription } from './prompt.ts'
import {
  type AskedApproval,
  type CodeToolResult,
  isCut,
  type ResultBounds,
  resultOf,
} from './result.ts'
import { beneath, type RunOptions } from './run-options.ts'

const DEFAULT_NAME = 'run_program'
/** The names of functions that model servers accept. */
const NAME = /^[\w-]{1,64}$/
const DEFAULT_WAIT_MS = 300_000
const DEFAULT_OUTPUT_CHARS = 32_000
const DEFAULT_LOG_CHARS = 8_000

/** Refusals that the model's next call can avoid; what else is refused is the app's to repair. */
const forModel = new Set<ErrorCode>(['PAYLOAD_TOO_LARGE', 'QUEUE_FULL', 'SESSION_BUSY', 'DRAINING'])

/**
 * Only set when it was given: an execution that can be aborted is durable in a daemon, which costs
 * a write.
 */
type Aborting = Pick<WaitOptions, 'signal'>

/** The {@link CodeTool} that an executor runs. Calls in a session run one after the other. */
export class ProgramTool implements CodeTool {
  readonly name: string
  readonly description: string
  readonly aiTool: AiTool
  readonly chatTool: ChatTool
  readonly responsesTool: ResponsesTool
  readonly #options: CodeToolOptions
  readonly #waitMs: number
  readonly #bounds: ResultBounds
  /** The latest outcomes of which the model got a part. */
  #cut = new RecentlyUsed<string, Outcome>(KEPT_RESULTS)
  readonly #own: OwnPrograms
  /** The calls of the session before, one after the other. */
  #before: Promise<unknown> = Promise.resolve()

  constructor(options: CodeToolOptions) {
    this.#options = options
    this.#own = new OwnPrograms(options.executor, async () => {})
    this.#waitMs = bound('waitMs', options.waitMs, DEFAULT_WAIT_MS)
    this.#bounds = {
      maxAnswerTokens: readAnswerTokens(options.maxAnswerTokens),
      keepsValue: this.#hasSession,
      maxOutputChars: bound('maxOutputChars', options.maxOutputChars, DEFAULT_OUTPUT_CHARS),
      maxLogChars: bound('maxLogChars', options.maxLogChars, DEFAULT_LOG_CHARS),
    }
    bound('maxImages', options.maxImages, MAX_IMAGES)
    bound('maxImageBytes', options.maxImageBytes, MAX_IMAGE_BYTES)
    if (options.session === true && options.sessionId !== undefined) {
      throw new LatchdError(
        'INVALID_REQUEST',
        `Cannot begin a session: sessionId ${options.sessionId} names one; give one of the two`,
      )
    }
    this.name = options.name ?? DEFAULT_NAME
    if (!NAME.test(this.name)) {
      throw new LatchdError(
        'INVALID_REQUEST',
        `Cannot name the tool "${this.name}": 1 to 64 letters, digits, _ and - are allowed`,
      )
    }
    this.description = options.description ?? shortDescription(options.language, options.tools)
    this.aiTool = aiTool(
      this.description,
      (input, options) => this.#respond(readInput(input), options),
      result => this.#imagesOf(result),
    )
    this.chatTool = chatTool(this.name, this.description, (text, signal) =>
      this.#answer(text, { signal }),
    )
    this.responsesTool = responsesTool(this.name, this.description)
  }

  get #hasSession(): boolean {
    return this.#options.session === true || this.#options.sessionId !== undefined
  }

  async prompt(): Promise<string> {
    const { executor, tools, language, timeZone } = this.#options
    return promptText({
      name: this.name,
      language,
      timeZone,
      hasSession: this.#hasSession,
      tools: await chosenTools(executor, tools),
    })
  }

  async handle(call: FunctionCall, options: RunOptions = {}): Promise<string> {
    return JSON.stringify(await this.#resultOfCall(call, options))
  }

  async #resultOfCall(call: FunctionCall, options: RunOptions): Promise<CodeToolResult> {
    const { name, text } = partsOf(call)
    if (name === this.name) return await this.#respond(readArguments(text), options)
    const message = `Cannot call ${name}: the tool's name is ${this.name}`
    return refused('UNKNOWN_TOOL', message)
  }

  async chatMessages(
    calls: readonly FunctionCall[],
    options: RunOptions = {},
  ): Promise<ChatMessage[]> {
    const answers = await this.#answers(calls, options)
    const messages = answers.map(
      ({ id, text }): ChatMessage => ({ role: 'tool', tool_call_id: id, content: text }),
    )
    return [...messages, ...chatImages(answers.flatMap(({ images }) => images))]
  }

  async responsesItems(
    calls: readonly FunctionCall[],
    options: RunOptions = {},
  ): Promise<ResponsesItem[]> {
    const answers = await this.#answers(calls, options)
    return answers.map(({ id, text, images }) => responsesItem(id, text, images))
  }

  /** Calls of one turn go on at once, unless they share a session. */
  #answers(calls: readonly FunctionCall[], options: RunOptions) {
    return Promise.all(
      calls.map(async call => {
        const id = idOf(call)
        const result = await this.#resultOfCall(call, options)
        return { id, text: JSON.stringify(result), images: await this.#imagesOf(result) }
      }),
    )
  }

  #imagesOf(result: CodeToolResult): Promise<readonly AnswerImage[]> {
    const { executor, maxImages, maxImageBytes } = this.#options
    return imagesOf(result, executor.files, {
      ...(maxImages !== undefined && { maxImages }),
      ...(maxImageBytes !== undefined && { maxImageBytes }),
    })
  }

  run(input: CodeToolInput, options: RunOptions = {}): Promise<CodeToolResult> {
    return this.#respond(readInput(input), options)
  }

  async close(options: CloseOptions = {}): Promise<void> {
    await this.#before
    await this.#own.close(options)
  }

  async #answer(text: string, options: RunOptions): Promise<string> {
    return JSON.stringify(await this.#respond(readArguments(text), options))
  }

  async #respond(read: ReadInput, options: RunOptions): Promise<CodeToolResult> {
    if (!read.ok) return refused('INVALID_REQUEST', read.problem)
    const { input } = read
    const { signal } = options
    if (signal === undefined) return await this.#act(input, {}, options)
    // An abort after this call does not cancel a program that waits for a person.
    const call = new AbortController()
    const onAbort = () => call.abort(signal.reason)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    try {
      return await this.#act(input, { signal: call.signal }, options)
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  #act(input: CodeToolInput, aborting: Aborting, options: RunOptions): Promise<CodeToolResult> {
    if (input.executionId != null) {
      const { executionId, from, to } = input
      if (from == null && to == null) return this.#goOn(executionId, aborting)
      return this.#read(executionId, from ?? 0, to ?? Number.POSITIVE_INFINITY)
    }
    const execute = () => this.#execute(input.source, aborting, options)
    if (!this.#hasSession) return execute()
    const done = this.#before.then(execute)
    // The maker of that call gets the error.
    this.#before = done.catch(() => {})
    return done
  }

  async #execute(source: string, aborting: Aborting, options: RunOptions): Promise<CodeToolResult> {
    const { executor, ...request } = requestFields(this.#options)
    const untilMs = Date.now() + this.#waitMs
    try {
      const own = this.#options.session === true ? await this.#own.session() : undefined
      const sessionId = request.sessionId ?? own?.sessionId
      const outcome = await executor.execute({
        ...request,
        ...beneath(request.metadata, options),
        ...aborting,
        ...(sessionId !== undefined && { sessionId }),
        source,
        waitMs: this.#waitMs,
      })
      return await this.#report(outcome, untilMs, aborting)
    } catch (error) {
      if (!(error instanceof LatchdError) || !forModel.has(error.code)) throw error
      return refused(error.code, `${error.message}${advice[error.code] ?? ''}`)
    }
  }

  /** Reads a part of what a program has printed and returned. */
  #read(executionId: string, from: number, to: number): Promise<CodeToolResult> {
    return this.#known(async executor => {
      const outcome =
        this.#cut.get(executionId) ?? (await executor.wait(executionId, { waitMs: 0 }))
      const { maxAnswerTokens } = this.#bounds
      // Room for the other fields.
      const part = readAnswer(outcome, from, to, maxAnswerTokens - LEAST_ANSWER_TOKENS / 2)
      return { status: 'read', executionId, ...part }
    })
  }

  #goOn(executionId: string, options: Aborting): Promise<CodeToolResult> {
    const untilMs = Date.now() + this.#waitMs
    return this.#known(async executor => {
      const outcome = await executor.wait(executionId, { ...options, waitMs: this.#waitMs })
      return await this.#report(outcome, untilMs, options)
    })
  }

  async #known(ask: (executor: Executor) => Promise<CodeToolResult>): Promise<CodeToolResult> {
    try {
      return await ask(this.#options.executor)
    } catch (error) {
      if (!(error instanceof LatchdError) || error.code !== 'NOT_FOUND') throw error
      return refused(error.code, error.message)
    }
  }

  #resultOf(outcome: Outcome, asked: readonly AskedApproval[]): CodeToolResult {
    this.#own.see(outcome)
    const result = resultOf(outcome, asked, this.#bounds)
    // An executor need not know an execution any more that has ended.
    if (isCut(outcome, result)) this.#cut.set(outcome.executionId, outcome)
    return result
  }

  async #report(outcome: Outcome, untilMs: number, options: Aborting): Promise<CodeToolResult> {
    const { executor } = this.#options
    let current = outcome
    for (;;) {
      const asked = await askedOf(executor.approvals, current)
      const restMs = untilMs - Date.now()
      if (asked === undefined || asked.length > 0 || restMs <= 0) {
        return this.#resultOf(current, asked ?? [])
      }
      // The approval was decided meanwhile.
      current = await executor.wait(current.executionId, { ...options, waitMs: restMs })
    }
  }
}

/** Results of which a part was left out, for a model that asks for it: the latest. */
const KEPT_RESULTS = 16

/** Advice to a model beside a refusal. */
const advice: Partial<Record<ErrorCode, string>> = {
  SESSION_BUSY: '; go on with it first, by its executionId',
  QUEUE_FULL: '; call again later',
  DRAINING: '; call again later',
}

function refused(code: ErrorCode, message: string): CodeToolResult {
  return { status: 'refused', error: { code, message } }
}

function bound(name: string, value: number | undefined, byDefault: number): number {
  if (value === undefined) return byDefault
  if (Number.isInteger(value) && value >= 0) return value
  throw new LatchdError(
    'INVALID_REQUEST',
    `Cannot use ${name} ${value}: a whole number from 0 is expected`,
  )
}

function readAnswerTokens(value = DEFAULT_ANSWER_TOKENS): number {
  if (Number.isInteger(value) && value >= LEAST_ANSWER_TOKENS) return value
  throw new LatchdError(
    'INVALID_REQUEST',
    `Cannot use maxAnswerTokens ${value}: a whole number from ${LEAST_ANSWER_TOKENS} is expected`,
  )
}

/** The options that each execution gets. */
function requestFields(options: CodeToolOptions) {
  const { name, description, session, maxOutputChars, maxLogChars, ...rest } = options
  const { maxAnswerTokens, maxImages, maxImageBytes, ...request } = rest
  return request
}

/**
 * Code mode as the two tools that models of the Codex family are trained on: `exec` takes the
 * source of a program as it is, `wait` goes on with one that takes longer.
 */

import { type AnswerImage, imagesAmong, readImages } from '../../protocol/answer/answer-images.ts'
import {
  BYTES_PER_TOKEN,
  boundedText,
  DEFAULT_ANSWER_TOKENS,
} from '../../protocol/answer/bounded-text.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Outcome } from '../../protocol/execution/executor.ts'
import { askedOf } from './asked.ts'
import { chosenTools } from './chosen-tools.ts'
import { EXEC_HELPERS } from './exec-helpers.ts'
import {
  aiExecTools,
  chatExecTools,
  type ExecAnswer,
  type ExecCall,
  execDescription,
  execPrompt,
  outputItem,
  readCall,
  responsesExecTools,
} from './exec-shapes.ts'
import { type ReadSource, type ReadWait, readExec, readWait } from './exec-source.ts'
import type { ExecTool, ExecToolOptions } from './exec-types.ts'
import { type ChatMessage, chatImages } from './images.ts'
import { type CloseOptions, OwnPrograms } from './own-programs.ts'
import { beneath, type RunOptions } from './run-options.ts'

/** How long a call of either tool waits, unless it says otherwise. */
const DEFAULT_YIELD_MS = 10_000
/** The longest that a call may wait: as long as a client holds a request back. */
const MAX_YIELD_MS = 3_600_000

/** A program that has not ended, as far as the model has read its console text. */
interface Cell {
  readLogs: number
  readFiles: number
}

/** The {@link ExecTool} that an executor runs, in a session of its own. */
export class ProgramCells implements ExecTool {
  readonly aiTools: ExecTool['aiTools']
  readonly chatTools: ExecTool['chatTools']
  readonly responsesTools: ExecTool['responsesTools']
  readonly #options: ExecToolOptions
  readonly #maxTokens: number
  readonly #cells = new Map<string, Cell>()
  readonly #own: OwnPrograms
  #before: Promise<unknown> = Promise.resolve()

  constructor(options: ExecToolOptions) {
    this.#options = options
    const { executor, limits } = options
    // Programs expect these functions in it.
    this.#own = new OwnPrograms(executor, session =>
      session.executeOrThrow({ source: EXEC_HELPERS, tools: [], ...(limits && { limits }) }),
    )
    this.#maxTokens = options.maxAnswerTokens ?? DEFAULT_ANSWER_TOKENS
    if (!Number.isInteger(this.#maxTokens) || this.#maxTokens < 1) {
      const message = `Cannot use maxAnswerTokens ${this.#maxTokens}: a whole number from 1 is expected`
      throw new LatchdError('INVALID_REQUEST', message)
    }
    const description = options.description ?? execDescription(options.language, options.tools)
    this.aiTools = aiExecTools(description, {
      exec: (input, options) => this.#exec(readExec(input), options),
      wait: (input, options) => this.#wait(readWait(input), options),
    })
    this.chatTools = chatExecTools(description)
    this.responsesTools = responsesExecTools(description)
  }

  async prompt(): Promise<string> {
    const { executor, tools, language, timeZone } = this.#options
    return execPrompt(language, timeZone, await chosenTools(executor, tools))
  }

  async answer(call: ExecCall, options: RunOptions = {}): Promise<ExecAnswer> {
    const read = readCall(call)
    switch (read.name) {
      case 'exec':
        return await this.#exec(readExec(read.input), options)
      case 'wait':
        return await this.#wait(readWait(read.input), options)
      default:
        return said(`Cannot call ${read.name}: the tools are exec and wait`)
    }
  }

  async chatMessages(calls: readonly ExecCall[], options: RunOptions = {}): Promise<ChatMessage[]> {
    const answers = await Promise.all(calls.map(call => this.answer(call, options)))
    const messages = answers.map(({ text }, i): ChatMessage => {
      const { id = '' } = calls[i] as ExecCall
      return { role: 'tool', tool_call_id: id, content: text }
    })
    return [...messages, ...chatImages(answers.flatMap(({ images }) => images))]
  }

  async responsesItems(calls: readonly ExecCall[], options: RunOptions = {}) {
    return await Promise.all(
      calls.map(async call => outputItem(call, await this.answer(call, options))),
    )
  }

  async close(options: CloseOptions = {}): Promise<void> {
    await this.#before
    await this.#own.close(options)
  }

  /** Programs share a session, so each waits for the one before to end or to yield. */
  #exec(read: ReadSource, options: RunOptions): Promise<ExecAnswer> {
    const done = this.#before.then(() => this.#begin(read, options))
    this.#before = done.catch(() => {})
    return done
  }

  async #begin(read: ReadSource, options: RunOptions): Promise<ExecAnswer> {
    if (!read.ok) return said(read.problem)
    const { style, executor, description, maxAnswerTokens, ...request } = this.#options
    const startedAtMs = Date.now()
    try {
      const session = await this.#own.session()
      const outcome = await session.execute({
        ...request,
        ...beneath(request.metadata, options),
        ...(options.signal && { signal: options.signal }),
        inputs: { ALL_TOOLS: await this.#allTools(), ...request.inputs },
        source: read.source,
        waitMs: bounded(read.yieldMs),
      })
      const cell = { readLogs: 0, readFiles: 0 }
      return await this.#report(outcome, cell, startedAtMs, read.maxTokens)
    } catch (error) {
      return said(refusalText(error))
    }
  }

  async #wait(read: ReadWait, { signal }: RunOptions): Promise<ExecAnswer> {
    if (!read.ok) return said(read.problem)
    const { cellId, isTerminated } = read
    const cell = this.#cells.get(cellId)
    if (cell === undefined) return said(`Cannot wait: no program goes on with cell ID ${cellId}`)
    const startedAtMs = Date.now()
    const ended = isTerminated ? AbortSignal.abort() : signal
    try {
      const outcome = await this.#options.executor.wait(cellId, {
        ...(ended && { signal: ended }),
        waitMs: isTerminated ? MAX_YIELD_MS : bounded(read.yieldMs),
      })
      return await this.#report(outcome, cell, startedAtMs, read.maxTokens)
    } catch (error) {
      return said(refusalText(error))
    }
  }

  async #allTools(): Promise<readonly { name: string; description: string }[]> {
    const { executor, tools } = this.#options
    const chosen = await chosenTools(executor, tools)
    return chosen.map(({ name, description }) => ({ name, description }))
  }

  async #report(
    outcome: Outcome,
    cell: Cell,
    startedAtMs: number,
    maxTokens = DEFAULT_ANSWER_TOKENS,
  ): Promise<ExecAnswer> {
    const { executionId, logText, files } = outcome
    // The lines are joined: what is new begins behind the end of a line.
    const logs = logText.slice(cell.readLogs).replace(cell.readLogs > 0 ? /^\n/ : '', '')
    const images = await readImages(imagesAmong(files.slice(cell.readFiles)), file => file.bytes())
    cell.readLogs = logText.length
    cell.readFiles = files.length
    this.#own.see(outcome)
    if (isOver(outcome)) this.#cells.delete(executionId)
    else this.#cells.set(executionId, cell)
    const asked = await askedOf(this.#options.executor.approvals, outcome)
    const head = [headOf(outcome, asked?.map(({ question }) => question) ?? [])]
    head.push(`Wall time ${((Date.now() - startedAtMs) / 1000).toFixed(1)} seconds`, 'Output:', '')
    const maxBytes = Math.min(maxTokens, this.#maxTokens) * BYTES_PER_TOKEN
    const bounds = { maxBytes: Math.max(0, maxBytes - HEAD_BYTES) }
    const text = boundedText(bodyOf(outcome, logs), bounds, () => 'print less at once')
    return { text: head.join('\n') + text, images }
  }
}

/** Bytes of the lines above the output. */
const HEAD_BYTES = 128

const bounded = (yieldMs = DEFAULT_YIELD_MS): number => Math.min(yieldMs, MAX_YIELD_MS)

const isOver = ({ status }: Outcome): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled' || status === 'stuck'

function headOf({ status, executionId }: Outcome, questions: readonly string[]): string {
  switch (status) {
    case 'completed':
      return 'Script completed'
    case 'cancelled':
      return 'Script terminated'
    case 'failed':
    case 'stuck':
      return 'Script failed'
    case 'waiting': {
      const running = `Script running with cell ID ${executionId}`
      if (questions.length === 0) return running
      return `${running}: a person has to decide first, tell them: ${questions.join('; ')}`
    }
    case 'queued':
    case 'running':
      return `Script running with cell ID ${executionId}`
    default:
      return status satisfies never
  }
}

/** The console text; then the error, or a value where nothing was printed. */
function bodyOf(outcome: Outcome, logs: string): string {
  if ('error' in outcome) {
    const { name, message, frame, hint } = outcome.error
    const parts = [logs, `Script error:\n${name}: ${message}`, frame, hint && `Hint: ${hint}`]
    return parts.filter(part => part !== undefined && part !== '').join('\n')
  }
  if (logs !== '' || outcome.status !== 'completed') return logs
  const { text } = outcome.outputForms
  return text === 'undefined' ? '' : text
}

const said = (text: string): ExecAnswer => ({ text, images: [] as readonly AnswerImage[] })

/** Refusals that the model's next call can avoid; what else is refused is the app's to repair. */
function refusalText(error: unknown): string {
  if (error instanceof LatchdError) {
    const { code, message } = error
    if (code === 'SESSION_BUSY') return `${message}; wait for its cell first`
    if (['PAYLOAD_TOO_LARGE', 'QUEUE_FULL', 'DRAINING', 'NOT_FOUND'].includes(code)) return message
  }
  throw error
}

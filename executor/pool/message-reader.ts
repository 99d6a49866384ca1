/**
 * Reads the messages of a worker about one run, at either level of isolation.
 *
 * A program that has escaped may send whatever it likes. So each message is checked against its
 * shape, and against the rest of the limits of its execution. A message that does not fit is an
 * error of the run that sent it.
 */

import { z } from 'zod'
import { isNestedTooDeep } from '../../protocol/base/nesting.ts'
import type { LogLine } from '../../protocol/execution/execution.ts'
import type { Limits } from '../../protocol/limits.ts'
import type { GuestReader, GuestWork } from '../boundary/guest-pool.ts'
import { MAX_TEXT_CHARS } from '../boundary/lane-frames.ts'
import { GuestMessageShape, GuestReportShape } from '../boundary/message-shapes.ts'
import type { DryRunReport, GuestMessage, GuestOutput, GuestReport } from '../boundary/messages.ts'
import { MAX_FILE_INPUT_CHARS, maxFileRequests } from '../files/file-operations.ts'
import { maxLogLines } from '../worker/logs.ts'

const MIB = 1024 * 1024
/** Strings of messages and reports may exceed their limit by this: markers, frames, hints. */
const SLACK_CHARS = MIB
/** Characters of one line of a request's text: arguments that are longer stand there as a hash. */
const MAX_REQUEST_CHARS = 4096
/** One for each name that a program declares; no source of the largest size has more. */
const MAX_WARNINGS = 500_000
/** Variables that the report of a dry run may name: no engine names more. */
const MAX_VARIABLES = 200
const MAX_VARIABLE_CHARS = MAX_VARIABLES * 3000
/** Memory that a guest has beside its heap, and the head of its snapshot. */
const SNAPSHOT_SLACK_BYTES = 16 * MIB
/** A compiled program and its map against the largest source. */
const PROGRAM_FACTOR = 16
/** The text that shows an output against the limit of its plain form. */
const SHOWN_FACTOR = 4

/** Reads the messages and the report of one run. */
export class MessageReader implements GuestReader {
  #limits: Limits
  #hasSession: boolean
  #mayStay: boolean
  #isNameOnly: boolean
  /** The rest of the limits: how much the run may still send. */
  #linesLeft: number
  #logCharsLeft: number
  #requestsLeft: number
  #fileRequestsLeft: number
  /** Calls, timers, items of streams and requests about files are numbered together. */
  #maxNumber: number

  /** @param work the work of the run */
  constructor({
    limits,
    emittedLogs,
    session,
  }: Pick<GuestWork, 'limits' | 'emittedLogs' | 'session'>) {
    this.#limits = limits
    this.#hasSession = session !== undefined
    this.#mayStay = session?.stepsSince !== undefined
    this.#isNameOnly = session?.isNameOnly === true
    // The last line says how much was cut.
    this.#linesLeft = maxLogLines(limits.maxLogBytes) + 1 - emittedLogs
    this.#logCharsLeft = limits.maxLogBytes + SLACK_CHARS
    // A guest asks for each number once. Beside that it may clear a timer, reopen a stream, or load
    // the text of a delivery.
    this.#requestsLeft = 4 * limits.maxCalls
    this.#fileRequestsLeft = maxFileRequests(limits)
    this.#maxNumber = limits.maxCalls + this.#fileRequestsLeft
  }

  /** @throws {Error} for a message that no guest of ours sends */
  message(sent: unknown): GuestMessage {
    const value = contentOf(sent)
    const { lines } = Object(value) as Partial<Record<'lines', unknown>>
    boundList('lines', lines, this.#linesLeft)
    const message: GuestMessage = read(GuestMessageShape, value)
    switch (message.kind) {
      case 'logs':
        this.#chargeLogs(message.lines)
        return message
      case 'compiled': {
        const { code, map } = message.program
        const most = PROGRAM_FACTOR * this.#limits.maxSourceBytes + SLACK_CHARS
        bound('a program', code.length + map.length, most)
        return message
      }
      case 'call':
      case 'reopen-stream':
        // One character marks how the arguments are written.
        bound('arguments', message.input.length - 1, this.#limits.maxCallBytes)
        break
      case 'file':
        bound('a request about a file', message.input.length, MAX_FILE_INPUT_CHARS)
    }
    bound('a call number', message.callNumber, this.#maxNumber)
    const left = message.kind === 'file' ? this.#fileRequestsLeft-- : this.#requestsLeft--
    bound('requests', 1, left)
    return message
  }

  /** @throws {Error} for a report that no worker of ours sends */
  report(sent: unknown): GuestReport {
    const value = contentOf(sent)
    this.#boundLists(value)
    const report: GuestReport = read(GuestReportShape, value)
    const { outcome, snapshot, dryRun, warnings = [] } = report
    this.#chargeLogs(report.logs)
    if (outcome.status === 'completed') this.#checkOutput(outcome.output)
    if (outcome.status === 'halted') bound('a request', outcome.request.length, MAX_REQUEST_CHARS)
    if (outcome.status === 'stopped') {
      bound('a place', charsOf(outcome.place ?? {}), this.#maxErrorChars)
    }
    if ('error' in outcome) bound('an error', charsOf(outcome.error), this.#maxErrorChars)
    if (snapshot !== undefined) this.#checkSnapshot(snapshot)
    if (report.leftState !== undefined && !this.#mayStay) {
      throw new Error('a message of unknown shape: a state that must not stay in its guest')
    }
    if (outcome.status === 'not-held' && !this.#isNameOnly) {
      throw new Error('a message of unknown shape: a session that was sent is not there')
    }
    bound('warnings', sum(warnings, charsOf), this.#maxErrorChars)
    if (dryRun !== undefined) {
      bound('a place', charsOf(dryRun.place ?? {}), this.#maxErrorChars)
      bound('variables', sum(dryRun.variables ?? [], charsOf), MAX_VARIABLE_CHARS)
      const longest = Math.max(
        0,
        ...dryRun.unanswered.flatMap(([, ...texts]) => texts.map(text => text.length)),
      )
      bound('a request', longest, MAX_REQUEST_CHARS)
    }
    return report
  }

  #boundLists(report: unknown): void {
    const { logs, warnings, dryRun } = Object(report) as Partial<Record<keyof GuestReport, unknown>>
    boundList('logs', logs, this.#linesLeft)
    boundList('warnings', warnings, MAX_WARNINGS)
    const dry = Object(dryRun) as Partial<Record<keyof DryRunReport, unknown>>
    boundList('unanswered', dry.unanswered, this.#maxNumber)
    boundList('variables', dry.variables, MAX_VARIABLES)
  }

  get #maxErrorChars(): number {
    // A frame and a stack quote lines of the source.
    return 4 * this.#limits.maxSourceBytes + SLACK_CHARS
  }

  #chargeLogs(lines: readonly LogLine[]): void {
    this.#linesLeft -= lines.length
    const chars = sum(lines, ({ text }) => text.length)
    bound('logs', chars, this.#logCharsLeft)
    this.#logCharsLeft -= chars
  }

  #checkOutput({ json, text, encoded = '' }: GuestOutput): void {
    const { maxOutputBytes } = this.#limits
    bound('an output', json.length + encoded.length, maxOutputBytes)
    bound('the text of an output', text.length, SHOWN_FACTOR * maxOutputBytes + SLACK_CHARS)
    if (!isJson(json)) throw new Error('a message of unknown shape: JSON is expected')
  }

  #checkSnapshot({ buffer, byteLength }: Uint8Array): void {
    // A thread can still write to shared memory, so such a snapshot is refused.
    if (!this.#hasSession || !(buffer instanceof ArrayBuffer))
      throw new Error('a message of unknown shape: a snapshot without a session')
    bound('a snapshot', byteLength, this.#limits.memoryBytes + SNAPSHOT_SLACK_BYTES)
  }
}

/** The value of what was sent: JSON in a text of bounded length, or the value itself. */
function contentOf(sent: unknown): unknown {
  if (typeof sent !== 'string') return sent
  bound('a text', sent.length, MAX_TEXT_CHARS)
  return JSON.parse(sent)
}

function read<T>(shape: z.ZodType<T>, value: unknown): T {
  const result = shape.safeParse(value)
  if (result.success) return result.data
  throw new Error(`a message of unknown shape: ${z.prettifyError(result.error).slice(0, 500)}`)
}

/** Before the shape of each element is looked at, which takes far longer than it takes to send one. */
function boundList(name: string, list: unknown, limit: number): void {
  if (Array.isArray(list)) bound(`a list of ${name}`, list.length, limit)
}

function bound(what: string, size: number, limit: number): void {
  if (size > limit) throw new Error(`a message of unknown size: ${what} of ${size}, limit ${limit}`)
}

const sum = <T>(list: readonly T[], of: (one: T) => number): number =>
  list.reduce((total, one) => total + of(one), 0)

/** Characters of the texts that an object has. */
const charsOf = (value: object): number =>
  sum(Object.values(value), one => (typeof one === 'string' ? one.length : 0))

function isJson(text: string): boolean {
  if (isNestedTooDeep(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

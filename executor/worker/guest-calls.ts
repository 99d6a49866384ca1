/**
 * The requests that a guest sends to its host while it runs: calls, timers, items of streams. Each
 * has a number.
 *
 * A guest that is replayed sends the same requests as in its earlier runs, and takes the answers
 * from its journal. Only later requests reach the host. A dry run (`executor/boundary/messages.ts`)
 * reaches no host: requests that its journal does not answer are noted.
 */

import { STREAM, THROWN } from '../../protocol/values/value-format.ts'
import type { AsciiText } from '../boundary/ascii-text.ts'
import { earlierTexts, isRequestText } from '../boundary/earlier-requests.ts'
import type { Delivery, GuestOutcome, GuestRequest, GuestTask } from '../boundary/messages.ts'
import { OpenArguments } from '../boundary/open-arguments.ts'
import { inputHashOf, requestText, shownRequest } from '../boundary/request-fingerprint.ts'
import { charsOfReply, type Reply } from '../boundary/string-reply.ts'
import { toolIndex } from '../boundary/tool-index.ts'
import type { Guest } from '../engine/guest.ts'
import { type FileOperation, fileOperations, maxFileRequests } from '../files/file-operations.ts'
import type { GuestTool } from '../guest/host/tools.ts'
import { CallTally } from './call-tally.ts'
import type { Channel } from './channel.ts'
import type { GuestClock } from './clock.ts'
import type { CpuBudget } from './cpu-budget.ts'
import { DryRun } from './dry-run.ts'
import { GuestDiverged, GuestHalted, GuestParked, limitExceeded } from './guest-end.ts'
import type { LogBuffer } from './logs.ts'

/** A request of an earlier run, and the kind of its answer. */
interface Recorded {
  readonly request: string
  /** Whether it was given a stream. */
  readonly isStream: boolean
}

/** The objects that the calls of a guest work with. */
export interface CallDependencies {
  readonly guest: Guest
  readonly channel: Channel
  readonly clock: GuestClock
  readonly cpu: CpuBudget
  readonly logs: LogBuffer
}

type CallRequest = Extract<GuestRequest, { readonly kind: 'call' }>

/** A request that is about to be launched. */
interface Asked<R extends GuestRequest = GuestRequest> {
  readonly request: R
  /** Its arguments as bytes; the request has none then. */
  readonly input: AsciiText | undefined
}

/** Bytes of an input without its mark, counted where that may be beyond a bound. */
function sizeNear(input: string, bound: number): number {
  // A string has at least as many bytes as units.
  return input.length * 3 > bound ? Buffer.byteLength(input) - 1 : 0
}

/** The calls, timers and stream items of one guest: sends requests, or repeats the journal. */
export class GuestCalls {
  #task: GuestTask
  #deps: CallDependencies
  #tools: readonly GuestTool[]
  /** Number of the last call, timer or stream item. */
  #count = 0
  /** How many of them are requests about files, which are no calls. */
  #fileRequests = 0
  /** Numbers that a delivery is still to come for, with how long it is expected to take. */
  #pending = new Map<number, number | undefined>()
  /** Those of {@link #pending} that an execution does not wait for once its program has ended. */
  #unreferenced = new Set<number>()
  /** Requests of earlier runs, by number. */
  #recorded = new Map<number, Recorded>()
  /** The greatest number of them: until there the guest repeats an earlier run. */
  #lastRecorded = 0
  #taken = 0
  /** Characters of the replies that the guest has taken. */
  takenChars = 0
  /** Whether the guest has asked for a file. */
  hasFiles = false
  #tally = new CallTally()
  /** Of the calls whose answers the guest has not taken. */
  #arguments: OpenArguments
  /** Present in a dry run. */
  readonly dryRun: DryRun | undefined

  constructor(task: GuestTask, tools: readonly GuestTool[], deps: CallDependencies) {
    this.#task = task
    this.#tools = tools
    this.#deps = deps
    this.#arguments = new OpenArguments(task.limits)
    this.dryRun = task.dryRun && new DryRun(task.dryRun, deps.guest)
    for (const { callNumber, request, text } of task.journal) {
      // The text that says so is short, and so has come with the task.
      this.#recorded.set(callNumber, { request, isStream: text?.[0] === STREAM })
      this.#lastRecorded = Math.max(this.#lastRecorded, callNumber)
    }
  }

  /** Number of the last call, timer or stream item that the guest asked for. */
  get count(): number {
    return this.#count
  }

  /** How long the wait for a number is expected to take, or for any; `undefined` when not known. */
  expectedMs(awaited: number | undefined): number | undefined {
    if (awaited !== undefined) return this.#pending.get(awaited)
    let least = Infinity
    for (const expected of this.#pending.values()) {
      if (expected === undefined) return undefined
      least = Math.min(least, expected)
    }
    return least
  }

  /** Calls a tool and waits for its reply. */
  call(tool: number, input: string | AsciiText): Reply {
    const callNumber = this.start()
    const asked = this.#asked(callNumber, tool, input, true)
    const refusal = this.#refusal(asked.request, input)
    if (refusal === undefined) return this.take(this.#launch(asked))
    this.#haltAt(asked.request)
    return refusal
  }

  /** Calls a tool. Returns the number of the call. */
  callConcurrently(tool: number, input: string | AsciiText): number {
    const { channel, clock } = this.#deps
    const callNumber = this.start()
    const asked = this.#asked(callNumber, tool, input, false)
    const refusal = this.#refusal(asked.request, input)
    if (refusal === undefined) return this.#launch(asked)
    this.#haltAt(asked.request)
    channel.stash({ callNumber, text: refusal, atMs: clock.nowMs })
    this.#pending.set(callNumber, 0)
    return callNumber
  }

  /** Asks the host about a file, and waits for its reply. @param operation its index */
  file(operation: number, input: string): Reply {
    const kind = fileOperations[operation] as FileOperation
    const atMs = this.#deps.clock.nowMs
    const callNumber = this.#startFile()
    this.hasFiles = true
    return this.block({
      kind: 'file',
      callNumber,
      operation: kind,
      input,
      ...inputHashOf(input),
      atMs,
    })
  }

  /**
   * Counts the next request of {@link launch} or {@link block}.
   *
   * @throws {GuestEnd} beyond `maxCalls`
   */
  start(): number {
    const { maxCalls } = this.#task.limits
    if (this.#count - this.#fileRequests >= maxCalls) {
      const message = `The program made more than maxCalls ${maxCalls} calls, timers and stream items`
      throw limitExceeded(
        'maxCalls',
        message,
        this.#tally.hint(tool => this.#tools[tool]?.[0] ?? ''),
      )
    }
    return ++this.#count
  }

  /** Counts the next request about a file. @throws {GuestEnd} beyond {@link maxFileRequests} */
  #startFile(): number {
    const most = maxFileRequests(this.#task.limits)
    if (this.#fileRequests >= most) {
      throw limitExceeded('maxCalls', `The program made more than ${most} requests about files`)
    }
    this.#fileRequests++
    return ++this.#count
  }

  /**
   * Sends a request to the host, unless an earlier run got its answer. Returns the request's
   * number.
   */
  launch(request: GuestRequest): number {
    return this.#launch({ request, input: undefined })
  }

  #launch({ request, input }: Asked): number {
    const { cpu, logs, channel } = this.#deps
    const { callNumber } = request
    const recorded = this.#recorded.get(callNumber)
    this.#pending.set(callNumber, this.#expectedOf(request))
    if (recorded !== undefined) this.#repeat(request, recorded)
    else if (this.dryRun !== undefined) {
      const earlier = earlierTexts(request, this.#toolName)
      this.dryRun.noteUnanswered(callNumber, this.#textOf(request), ...earlier)
    } else {
      if (callNumber > this.#lastRecorded) cpu.startActive()
      logs.flush()
      channel.request(request, input)
    }
    this.#haltAt(request)
    return callNumber
  }

  /** Asks the host and waits for its reply. */
  block(request: GuestRequest): Reply {
    return this.take(this.launch(request))
  }

  /** Waits for the reply to a number. */
  take(callNumber: number): Reply {
    const { text, atMs } = this.#awaited(callNumber)
    this.#countTaken(callNumber)
    this.#forget(callNumber)
    this.takenChars += charsOfReply(text)
    this.#deps.clock.advanceTo(atMs)
    return text
  }

  /**
   * Starts a timer. Returns its number.
   *
   * @param isUnreferenced whether no execution waits for it once its program has ended
   */
  startTimer(delayMs: number, isUnreferenced: boolean): number {
    const atMs = this.#deps.clock.nowMs
    const callNumber = this.start()
    if (isUnreferenced) this.#unreferenced.add(callNumber)
    return this.launch({ kind: 'start-timer', callNumber, delayMs, atMs })
  }

  /** Waits for any reply; `undefined` when none is to come that the execution waits for. */
  takeNext(hasEnded: boolean): Delivery | undefined {
    const { channel, clock, logs } = this.#deps
    while (this.#pending.size > (hasEnded ? this.#unreferenced.size : 0)) {
      logs.flush()
      const delivery = channel.takeNext()
      this.#countTaken(delivery.callNumber)
      this.takenChars += charsOfReply(delivery.text)
      if (!this.#forget(delivery.callNumber)) continue
      clock.advanceTo(delivery.atMs)
      return delivery
    }
    return undefined
  }

  /** Whether a delivery was still to come for a number; from now on none is. */
  #forget(callNumber: number): boolean {
    this.#unreferenced.delete(callNumber)
    this.#arguments.remove(callNumber)
    return this.#pending.delete(callNumber)
  }

  /** Forgets a timer. */
  clearTimer(callNumber: number): void {
    if (this.#forget(callNumber) && !this.#recorded.has(callNumber)) {
      this.#deps.channel.send({ kind: 'clear-timer', callNumber })
    }
  }

  /** The outcome of a run. When it ended before its journal did, it has diverged. */
  checked(outcome: GuestOutcome): GuestOutcome {
    const isEnd = outcome.status === 'completed' || outcome.status === 'failed'
    // A dry run gets no other answers, so where it waits is as far as it comes.
    const isLast = isEnd || (outcome.status === 'parked' && this.dryRun !== undefined)
    if (!isLast || this.#count >= this.#lastRecorded) return outcome
    const last = this.#lastRecorded
    const unread = this.#recorded.get(last) as Recorded
    const why = outcome.status === 'failed' ? ` with ${outcome.error.code}` : ''
    const message = `The program ${isEnd ? 'ended' : 'waits'}${why} after ${this.#count} calls; its journal holds call ${last}: ${shownRequest(unread.request)}`
    return {
      status: 'diverged',
      error: { code: 'NONDETERMINISM', name: 'Nondeterminism', message },
    }
  }

  /** The reply to a call whose arguments are too large, or too many; `undefined` for the others. */
  #refusal(request: CallRequest, input: string | AsciiText): string | undefined {
    const { callNumber, tool } = request
    const name = this.#toolName(toolIndex(tool))
    const message = this.#tooLarge(input) ?? this.#tooMany(request, name, input.length)
    // An earlier run was not refused what its journal answers.
    if (message === undefined || this.#recorded.has(callNumber)) return undefined
    return (
      THROWN + JSON.stringify({ name: 'RangeError', message, code: 'LIMIT_EXCEEDED', tool: name })
    )
  }

  #tooLarge(input: string | AsciiText): string | undefined {
    const { maxCallBytes } = this.#task.limits
    const size = typeof input === 'string' ? sizeNear(input, maxCallBytes) : input.length - 1
    if (size <= maxCallBytes) return undefined
    return `Cannot send call arguments: ${size} bytes, limit maxCallBytes ${maxCallBytes}`
  }

  #tooMany(
    { callNumber, isBlocking }: CallRequest,
    name: string,
    length: number,
  ): string | undefined {
    if (isBlocking) return this.#arguments.refusal(name, length)
    return this.#arguments.add(name, length, callNumber)
  }

  #asked(
    callNumber: number,
    tool: number,
    input: string | AsciiText,
    isBlocking: boolean,
  ): Asked<CallRequest> {
    const atMs = this.#deps.clock.nowMs
    const hash = inputHashOf(input)
    const sent = typeof input !== 'string' && this.#isFirst(callNumber) ? input : undefined
    const text = sent === undefined ? `${input}` : ''
    this.#tally.note(tool, hash.inputHash ?? text)
    const request = {
      kind: 'call',
      callNumber,
      tool,
      input: text,
      ...hash,
      isBlocking,
      atMs,
    } as const
    return { request, input: sent }
  }

  /** Whether a request goes to the host for the first time, so that its text is not compared here. */
  #isFirst(callNumber: number): boolean {
    return !this.#recorded.has(callNumber) && this.dryRun === undefined
  }

  /** Ends a dry run at the call that it was to end at. */
  #haltAt(request: GuestRequest): void {
    if (!this.dryRun?.endsAt(request.callNumber)) return
    this.dryRun.notePlace()
    this.dryRun.noteVariables()
    throw new GuestHalted(shownRequest(this.#textOf(request)))
  }

  #toolName = (index: number): string => this.#tools[index]?.[0] ?? ''

  #textOf(request: GuestRequest): string {
    return requestText(request, this.#toolName)
  }

  #expectedOf(request: GuestRequest): number | undefined {
    if (request.kind === 'start-timer') return request.delayMs
    return request.kind === 'call' ? this.#task.expectedMs?.[toolIndex(request.tool)] : undefined
  }

  /** Holds a request against the journal. @throws {GuestDiverged} when it is another one */
  #repeat(request: GuestRequest, recorded: Recorded): void {
    const { callNumber } = request
    if (!isRequestText(recorded.request, request, this.#toolName)) {
      this.dryRun?.notePlace()
      throw new GuestDiverged(
        `Call ${callNumber} of the program is ${shownRequest(this.#textOf(request))}; in its journal it was ${shownRequest(recorded.request)}`,
      )
    }
    if (this.#task.isRestored && request.kind === 'call' && recorded.isStream) {
      const { tool, input } = request
      this.#deps.channel.send({ kind: 'reopen-stream', callNumber, tool, input })
    }
  }

  #awaited(callNumber: number): Delivery {
    try {
      return this.#deps.channel.take(callNumber)
    } catch (error) {
      if (error instanceof GuestParked) this.dryRun?.notePlace()
      throw error
    }
  }

  #countTaken(callNumber: number): void {
    if (!this.#recorded.has(callNumber)) return
    if (++this.#taken === this.#recorded.size) this.#deps.cpu.startActive()
  }
}

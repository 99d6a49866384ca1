/** One execution in a worker, from its source to its report, without leaving this thread's turn. */

import type { ExecutionError } from '../../protocol/execution.ts'
import { STREAM, THROWN } from '../../protocol/value-format.ts'
import { type Compilation, programFrom } from '../compile/compile.ts'
import { type Guest, GuestThrown } from '../engine/guest.ts'
import { OutOfGuestMemory } from '../engine/quickjs.ts'
import { HostOperation } from '../guest/host-operations.ts'
import type { GuestTool } from '../guest/tools.ts'
import type { JournaledDelivery } from '../journal.ts'
import type {
  Delivery,
  GuestOutcome,
  GuestOutput,
  GuestReport,
  GuestRequest,
  GuestTask,
  ShadowReport,
} from '../messages.ts'
import { requestText } from '../request-text.ts'
import { Channel } from './channel.ts'
import { GuestClock } from './clock.ts'
import type { Compiler } from './compiler.ts'
import { CpuBudget } from './cpu-budget.ts'
import {
  engineSyntaxFailure,
  type FailedProgram,
  guestFailure,
  mapped,
  syntaxFailure,
} from './failure.ts'
import { GuestDiverged, GuestEnd, GuestHalted, GuestParked, limitExceeded } from './guest-end.ts'
import { hintForCpu } from './hints.ts'
import { answerIntl } from './intl.ts'
import { LogBuffer } from './logs.ts'
import { readOutput } from './output.ts'
import { patienceMs } from './patience.ts'
import { answerURL } from './url.ts'

/** What all tasks of a worker share. */
export interface TaskPowers {
  readonly compiler: Compiler
  /** The pool's pressure; see `protocol/latch.ts`. */
  readonly pressure: Int32Array
  /** Parks at every wait: for tests. */
  readonly parksAlways: boolean
}

/** Runs a task on a guest that nobody has used since its last rewind. */
export function runTask(task: GuestTask, guest: Guest, powers: TaskPowers): GuestReport {
  return new RunningTask(task, guest, powers).run(powers.compiler)
}

class RunningTask {
  #task: GuestTask
  #guest: Guest
  #channel: Channel
  #clock: GuestClock
  #logs: LogBuffer
  #cpu: CpuBudget
  #tools: readonly GuestTool[]
  /** Number of the last call, timer or stream item. */
  #calls = 0
  /** Numbers that a delivery is still to come for, with how long it is expected to take. */
  #pending = new Map<number, number | undefined>()
  /** What earlier runs asked for and were given, by number. */
  #recorded = new Map<number, JournaledDelivery>()
  /** The greatest number of them: until there the guest repeats an earlier run. */
  #lastRecorded = 0
  #taken = 0
  #startedAt = performance.now()
  #output: GuestOutput | undefined
  #isFinalAnswer = false
  /** Whether a session's program runs, or ran. */
  #hasBegun = false
  /** What a shadow asked for that its journal does not answer. */
  #unanswered: [number, string][] = []
  /** The engine's stack where a shadow ended. */
  #stack: string | undefined
  #program: FailedProgram | undefined

  constructor(task: GuestTask, guest: Guest, { pressure, parksAlways }: TaskPowers) {
    const { port, latch, journal, limits } = task
    this.#task = task
    this.#guest = guest
    for (const delivery of journal) {
      this.#recorded.set(delivery.id, delivery)
      this.#lastRecorded = Math.max(this.#lastRecorded, delivery.id)
    }
    this.#channel = new Channel({
      port,
      latch,
      pressure,
      journal,
      patienceMs: awaited => patienceMs(this.#guestMs(), this.#expectedMs(awaited)),
      // Nobody answers a shadow: where it would wait it has come to its end.
      parksAlways: parksAlways || task.shadow !== undefined,
    })
    this.#clock = new GuestClock(task.startedAtMs)
    this.#logs = new LogBuffer(limits.maxLogBytes, task.toldLogs, lines =>
      this.#channel.send({ kind: 'logs', lines }),
    )
    this.#cpu = new CpuBudget(
      limits.cpuMs,
      () => this.#channel.waitMs,
      task.chargedCpuMs,
      journal.length > 0,
    )
    this.#tools = JSON.parse(task.tools) as GuestTool[]
  }

  run(compiler: Compiler): GuestReport {
    const compilation = this.#compile(compiler)
    const outcome = this.#checked(
      compilation.ok
        ? this.#runProgram({
            source: this.#task.source,
            program: compilation.program,
            toolNames: this.#tools.map(
              ([name, identifier]) => identifier ?? `tools[${JSON.stringify(name)}]`,
            ),
          })
        : failed(syntaxFailure(this.#task.source, compilation.error)),
    )
    this.#channel.end()
    const snapshot = this.#leaveSession(outcome)
    return {
      outcome,
      logs: this.#logs.takeRest(this.#clock.nowMs, outcome.status !== 'parked'),
      logsTruncatedBytes: this.#logs.truncatedBytes,
      cpuMs: this.#cpu.usedMs(),
      waitMs: this.#channel.waitMs,
      peakMemoryBytes: this.#guest.memoryBytes,
      ...(snapshot && { snapshot }),
      ...(this.#task.shadow && { shadow: this.#shadowReport() }),
    }
  }

  #shadowReport(): ShadowReport {
    const place = this.#stack && this.#program && mapped(this.#stack, this.#program)
    return {
      asked: this.#calls,
      unanswered: this.#unanswered,
      ...(place && { place }),
    }
  }

  /** What the program has left to its session; `undefined` when that keeps what it had. */
  #leaveSession({ status }: GuestOutcome): Uint8Array | undefined {
    if (!this.#hasBegun || status === 'parked' || status === 'diverged') return undefined
    if (this.#task.shadow !== undefined) return undefined
    return this.#guest.endSession() === 'clean' ? this.#guest.snapshot() : undefined
  }

  #compile(compiler: Compiler): Compilation {
    const { source, language, session, program, wantsProgram } = this.#task
    if (program !== undefined) return { ok: true, program: programFrom(program.code, program.map) }
    const compilation = compiler.compile(source, language, session ? 'session' : 'program')
    if (wantsProgram && compilation.ok) {
      const { code, encodeMap } = compilation.program
      this.#channel.send({ kind: 'compiled', program: { code, map: encodeMap() } })
    }
    return compilation
  }

  /** An end before all that the journal holds was asked for is not the end that the journal leads to. */
  #checked(outcome: GuestOutcome): GuestOutcome {
    const isEnd = outcome.status === 'completed' || outcome.status === 'failed'
    // Nobody will answer a shadow, so where it waits is as far as it comes.
    const isLast = isEnd || (outcome.status === 'parked' && this.#task.shadow !== undefined)
    if (!isLast || this.#calls >= this.#lastRecorded) return outcome
    const unread = this.#recorded.get(this.#lastRecorded) as JournaledDelivery
    const why = outcome.status === 'failed' ? ` with ${outcome.error.code}` : ''
    const message = `The program ${isEnd ? 'ended' : 'waits'}${why} after ${this.#calls} calls; its journal holds call ${unread.id}: ${unread.request}`
    return {
      status: 'diverged',
      error: { code: 'NONDETERMINISM', name: 'Nondeterminism', message },
    }
  }

  #guestMs(): number {
    return performance.now() - this.#startedAt - this.#channel.waitMs
  }

  /** How long the wait for a number is expected to take, or for any; `undefined` when not known. */
  #expectedMs(awaited: number | undefined): number | undefined {
    if (awaited !== undefined) return this.#pending.get(awaited)
    let least = Infinity
    for (const expected of this.#pending.values()) {
      if (expected === undefined) return undefined
      least = Math.min(least, expected)
    }
    return least
  }

  #runProgram(program: FailedProgram): GuestOutcome {
    this.#program = program
    try {
      this.#begin()
      try {
        this.#guest.evaluate(program.program.code)
      } catch (error) {
        if (!(error instanceof GuestThrown)) throw error
        return failed(engineSyntaxFailure(error.description, program))
      }
      this.#drive()
    } catch (error) {
      return this.#ended(error, program)
    }
    return this.#completed()
  }

  #begin(): void {
    const { tools, session, inputs, seed, startedAtMs, limits } = this.#task
    const rest = JSON.stringify({ inputs, seed, startedAtMs })
    const configuration = `{"tools":${tools},${rest.slice(1)}`
    const hooks = {
      poll: () => this.#poll(),
      host: (operation: number, number: number, text: string) =>
        this.#answer(operation, number, text),
      now: () => this.#clock.read(),
    }
    if (session === undefined) {
      this.#guest.begin(hooks, limits.memoryBytes, configuration)
      return
    }
    if (session.snapshot !== undefined) this.#guest.restore(session.snapshot)
    this.#hasBegun = true
    this.#guest.beginSession(hooks, limits.memoryBytes, configuration)
  }

  /** Runs jobs and hands over deliveries, one at a time, until nothing is pending. */
  #drive(): void {
    for (;;) {
      while (this.#guest.runJob());
      if (this.#pending.size === 0) break
      this.#logs.flush()
      const { id, text, atMs } = this.#channel.takeNext()
      this.#countTaken(id)
      if (!this.#pending.delete(id)) continue
      this.#clock.advanceTo(atMs)
      this.#guest.deliver(id, text)
    }
    if (this.#output === undefined) {
      throw this.#guest.isFull() ? new OutOfGuestMemory() : new GuestEnd(DEADLOCK)
    }
    for (const text of this.#guest.unhandledRejections()) this.#log(ERROR_LEVEL, text)
  }

  #completed(): GuestOutcome {
    const output = this.#output as GuestOutput
    return { status: 'completed', output, isFinalAnswer: this.#isFinalAnswer }
  }

  /** The outcome for what ended the guest before its time. */
  #ended(error: unknown, program: FailedProgram): GuestOutcome {
    if (error instanceof GuestParked) {
      return { status: 'parked', awaited: error.awaited, received: this.#channel.received }
    }
    if (error instanceof GuestEnd) {
      if (error instanceof GuestHalted) return { status: 'halted', request: error.request }
      if (error instanceof GuestDiverged) {
        return { status: 'diverged', error: error.failure as ExecutionError }
      }
      if (error.failure !== undefined) return failed(error.failure)
      return this.#isFinalAnswer ? this.#completed() : { status: 'stopped' }
    }
    if (error instanceof GuestThrown) return failed(guestFailure(error.description, program))
    const isTrap = error instanceof WebAssembly.RuntimeError || error instanceof RangeError
    if (error instanceof OutOfGuestMemory || isTrap) {
      const { memoryBytes } = this.#task.limits
      return failed({
        code: 'LIMIT_EXCEEDED',
        name: 'InternalError',
        message: `out of memory: the guest heap reached memoryBytes ${memoryBytes}`,
        limit: 'memoryBytes',
      })
    }
    throw error
  }

  #poll(): void {
    this.#channel.poll()
    this.#logs.flushOld()
    if (!this.#cpu.isSpent()) return
    const hint = hintForCpu(
      this.#clock.reads,
      this.#tools.map(([name]) => name),
    )
    const { cpuMs } = this.#task.limits
    throw limitExceeded(
      'cpuMs',
      `The program ran for cpuMs ${cpuMs} without coming to its end`,
      hint,
    )
  }

  #log(level: number, text: string): void {
    this.#logs.write(level, text, this.#clock.nowMs)
  }

  #answer(operation: number, number: number, text: string): string | number {
    switch (operation) {
      case HostOperation.log:
        this.#log(number, text)
        return 0
      case HostOperation.call: {
        const id = this.#start()
        const refusal = this.#refusal(number, text)
        if (refusal !== undefined) this.#haltAt(this.#call(id, number, text, true))
        return refusal ?? this.#block(this.#call(id, number, text, true))
      }
      case HostOperation.callConcurrently: {
        const id = this.#start()
        const refusal = this.#refusal(number, text)
        if (refusal === undefined) return this.#launch(this.#call(id, number, text, false))
        this.#haltAt(this.#call(id, number, text, false))
        this.#channel.stash({ id, text: refusal, atMs: this.#clock.nowMs })
        this.#pending.set(id, 0)
        return id
      }
      case HostOperation.awaitCall:
        return this.#take(number)
      case HostOperation.nextItem:
        return this.#block({ kind: 'next-item', id: this.#start(), stream: number })
      case HostOperation.nextItemConcurrently:
        return this.#launch({ kind: 'next-item', id: this.#start(), stream: number })
      case HostOperation.closeStream:
        return this.#block({ kind: 'close-stream', id: this.#start(), stream: number })
      case HostOperation.closeStreamConcurrently:
        return this.#launch({ kind: 'close-stream', id: this.#start(), stream: number })
      case HostOperation.startTimer:
        return this.#launch({
          kind: 'start-timer',
          id: this.#start(),
          delayMs: number,
          atMs: this.#clock.nowMs,
        })
      case HostOperation.clearTimer:
        if (this.#pending.delete(number) && !this.#recorded.has(number)) {
          this.#channel.send({ kind: 'clear-timer', id: number })
        }
        return 0
      case HostOperation.finalAnswer:
        this.#takeOutput(text)
        this.#isFinalAnswer = true
        throw new GuestEnd()
      case HostOperation.returned:
        this.#takeOutput(text)
        return 0
      case HostOperation.threw:
        throw new GuestThrown(text)
      case HostOperation.intl:
        return answerIntl(text)
      case HostOperation.url:
        return answerURL(text)
      default:
        throw new Error(`unknown host operation ${operation}`)
    }
  }

  /** Counts a call. @throws {GuestEnd} beyond `maxCalls`. */
  #start(): number {
    const { maxCalls } = this.#task.limits
    if (this.#calls >= maxCalls) {
      const message = `The program made more than maxCalls ${maxCalls} calls, timers and stream items`
      throw limitExceeded('maxCalls', message)
    }
    return ++this.#calls
  }

  /** The reply to a call whose arguments are too large; `undefined` for the others. */
  #refusal(tool: number, input: string): string | undefined {
    const { maxCallBytes } = this.#task.limits
    // A text has at least as many bytes as units: the exact count is only needed near the limit.
    const size = input.length * 3 > maxCallBytes ? Buffer.byteLength(input) - 1 : 0
    if (size <= maxCallBytes) return undefined
    const message = `Cannot send call arguments: ${size} bytes, limit maxCallBytes ${maxCallBytes}`
    const name = this.#tools[tool]?.[0]
    return (
      THROWN + JSON.stringify({ name: 'RangeError', message, code: 'LIMIT_EXCEEDED', tool: name })
    )
  }

  #call(id: number, tool: number, input: string, isBlocking: boolean): GuestRequest {
    return { kind: 'call', id, tool, input, isBlocking, atMs: this.#clock.nowMs }
  }

  /** Asks the host, unless an earlier run was answered already. */
  #launch(request: GuestRequest): number {
    const { id } = request
    const recorded = this.#recorded.get(id)
    this.#pending.set(id, this.#expectedOf(request))
    if (recorded !== undefined) this.#repeat(request, recorded)
    else if (this.#task.shadow !== undefined) this.#unanswered.push([id, this.#textOf(request)])
    else {
      if (id > this.#lastRecorded) this.#cpu.startLive()
      this.#logs.flush()
      this.#channel.send(request)
    }
    this.#haltAt(request)
    return id
  }

  /** Ends a shadow at the call that it was to end at. */
  #haltAt(request: GuestRequest): void {
    if (request.id !== this.#task.shadow?.untilCall) return
    this.#lookAround()
    throw new GuestHalted(this.#textOf(request))
  }

  #textOf(request: GuestRequest): string {
    return requestText(request, index => this.#tools[index]?.[0] ?? '')
  }

  /** Notes where a shadow stands that is about to end. */
  #lookAround(): void {
    if (this.#task.shadow === undefined) return
    try {
      this.#stack = this.#guest.whereabouts()
    } catch {
      // Without room for an error object there is no place to tell; the guest ends in any case.
    }
  }

  #expectedOf(request: GuestRequest): number | undefined {
    if (request.kind === 'start-timer') return request.delayMs
    return request.kind === 'call' ? this.#task.expectedMs?.[request.tool] : undefined
  }

  /** Holds a request against the journal. @throws {GuestDiverged} when it is another one */
  #repeat(request: GuestRequest, recorded: JournaledDelivery): void {
    const { id } = request
    const asked = this.#textOf(request)
    if (asked !== recorded.request) {
      this.#lookAround()
      throw new GuestDiverged(
        `Call ${id} of the program is ${asked}; in its journal it was ${recorded.request}`,
      )
    }
    if (this.#task.isRestored && request.kind === 'call' && recorded.text[0] === STREAM) {
      this.#channel.send({ kind: 'reopen-stream', id, tool: request.tool, input: request.input })
    }
  }

  #block(request: GuestRequest): string {
    return this.#take(this.#launch(request))
  }

  #take(id: number): string {
    const { text, atMs } = this.#awaited(id)
    this.#countTaken(id)
    this.#pending.delete(id)
    this.#clock.advanceTo(atMs)
    return text
  }

  #awaited(id: number): Delivery {
    try {
      return this.#channel.take(id)
    } catch (error) {
      if (error instanceof GuestParked) this.#lookAround()
      throw error
    }
  }

  #countTaken(id: number): void {
    if (this.#recorded.has(id) && ++this.#taken === this.#recorded.size) this.#cpu.startLive()
  }

  #takeOutput(report: string): void {
    const { maxOutputBytes } = this.#task.limits
    const output = readOutput(report, maxOutputBytes)
    if (output === undefined) {
      throw limitExceeded(
        'maxOutputBytes',
        `The plain form of the output has more than maxOutputBytes ${maxOutputBytes} bytes`,
      )
    }
    const size = Buffer.byteLength(output.json) + Buffer.byteLength(output.encoded ?? '')
    if (size > maxOutputBytes) {
      throw limitExceeded(
        'maxOutputBytes',
        `The output has ${size} bytes, limit maxOutputBytes ${maxOutputBytes}`,
      )
    }
    this.#output = output
  }
}

/** Index of `error` among the levels of `executor/guest/host.ts`. */
const ERROR_LEVEL = 3

const DEADLOCK: ExecutionError = {
  code: 'DEADLOCK',
  name: 'Deadlock',
  message: 'The program waits for a promise that nothing can settle',
  hint: 'Resolve or reject every promise that is awaited; no tool call or timer is under way.',
}

function failed(error: ExecutionError): GuestOutcome {
  return { status: 'failed', error }
}

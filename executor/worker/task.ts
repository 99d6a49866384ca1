/** One execution in a worker, from its source to its report, without leaving this thread's turn. */

import type { ExecutionError } from '../../protocol/execution/execution.ts'
import type { AsciiText } from '../boundary/ascii-text.ts'
import type {
  Delivery,
  GuestOutcome,
  GuestOutput,
  GuestReport,
  GuestTask,
} from '../boundary/messages.ts'
import { type Reply, textOfReply } from '../boundary/string-reply.ts'
import { TAKE_NEXT } from '../boundary/take-next.ts'
import { type Guest, type GuestHooks, GuestThrown, OutOfGuestMemory } from '../engine/guest.ts'
import { HostOperation, MESSAGE, UNREFERENCED } from '../guest/host/host-operations.ts'
import type { GuestTool } from '../guest/host/tools.ts'
import { Channel } from './channel.ts'
import { GuestClock } from './clock.ts'
import { CpuBudget } from './cpu-budget.ts'
import { engineFailure } from './failure/engine-failure.ts'
import {
  type HiddenName,
  hiderText,
  hintHidden,
  inputWarnings,
  warningsOf,
} from './failure/hidden-names.ts'
import { hintForCpu } from './failure/hints.ts'
import { GuestCalls } from './guest-calls.ts'
import {
  DEADLOCK,
  ENDLESS_WAIT,
  failed,
  GuestDiverged,
  GuestEnd,
  GuestHalted,
  GuestParked,
  GuestStopped,
  limitExceeded,
} from './guest-end.ts'
import type { WorkerLane } from './lane.ts'
import type { ProgramLanguage, RunnableProgram } from './language/language.ts'
import { toolsOf } from './last-tools.ts'
import { LogBuffer } from './logs.ts'
import { parkAfterMs } from './park-after.ts'
import { answerDigest } from './services/digest.ts'
import { answerIntl } from './services/intl.ts'
import { readBounded } from './services/output.ts'
import { answerDecoder } from './services/text-decoder.ts'
import { answerURL } from './services/url.ts'
import { type SessionLeft, TOO_LARGE, withSession } from './session-left.ts'
import { enterSession, isOwnEnd, isRepeated, mayStay, stateInGuest } from './session-state.ts'
import { StoppedAt } from './stopped-at.ts'

/** What all tasks of a worker share. */
export interface TaskDependencies {
  readonly language: ProgramLanguage
  /** The lane of the thread. */
  readonly lane: WorkerLane
  /** The pool's pressure; see `protocol/latch.ts`. */
  readonly pressure: Int32Array
  /** Parks at every wait: for tests. */
  readonly parksAlways: boolean
  /** Whether the guest holds the state of the task's session. */
  readonly isHeld?: boolean
}

/** Runs a task on a guest that no program has used since its last rewind. */
export function runTask(task: GuestTask, guest: Guest, deps: TaskDependencies): GuestReport {
  return new RunningTask(task, guest, deps).run(deps.language)
}

class RunningTask {
  #task: GuestTask
  #deps: TaskDependencies
  #guest: Guest
  #channel: Channel
  #clock: GuestClock
  #logs: LogBuffer
  #cpu: CpuBudget
  #calls: GuestCalls
  #tools: readonly GuestTool[]
  #startedAt = performance.now()
  #output: GuestOutput | undefined
  #isFinalAnswer = false
  /** Whether the program has come to its end by itself. */
  #hasReturned = false
  /** Whether the program has reported an error that ends it. */
  #hasThrown = false
  /** The end of a program that has spent its time; a session's may be polled until it has unwound. */
  #spent: unknown
  /** Whether a session's program runs, or ran. */
  #hasBegun = false
  #program: RunnableProgram | undefined
  #stoppedAt = new StoppedAt()
  /** Of a session: the names that its program hides. */
  #hides: readonly HiddenName[] = []
  /** By hidden name: the text about the program of the session that hides it. */
  #hiders: Readonly<Record<string, string>> = {}

  constructor(task: GuestTask, guest: Guest, deps: TaskDependencies) {
    const { lane, pressure, parksAlways } = deps
    const { serial, journal, limits } = task
    this.#task = task
    this.#guest = guest
    this.#deps = deps
    this.#channel = new Channel({
      lane,
      serial,
      pressure,
      journal,
      parkAfterMs: awaited => parkAfterMs(this.#guestMs(), this.#calls.expectedMs(awaited)),
      // A dry run gets no answers: where it would wait it has come to its end.
      parksAlways: parksAlways || task.dryRun !== undefined,
    })
    this.#clock = new GuestClock(task.startedAtMs)
    this.#logs = new LogBuffer(limits.maxLogBytes, task.emittedLogs, lines =>
      this.#channel.send({ kind: 'logs', lines }),
    )
    this.#cpu = new CpuBudget(
      limits.cpuMs,
      this.#channel,
      task.chargedCpuMs,
      journal.length > 0 || isRepeated(task.session, deps.isHeld === true),
    )
    this.#tools = toolsOf(task.tools)
    this.#calls = new GuestCalls(task, this.#tools, {
      guest,
      channel: this.#channel,
      clock: this.#clock,
      cpu: this.#cpu,
      logs: this.#logs,
    })
  }

  run(language: ProgramLanguage): GuestReport {
    const program = language.prepare(this.#task, this.#toolNames(), compiled =>
      this.#channel.send({ kind: 'compiled', program: compiled }),
    )
    const outcome = this.#calls.checked(
      'refused' in program ? failed(program.refused) : this.#runProgram(program),
    )
    this.#channel.end()
    const { dryRun, count } = this.#calls
    return {
      ...withSession(outcome, this.#leaveSession(outcome), this.#task.limits),
      logs: this.#logs.takeRest(this.#clock.nowMs, outcome.status !== 'parked'),
      logsTruncatedBytes: this.#logs.truncatedBytes,
      cpuMs: this.#cpu.usedMs(),
      waitMs: this.#channel.waitMs,
      peakMemoryBytes: this.#guest.memoryBytes,
      ...warningsOf(this.#hides, inputWarnings(this.#task, this.#tools)),
      ...(dryRun && { dryRun: dryRun.report(count, stack => this.#program?.place(stack)) }),
    }
  }

  /** Expressions by which the program calls its tools. */
  #toolNames(): string[] {
    return this.#tools.map(([name, identifier]) => identifier ?? `tools[${JSON.stringify(name)}]`)
  }

  /** What the program has left to its session; `undefined` when that keeps what it had. */
  #leaveSession(outcome: GuestOutcome): SessionLeft {
    const { status } = outcome
    const { dryRun } = this.#task
    if (!this.#hasBegun || status === 'diverged') return undefined
    // Where a dry run waits its execution was ended.
    if (dryRun === undefined ? status === 'parked' : !dryRun.leavesSession) return undefined
    if (this.#guest.endSession() !== 'clean' || dryRun?.inGuest === true) return undefined
    const isHeld = this.#deps.isHeld === true
    const cpuMs = this.#task.chargedCpuMs + this.#cpu.usedMs()
    const left = stateInGuest(this.#task, this.#guest)
    if (
      left &&
      isOwnEnd(outcome) &&
      mayStay(this.#task, this.#guest, { isHeld, cpuMs, calls: this.#calls })
    )
      return left
    const snapshot = this.#guest.snapshot(this.#task.limits.maxSessionBytes)
    return snapshot === undefined ? TOO_LARGE : { snapshot, ...left }
  }

  #guestMs(): number {
    return performance.now() - this.#startedAt - this.#channel.waitMs
  }

  #runProgram(program: RunnableProgram): GuestOutcome {
    this.#program = program
    try {
      if (this.#task.session !== undefined) this.#hides = program.hiddenNames(this.#tools)
      this.#begin()
      try {
        this.#guest.evaluate(program.code)
      } catch (error) {
        // A program that gives its final answer may fail before it has come to its first wait.
        if (!(error instanceof GuestThrown) || this.#hasThrown) throw error
        return failed(program.engineSyntaxFailure(error.description))
      }
      this.#drive()
    } catch (error) {
      return this.#ended(error, program)
    }
    return this.#completed()
  }

  #begin(): void {
    const { executionId, tools, session, language, inputs, seed } = this.#task
    const { startedAtMs, timeZone, limits } = this.#task
    const rest = JSON.stringify({ inputs, seed, startedAtMs, timeZone })
    const hooks = {
      poll: () => this.#poll(),
      host: (...asked: Asked) => this.#answer(...asked),
      now: () => this.#clock.read(),
    }
    if (session === undefined) {
      this.#guest.begin(hooks, limits.memoryBytes, tools, rest)
      return
    }
    const isHeld = this.#deps.isHeld === true
    enterSession(session, language, this.#guest, isHeld, (task, guest, isHeld, lane) => {
      this.#channel.poll()
      return runTask(task, guest, { ...this.#deps, isHeld, lane })
    })
    if (this.#task.journal.length === 0) this.#cpu.startActive()
    this.#hasBegun = true
    const hides = this.#hides.map(one => [one.name, hiderText(one, executionId)])
    const configuration = `{"tools":${tools},"hides":${JSON.stringify(hides)},${rest.slice(1)}`
    this.#guest.beginSession(hooks, limits.memoryBytes, configuration)
  }

  /** Runs jobs and hands over deliveries, one at a time, until nothing is pending. */
  #drive(): void {
    for (;;) {
      while (this.#guest.runJob());
      const delivery = this.#takeNext()
      if (delivery === undefined) break
      this.#guest.deliver(delivery.callNumber, delivery.text)
    }
    if (this.#output === undefined) {
      if (this.#guest.isFull()) throw new OutOfGuestMemory()
      throw new GuestEnd({ ...DEADLOCK, ...this.#program?.stopPlace(undefined) })
    }
    for (const text of this.#guest.unhandledRejections()) this.#log(ERROR_LEVEL, text)
  }

  #takeNext(): Delivery | undefined {
    try {
      return this.#calls.takeNext(this.#output !== undefined)
    } catch (error) {
      if (error instanceof GuestStopped) this.#stoppedAt.note(() => this.#guest.waitingStack?.())
      throw error
    }
  }

  #completed(): GuestOutcome {
    const output = this.#output as GuestOutput
    return { status: 'completed', output, isFinalAnswer: this.#isFinalAnswer }
  }

  /** The outcome for what ended the guest before its time. */
  #ended(error: unknown, program: RunnableProgram): GuestOutcome {
    if (error instanceof GuestParked) {
      return { status: 'parked', awaited: error.awaited, received: this.#channel.received }
    }
    if (error instanceof GuestEnd) {
      if (error instanceof GuestHalted) return { status: 'halted', request: error.request }
      if (error instanceof GuestDiverged) {
        return { status: 'diverged', error: error.failure as ExecutionError }
      }
      if (error.failure !== undefined) return failed(error.failure)
      if (this.#isFinalAnswer) return this.#completed()
      return { status: 'stopped', ...this.#stoppedAt.place(program) }
    }
    if (error instanceof GuestThrown) {
      const isMemoryFull = this.#guest.memoryBytes >= this.#task.limits.memoryBytes
      const failure = program.failure(error.description, isMemoryFull)
      return failed(hintHidden(failure, this.#task.source, this.#hiders))
    }
    const failure = engineFailure(error, this.#task.limits.memoryBytes)
    if (failure !== undefined) return failed(failure)
    throw error
  }

  #poll(): void {
    try {
      this.#channel.poll()
    } catch (error) {
      throw this.#located(error)
    }
    this.#logs.flushOld()
    if (this.#spent !== undefined) throw this.#spent
    if (!this.#cpu.isSpent()) return
    const names = this.#tools.map(([name]) => name)
    const hint = hintForCpu(this.#clock.reads, names)
    const { cpuMs } = this.#task.limits
    const message = `The program ran for cpuMs ${cpuMs} without coming to its end`
    this.#spent = this.#located(limitExceeded('cpuMs', message, hint))
    throw this.#spent
  }

  /** Adds the program's place to an end by the host. Only a running guest knows the place. */
  #located(end: unknown): unknown {
    if (end instanceof GuestStopped) this.#stoppedAt.note(() => this.#guest.currentStack())
    if (!(end instanceof GuestEnd) || end.failure === undefined) return end
    if (end.failure.limit === undefined && end.failure !== ENDLESS_WAIT) return end
    if (this.#program === undefined || end.failure.line !== undefined) return end
    let stack: string | undefined
    try {
      if (!this.#hasReturned) stack = this.#guest.currentStack()
    } catch {
      return end // Without room for an error object there is no place to report.
    }
    return new GuestEnd(this.#program.limitFailure(end.failure, stack))
  }

  #log(level: number, text: string): void {
    this.#logs.write(level, text, this.#clock.nowMs)
  }

  #answer(...asked: Asked): Reply | number {
    try {
      return this.#perform(...asked)
    } catch (error) {
      throw this.#located(error)
    }
  }

  #perform(...[operation, number, text, kept]: Asked): Reply | number {
    const calls = this.#calls
    switch (operation) {
      case HostOperation.log:
        this.#log(number, text)
        return 0
      case HostOperation.call:
        return calls.call(number, kept ?? text)
      case HostOperation.callConcurrently:
        return calls.callConcurrently(number, kept ?? text)
      case HostOperation.awaitCall:
        return calls.take(number)
      case TAKE_NEXT: {
        const next = calls.takeNext(false)
        if (next === undefined) throw new GuestEnd(ENDLESS_WAIT)
        return `${next.callNumber} ${textOfReply(next.text)}`
      }
      case HostOperation.nextItem:
        return calls.block({ kind: 'next-item', callNumber: calls.start(), stream: number })
      case HostOperation.nextItemConcurrently:
        return calls.launch({ kind: 'next-item', callNumber: calls.start(), stream: number })
      case HostOperation.closeStream:
        return calls.block({ kind: 'close-stream', callNumber: calls.start(), stream: number })
      case HostOperation.closeStreamConcurrently:
        return calls.launch({ kind: 'close-stream', callNumber: calls.start(), stream: number })
      case HostOperation.startTimer:
        return calls.startTimer(number, text === UNREFERENCED)
      case HostOperation.clearTimer:
        calls.clearTimer(number)
        return 0
      case HostOperation.file:
        return calls.file(number, text)
      case HostOperation.finalAnswer:
        this.#takeOutput(text, kept)
        this.#isFinalAnswer = true
        throw new GuestEnd()
      case HostOperation.returned:
        this.#hasReturned = true
        this.#takeOutput(text, kept)
        return 0
      case HostOperation.threw:
        this.#hasThrown = true
        throw new GuestThrown(text)
      case HostOperation.intl:
        return answerIntl(text)
      case HostOperation.url:
        return answerURL(text)
      case HostOperation.digest:
        return answerDigest(text)
      case HostOperation.decode:
        return answerDecoder(text)
      case HostOperation.stack:
        return this.#program?.stackText(text, number === MESSAGE) ?? ''
      case HostOperation.zoneAsked:
        return this.#guest.takeZoneAsked() ? 1 : 0
      case HostOperation.hiddenNames:
        this.#hiders = JSON.parse(text) as Record<string, string>
        return 0
      default:
        throw new Error(`unknown host operation ${operation}`)
    }
  }

  #takeOutput(report: string, kept: string | AsciiText | undefined): void {
    this.#output = readBounded(report, this.#task.limits, kept?.toString())
  }
}

/** What the engine asks for. */
type Asked = Parameters<GuestHooks['host']>

/** Index of `error` among the levels of `executor/guest/host/host.ts`. */
const ERROR_LEVEL = 3

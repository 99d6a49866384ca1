/** Sessions in guests of this thread: each program gets a fresh guest with the last snapshot in it. */

import { compile, type Program } from '../../executor/compile/compile.ts'
import { GuestThrown, OutOfGuestMemory } from '../../executor/engine/guest.ts'
import { baseSnapshot } from '../../executor/engine/quickjs/base-snapshot.ts'
import { QuickJSGuest } from '../../executor/engine/quickjs/quickjs.ts'
import { HostOperation } from '../../executor/guest/host/host-operations.ts'
import type { GuestTool } from '../../executor/guest/host/tools.ts'
import { readOutput } from '../../executor/worker/services/output.ts'
import type { Language } from '../../protocol/execution/execution.ts'
import { limitTable } from '../../protocol/limits.ts'
import { DONE, STREAM } from '../../protocol/values/value-format.ts'
import { encodeValue } from '../../protocol/values/values.ts'

/** How a program of a session ended. */
export interface Ending {
  readonly value?: unknown
  /** Name and message of what was thrown, or the limit. */
  readonly error?: string
  readonly logs: readonly string[]
  /** Calls of tools in their order; those that did not block begin with `concurrent`. */
  readonly calls: readonly string[]
  /** Whether there is a new snapshot. */
  readonly isKept: boolean
}

/** What an execution runs with, beside its source. */
export interface Execution {
  readonly language?: Language
  readonly memoryBytes?: number
  /** Polls, each some thousand operations, after which the program has spent its time. */
  readonly maxPolls?: number
  /** Exact names; each tool gives its first argument doubled, `items` a stream of numbers. */
  readonly tools?: readonly string[]
  readonly inputs?: Readonly<Record<string, unknown>>
}

class End extends Error {}

/** A session: what its programs leave is kept as bytes. */
export class TestSession {
  snapshot: Uint8Array | undefined

  /** Runs one program in a fresh guest. */
  async run(source: string, execution: Execution = {}): Promise<Ending> {
    const guest = await QuickJSGuest.create(await baseSnapshot())
    if (this.snapshot !== undefined) guest.restore(this.snapshot)
    const compilation = compile(source, execution.language ?? 'javascript', 'session')
    if (!compilation.ok) {
      return {
        error: `SyntaxError: ${compilation.error.message}`,
        logs: [],
        calls: [],
        isKept: false,
      }
    }
    const run = new Run(guest, execution)
    const outcome = run.outcomeOf(compilation.program)
    const isKept = guest.endSession() === 'clean'
    if (isKept) this.snapshot = guest.snapshot(limitTable.maxSessionBytes.default)
    return { ...outcome, logs: run.logs, calls: run.calls, isKept }
  }

  /** The value of a program that must complete. @throws when it does not */
  async valueOf(source: string, execution: Execution = {}): Promise<unknown> {
    const { value, error } = await this.run(source, execution)
    if (error !== undefined) throw new Error(`The program has not completed: ${error}`)
    return value
  }
}

const names = ['f', 'g', 'items']

class Run {
  readonly logs: string[] = []
  readonly calls: string[] = []
  #guest: QuickJSGuest
  #execution: Execution
  #tools: readonly GuestTool[]
  #polls = 0
  #lastId = 0
  #nowMs = 1_700_000_000_000
  #deliveries: { id: number; text: string }[] = []
  #cleared = new Set<number>()
  #output: string | undefined
  #kept: string | undefined

  constructor(guest: QuickJSGuest, execution: Execution) {
    this.#guest = guest
    this.#execution = execution
    this.#tools = (execution.tools ?? names).map(name => [
      name,
      /^\w+$/.test(name) ? name : null,
      null,
    ])
  }

  outcomeOf(program: Program): { value?: unknown; error?: string } {
    const { inputs } = this.#execution
    try {
      this.#guest.beginSession(
        {
          poll: () => this.#poll(),
          host: (operation, number, text, kept) =>
            this.#answer(operation, number, text, kept?.toString()),
          now: () => (this.#nowMs += 1),
        },
        this.#execution.memoryBytes ?? 64 * 1024 * 1024,
        JSON.stringify({
          tools: this.#tools,
          inputs: inputs && encodeValue(inputs),
          seed: [1, 2, 3, 4],
          startedAtMs: this.#nowMs,
        }),
      )
      this.#guest.evaluate(program.code)
      this.#drive()
    } catch (error) {
      if (error instanceof GuestThrown) {
        const { name, message, stack } = JSON.parse(error.description) as Record<string, string>
        const [, line, column] = /program:(\d+):(\d+)/.exec(stack ?? '') ?? []
        const { line: at } = program.positionOf(Number(line), Number(column))
        return { error: `${name}: ${message}${line === undefined ? '' : ` (line ${at})`}` }
      }
      if (error instanceof OutOfGuestMemory) return { error: 'out of memory' }
      if (!(error instanceof End)) throw error
      if (error.message !== 'final answer') return { error: error.message }
    }
    // In a heap without room jobs are lost, as in `executor/worker/task.ts`.
    if (this.#output === undefined) {
      return { error: this.#guest.isFull() ? 'out of memory' : 'deadlock' }
    }
    const output = readOutput(this.#output, 1_000_000, this.#kept)
    return { value: output && JSON.parse(output.json) }
  }

  #drive(): void {
    for (;;) {
      while (this.#guest.runJob());
      const delivery = this.#deliveries.shift()
      if (delivery === undefined) break
      if (!this.#cleared.has(delivery.id)) this.#guest.deliver(delivery.id, delivery.text)
    }
    this.logs.push(...this.#guest.unhandledRejections())
  }

  #poll(): void {
    if (++this.#polls > (this.#execution.maxPolls ?? 2000)) throw new End('cpuMs')
  }

  #answer(operation: number, number: number, text: string, kept?: string): string | number {
    switch (operation) {
      case HostOperation.log:
        this.logs.push(text)
        return 0
      case HostOperation.call:
        return this.#reply(number, kept ?? text, '')
      case HostOperation.callConcurrently:
        this.#deliveries.push({
          id: ++this.#lastId,
          text: this.#reply(number, kept ?? text, 'concurrent '),
        })
        return this.#lastId
      case HostOperation.nextItem:
        this.calls.push(`next item of ${number}`)
        return number > 3 ? DONE : encodeValue(number)
      case HostOperation.startTimer:
        this.#deliveries.push({ id: ++this.#lastId, text: '' })
        return this.#lastId
      case HostOperation.clearTimer:
        this.#cleared.add(number)
        return 0
      case HostOperation.finalAnswer:
        this.#output = text
        this.#kept = kept
        throw new End('final answer')
      case HostOperation.returned:
        this.#output = text
        this.#kept = kept
        return 0
      case HostOperation.threw:
        throw new GuestThrown(text)
      default:
        throw new End(`operation ${operation}`)
    }
  }

  #reply(tool: number, text: string, how: string): string {
    const name = this.#tools[tool]?.[0] as string
    const args = JSON.parse(text.slice(1)) as unknown[]
    this.calls.push(`${how}${name}(${String(args)})`)
    return name === 'items' ? `${STREAM}1` : encodeValue((args[0] as number) * 2)
  }
}

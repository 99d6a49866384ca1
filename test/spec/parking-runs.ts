/**
 * One program run three ways: as it comes, torn down at every wait, and from its journal alone.
 *
 * The tools answer when they are told to, so that the runs get their answers in one order: the first
 * run's is random, the others repeat it. Every invocation is counted outside of the executor.
 */

import { setImmediate } from 'node:timers/promises'
import { RunningExecution } from '../../executor/execution.ts'
import { NO_USAGE } from '../../executor/fold-execution.ts'
import type { JournalRecord } from '../../executor/journal.ts'
import { Latencies } from '../../executor/latencies.ts'
import { WorkerPool } from '../../executor/pool.ts'
import { planExecution } from '../../executor/request.ts'
import { Supervision } from '../../executor/supervision.ts'
import { normalizeTools } from '../../executor/tools/normalize.ts'
import { Toolbox } from '../../executor/tools/toolbox.ts'
import type { ExecutionEvent } from '../../protocol/events.ts'
import type { EndedExecution } from '../../protocol/execution.ts'
import type { RequestedLimits } from '../../protocol/execution.ts'
import { type Random, random } from '../soak/random.ts'

export interface Run {
  readonly execution: EndedExecution
  readonly events: readonly ExecutionEvent[]
  /** What the tools were asked for, in order: the number of the call and its arguments. */
  readonly effects: readonly string[]
  /** The order in which the tools answered. */
  readonly answered: readonly string[]
  readonly records: readonly JournalRecord[]
  readonly startedAtMs: number | undefined
}

export interface RunRequest {
  readonly source: string
  readonly limits: RequestedLimits
  readonly seed: readonly [number, number, number, number]
}

type Seed = RunRequest['seed']

/** Who waits for a tool's answer, by the call and its item. */
class Gates {
  readonly answered: string[] = []
  #waiting = new Map<string, () => void>()

  get isEmpty(): boolean {
    return this.#waiting.size === 0
  }

  get keys(): readonly string[] {
    return [...this.#waiting.keys()]
  }

  wait(key: string): Promise<void> {
    return new Promise(resolve => this.#waiting.set(key, resolve))
  }

  /** Lets one answer; `false` when it does not wait. */
  open(key: string): boolean {
    const resolve = this.#waiting.get(key)
    if (resolve === undefined) return false
    this.#waiting.delete(key)
    this.answered.push(key)
    resolve()
    return true
  }
}

export class ParkingRuns {
  #unparked = new WorkerPool(2)
  #parking = new WorkerPool(2, { parksAlways: true })
  #supervision = new Supervision()

  async start(): Promise<void> {
    await Promise.all([this.#unparked.start(), this.#parking.start()])
  }

  async close(): Promise<void> {
    await Promise.all([this.#unparked.close(), this.#parking.close()])
  }

  /** Holds its worker while it waits; the tools answer in an order drawn from the seed. */
  unparked(request: RunRequest): Promise<Run> {
    const draw = random(request.seed[0])
    return this.#run(this.#unparked, request, (gates, run) => answerAtRandom(gates, run, draw))
  }

  /** Is torn down at every wait; nothing is answered before. */
  parked(request: RunRequest, order: readonly string[]): Promise<Run> {
    return this.#run(this.#parking, request, (gates, run) => answerWhenParked(gates, run, order))
  }

  /** Goes through the journal of an earlier run; no tool answers. */
  replayed(request: RunRequest, of: Pick<Run, 'records' | 'startedAtMs'>): Promise<Run> {
    return this.#run(this.#unparked, request, async () => {}, of)
  }

  async #run(
    pool: WorkerPool,
    { source, limits, seed }: RunRequest,
    answer: (gates: Gates, run: Progress) => Promise<void>,
    journal?: Pick<Run, 'records' | 'startedAtMs'>,
  ): Promise<Run> {
    const gates = new Gates()
    const effects: string[] = []
    const body = { source, limits, language: 'javascript' as const, metadata: undefined, sessionId: undefined }
    const planned = planExecution(body, toolboxOf(gates, effects), undefined, 'test')
    const plan = { ...planned, seed: seed as unknown as typeof planned.seed }
    const powers = { pool, supervision: this.#supervision, latencies: new Latencies() }
    const progress = new Progress()
    const host = {
      onEvent: (event: ExecutionEvent) => progress.add(event),
      showApproval: async () => {},
      expireApproval: () => {},
    }
    const restored = journal && {
      ...journal,
      approvals: [],
      events: [],
      usage: NO_USAGE,
      program: undefined,
    }
    const running = new RunningExecution(plan, powers, host, restored)
    const ended = running.run().finally(() => progress.end())
    await answer(gates, progress)
    const end = await ended
    if (end.kind !== 'ended') throw new Error(`The run is ${end.kind}`)
    const { records, startedAtMs } = running.kept()
    return {
      execution: end.execution,
      events: progress.events,
      effects,
      answered: gates.answered,
      records: [...records],
      startedAtMs,
    }
  }
}

/** What an execution has told so far. */
class Progress {
  readonly events: ExecutionEvent[] = []
  isParked = false
  isEnded = false

  add(event: ExecutionEvent): void {
    this.events.push(event)
    if (event.type === 'execution-parked') this.isParked = true
    if (event.type === 'execution-resumed') this.isParked = false
  }

  end(): void {
    this.isEnded = true
  }
}

async function answerAtRandom(gates: Gates, run: Progress, draw: Random): Promise<void> {
  while (!run.isEnded) {
    if (!gates.isEmpty && draw.below(3) === 0) gates.open(draw.oneOf(gates.keys))
    await setImmediate()
  }
}

async function answerWhenParked(
  gates: Gates,
  run: Progress,
  order: readonly string[],
): Promise<void> {
  let next = 0
  while (!run.isEnded) {
    if (run.isParked) {
      const key = order[next]
      // What raced with a timer may have ended otherwise: then there is no order to repeat.
      const open = key !== undefined && gates.keys.includes(key) ? key : gates.keys[0]
      if (open !== undefined && gates.open(open)) next++
    }
    await setImmediate()
  }
}

function toolboxOf(gates: Gates, effects: string[]): Toolbox {
  const seqOf = (callId: string) => callId.slice(callId.lastIndexOf('_') + 1)
  const begin = async (tool: string, input: unknown, callId: string) => {
    const seq = seqOf(callId)
    effects.push(`${seq} ${tool} ${JSON.stringify(input)}`)
    await gates.wait(seq)
  }
  const inputSchema = { type: 'object', properties: { value: {} } }
  const tools = [
    {
      name: 'echo',
      description: 'Gives back what it got; may be called once',
      inputSchema,
      execute: async ({ value }: { value: unknown }, { callId }: { callId: string }) => {
        await begin('echo', value, callId)
        return value
      },
    },
    {
      name: 'read',
      description: 'Doubles; may be called again',
      inputSchema,
      annotations: { readOnly: true },
      execute: async ({ value }: { value: number }, { callId }: { callId: string }) => {
        await begin('read', value, callId)
        return 2 * value
      },
    },
    {
      name: 'fail',
      description: 'Throws',
      inputSchema,
      execute: async ({ value }: { value: string }, { callId }: { callId: string }) => {
        await begin('fail', value, callId)
        throw new RangeError(value)
      },
    },
    {
      name: 'count',
      description: 'Yields whole numbers',
      inputSchema,
      async *execute({ value }: { value: number }, { callId }: { callId: string }) {
        const seq = seqOf(callId)
        effects.push(`${seq} count ${value}`)
        for (let item = 0; item < value; item++) {
          await gates.wait(`${seq}:${item}`)
          yield item
        }
      },
    },
  ]
  return new Toolbox(normalizeTools(tools, () => undefined as never))
}

export function newSeed(n: number): Seed {
  return [n, 2, 3, 4]
}

/**
 * One program run three ways: as it comes, torn down at every wait, and from its journal alone.
 *
 * The tools answer when they are told to, so that the runs get their answers in one order: the first
 * run's is random, the others repeat it. Every invocation is counted outside of the executor.
 */

import type { ReadRecord } from '../../executor/calls/journal.ts'
import { Latencies } from '../../executor/calls/latencies.ts'
import { RunningExecution } from '../../executor/execution/execution.ts'
import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import { planExecution } from '../../executor/execution/plan.ts'
import { Supervision } from '../../executor/pool/watchdog.ts'
import { WorkerPool } from '../../executor/pool/worker-pool.ts'
import { NO_USAGE } from '../../executor/record/fold-execution.ts'
import { Toolbox } from '../../executor/tools/toolbox.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { EndedExecution, RequestedLimits } from '../../protocol/execution/execution.ts'
import { normalizeTools } from '../../protocol/tool/normalize.ts'
import { random } from '../soak/random.ts'

export interface Run {
  readonly execution: EndedExecution
  readonly events: readonly ExecutionEvent[]
  /** What the tools were asked for, in order: the number of the call and its arguments. */
  readonly effects: readonly string[]
  /** The order in which the tools answered. */
  readonly answered: readonly string[]
  readonly records: readonly ReadRecord[]
  readonly startedAtMs: number | undefined
}

export interface RunRequest {
  readonly source: string
  readonly limits: RequestedLimits
  readonly seed: ExecutionPlan['seed']
}

/** Tools that wait until they are told to answer, by the call and its item. */
class Gates {
  readonly answered: string[] = []
  #waiting = new Map<string, () => void>()
  #choose: (waiting: readonly string[]) => string | undefined
  #isScheduled = false

  /** @param choose which one answers now, if any; asked again whenever something may have changed */
  constructor(choose: (waiting: readonly string[]) => string | undefined) {
    this.#choose = choose
  }

  wait(key: string): Promise<void> {
    return new Promise(resolve => {
      this.#waiting.set(key, resolve)
      this.look()
    })
  }

  /** Lets those answer whose turn it is, each in a turn of the event loop of its own. */
  look(): void {
    if (this.#isScheduled || this.#waiting.size === 0) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      const key = this.#choose([...this.#waiting.keys()])
      const resolve = key === undefined ? undefined : this.#waiting.get(key)
      if (key === undefined || resolve === undefined) return
      this.#waiting.delete(key)
      this.answered.push(key)
      resolve()
      this.look()
    })
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

  /** The tools answer in an order drawn from the seed. */
  unparked(request: RunRequest): Promise<Run> {
    const draw = random(request.seed[0])
    return this.#run(this.#unparked, request, waiting => draw.oneOf(waiting))
  }

  /**
   * Is torn down at every wait; nothing is answered before.
   *
   * @param order in which the tools answered before; absent: as they are asked
   */
  parked(request: RunRequest, order: readonly string[] | undefined): Promise<Run> {
    let next = 0
    return this.#run(this.#parking, request, (waiting, { isParked }) => {
      const key = order === undefined ? waiting[0] : order[next]
      if (!isParked || key === undefined || !waiting.includes(key)) return undefined
      next++
      return key
    })
  }

  /** Goes through the journal of an earlier run; no tool answers. */
  replayed(request: RunRequest, of: Pick<Run, 'records' | 'startedAtMs'>): Promise<Run> {
    return this.#run(this.#unparked, request, () => undefined, of)
  }

  async #run(
    pool: WorkerPool,
    { source, limits, seed }: RunRequest,
    choose: (waiting: readonly string[], progress: Progress) => string | undefined,
    journal?: Pick<Run, 'records' | 'startedAtMs'>,
  ): Promise<Run> {
    const events: ExecutionEvent[] = []
    const effects: string[] = []
    const progress = { isParked: false }
    const gates = new Gates(waiting => choose(waiting, progress))
    const planned = planExecution(
      bodyOf(source, limits),
      toolboxOf(gates, effects),
      undefined,
      'test',
    )
    const plan = { ...planned, seed }
    const deps = { pool, supervision: this.#supervision, latencies: new Latencies() }
    const host = {
      onEvent(event: ExecutionEvent) {
        events.push(event)
        if (event.type === 'execution-parked') progress.isParked = true
        if (event.type === 'execution-resumed') progress.isParked = false
        gates.look()
      },
      showApproval: async () => {},
      expireApproval: () => {},
    }
    const running = new RunningExecution(plan, deps, host, journal && { ...journal, ...NOTHING })
    const end = await running.run()
    if (end.kind !== 'ended') throw new Error(`The run is ${end.kind}`)
    const { records, startedAtMs } = running.kept()
    const { execution } = end
    return {
      execution,
      events,
      effects,
      answered: gates.answered,
      records: [...records],
      startedAtMs,
    }
  }
}

/** Where an execution stands. */
interface Progress {
  readonly isParked: boolean
}

/** What a replay does without, so that it has to tell everything once more. */
const NOTHING = { approvals: [], events: [], usage: NO_USAGE, program: undefined }

const bodyOf = (source: string, limits: RequestedLimits) => ({
  source,
  limits,
  language: 'javascript' as const,
  metadata: undefined,
  sessionId: undefined,
})

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

/**
 * What a drill asks of its daemon: submits programs, decides approvals, reads events, and asks again
 * whenever an answer is lost. It keeps what was acknowledged, which is what the daemon owes.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { Approval } from '../../protocol/approval.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { EndedExecution, Execution } from '../../protocol/execution/execution.ts'
import { isEnded } from '../../protocol/execution/status.ts'
import { type Random, random } from '../soak/random.ts'
import { Asker } from './asker.ts'
import type { DrillDaemon } from './processes.ts'
import { drillProgram } from './programs.ts'

export interface LoadOptions {
  readonly daemon: DrillDaemon
  readonly seed: number
  /** Submitters, each with one execution under way. */
  readonly lanes: number
  /** A lost answer is asked for again after so long. */
  readonly retryMs?: number
}

/** What a person has decided and been told so. */
export interface Acknowledged {
  readonly decision: 'approve' | 'reject'
  readonly reason: string
}

/** Between two looks for approvals. */
const LOOK_MS = 15

export class Load {
  /** Executions that were acknowledged. */
  readonly accepted = new Set<string>()
  readonly ended = new Map<string, EndedExecution>()
  readonly decisions = new Map<string, Acknowledged>()
  /** Event streams that were read to their ends. */
  readonly streams = new Map<string, readonly ExecutionEvent[]>()
  /** Executions that end otherwise than `completed`, by what a daemon has said of them. */
  readonly otherEnds = new Map<string, 'failed' | 'cancelled'>()
  /** Executions that are forgotten, or about to be. */
  readonly deleted = new Set<string>()
  readonly problems: string[] = []
  /** Executions that were stuck after too many kills in a row. */
  retried = 0
  readonly asker: Asker
  #options: LoadOptions
  #isOver = false
  #work: Promise<unknown> | undefined
  #deciding: Promise<void> | undefined

  constructor(options: LoadOptions) {
    this.#options = options
    this.asker = new Asker(options.daemon, options.retryMs)
  }

  /** How much the daemon has promised: accepted, decided, ended, forgotten. */
  get acknowledged(): number {
    const { accepted, decisions, ended, deleted } = this
    // What is forgotten was accepted and has ended before.
    return accepted.size + decisions.size + ended.size + 3 * deleted.size
  }

  /** An execution is about to be forgotten: nobody owes it any more. */
  forget(executionId: string): void {
    this.accepted.delete(executionId)
    this.ended.delete(executionId)
    this.deleted.add(executionId)
  }

  start(): void {
    const { lanes, seed } = this.#options
    this.#work = Promise.all(Array.from({ length: lanes }, (_, lane) => this.#submit(lane, seed)))
    this.#deciding = this.#decide(random(seed + 1_000_003))
  }

  /** Submits no more. */
  stop(): void {
    this.#isOver = true
  }

  /** Submits no more; resolves when all that was accepted has ended, or the time is over. */
  async drain(withinMs: number): Promise<void> {
    this.stop()
    const timeout = delay(withinMs, 'late', { ref: false })
    const outcome = await Promise.race([this.#work, timeout])
    if (outcome === 'late') {
      const open = [...this.accepted].filter(id => !this.ended.has(id))
      this.problems.push(`not ended after ${withinMs} ms: ${open.join(', ')}`)
    }
    this.asker.isGivenUp = true
    await this.#deciding
  }

  async #submit(lane: number, seed: number): Promise<void> {
    const draw = random(seed * 1009 + lane)
    for (let n = 0; !this.#isOver; n++) {
      const source = drillProgram(draw)
      const key = `${lane}-${n}`
      const executionId = await this.submit(key, { source })
      if (executionId === undefined) return
      if (draw.below(8) === 0) {
        const again = await this.#acceptedAs(key, { source })
        if (again !== undefined && again !== executionId) {
          this.problems.push(`the key of ${executionId} gave another execution`)
        }
      }
      const reading = draw.below(3) === 0 ? this.#read(executionId) : undefined
      await this.end(executionId, draw)
      await reading
    }
  }

  /** Submits a request until it is accepted; `undefined` when it is refused, or given up. */
  async submit(key: string, request: object): Promise<string | undefined> {
    const executionId = await this.#acceptedAs(key, request)
    if (executionId !== undefined) this.accepted.add(executionId)
    return executionId
  }

  async #acceptedAs(key: string, request: object): Promise<string | undefined> {
    const answer = await this.asker.ask('/v1/executions', {
      body: { ...request, metadata: { key } },
      headers: { 'idempotency-key': key },
    })
    if (answer === undefined) return undefined
    if (answer.status === 202) return answer.body.executionId as string
    this.problems.push(`a submission was answered ${answer.status} ${JSON.stringify(answer.body)}`)
    return undefined
  }

  /** Waits for the end of an execution; `undefined` when it has none, or is given up. */
  async end(executionId: string, draw: Random): Promise<EndedExecution | undefined> {
    while (!this.asker.isGivenUp) {
      const path = `/v1/executions/${executionId}?waitMs=${draw.below(2000)}`
      const answer = await this.asker.ask(path)
      if (answer === undefined) return undefined
      const execution = answer.body as Execution
      if (execution.status === 'stuck' && execution.error.code === 'CRASH_LOOP') {
        // The drill killed the daemon so often in a row: an operator would say that it goes on.
        await this.asker.ask(`/v1/executions/${executionId}/retry`, { body: {} })
        this.retried++
        continue
      }
      if (answer.status !== 200 || execution.status === 'stuck') {
        this.problems.push(`${executionId}: ${answer.status} ${JSON.stringify(answer.body)}`)
        return undefined
      }
      if (isEnded(execution)) {
        this.ended.set(executionId, execution)
        return execution
      }
      // One that waits for a person is answered at once.
      await delay(LOOK_MS)
    }
    return undefined
  }

  async #decide(draw: Random): Promise<void> {
    const chosen = new Map<string, Acknowledged>()
    while (!this.asker.isGivenUp) {
      const before = new Set(this.decisions.keys())
      const pending = await this.asker.ask('/v1/approvals?status=pending&limit=1000')
      const approvals = (pending?.body.data ?? []) as Approval[]
      for (const { approvalId } of approvals) {
        if (before.has(approvalId)) this.problems.push(`${approvalId} was decided and is pending`)
        if (draw.below(3) === 0) continue
        const decision = draw.below(3) === 0 ? 'reject' : 'approve'
        // Somebody whose answer was lost says the same again.
        const choice = chosen.get(approvalId) ?? { decision, reason: `r${draw.below(1000)}` }
        chosen.set(approvalId, choice)
        void this.#decided(approvalId, choice)
      }
      await delay(LOOK_MS)
    }
  }

  async #decided(approvalId: string, choice: Acknowledged): Promise<void> {
    const answer = await this.asker.try(`/v1/approvals/${approvalId}`, { body: choice })
    if (answer === undefined || answer.status === 507 || answer.status === 503) return
    // Its execution was cancelled before.
    if (answer.status === 409 && answer.body.code === 'ALREADY_DECIDED') {
      const { body } = (await this.asker.ask(`/v1/approvals/${approvalId}`)) ?? {}
      if (body?.status === 'expired') return
    }
    if (answer.status === 200) this.decisions.set(approvalId, choice)
    else this.problems.push(`deciding ${approvalId}: ${JSON.stringify(answer)}`)
  }

  /** Reads all events over restarts: none may be missing, none come twice. */
  async #read(executionId: string): Promise<void> {
    const events: ExecutionEvent[] = []
    while (!this.asker.isGivenUp) {
      try {
        const url = await this.asker.url()
        if (url === undefined) return
        const response = await fetch(`${url}/v1/executions/${executionId}/events`, {
          headers: { 'last-event-id': String(events.length) },
        })
        if (response.status === 200 && (await this.#readOn(response, events, executionId))) return
      } catch {
        // The daemon was killed: read on when there is one again.
      }
      await delay(this.asker.retryMs)
    }
  }

  async #readOn(
    response: Response,
    events: ExecutionEvent[],
    executionId: string,
  ): Promise<boolean> {
    const body = response.body as ReadableStream<Uint8Array<ArrayBuffer>>
    const messages = body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream())
    for await (const { id, data } of messages) {
      const event = JSON.parse(data) as ExecutionEvent
      if (!('sequence' in event)) continue
      if (id !== String(events.length + 1) || event.sequence !== events.length + 1) {
        this.problems.push(`${executionId}: event ${id} came after ${events.length}`)
      }
      events.push(event)
      if (event.type !== 'execution-ended') continue
      this.streams.set(executionId, events)
      return true
    }
    return false
  }
}

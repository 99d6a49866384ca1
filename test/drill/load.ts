/**
 * What a drill asks of its daemon: submits programs, decides approvals, reads events, and asks again
 * whenever an answer is lost. It keeps what was acknowledged, which is what the daemon owes.
 */

import { setTimeout as delay } from 'node:timers/promises'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { Approval } from '../../protocol/approval.ts'
import type { ExecutionEvent } from '../../protocol/events.ts'
import { type EndedExecution, type Execution, isEnded } from '../../protocol/execution.ts'
import { type Random, random } from '../soak/random.ts'
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
const RETRY_MS = 25
/** One answer of a daemon that lives. */
const ANSWER_MS = 10_000

interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  readonly body: any
}

export class Load {
  /** Executions that were acknowledged. */
  readonly accepted = new Set<string>()
  readonly ended = new Map<string, EndedExecution>()
  readonly decisions = new Map<string, Acknowledged>()
  /** Event streams that were read to their ends. */
  readonly streams = new Map<string, readonly ExecutionEvent[]>()
  readonly problems: string[] = []
  /** Everything that the daemon has promised: accepted, decided, ended. */
  get acknowledged(): number {
    return this.accepted.size + this.decisions.size + this.ended.size
  }

  /** Executions that were stuck after too many kills in a row. */
  retried = 0
  /** Refusals for a full disk. */
  refusedFull = 0
  #options: LoadOptions
  #isOver = false
  #isGivenUp = false
  #work: Promise<unknown> | undefined
  #deciding: Promise<void> | undefined

  constructor(options: LoadOptions) {
    this.#options = options
  }

  start(): void {
    const { lanes, seed } = this.#options
    this.#work = Promise.all(Array.from({ length: lanes }, (_, lane) => this.#submit(lane, seed)))
    this.#deciding = this.#decide(random(seed + 1_000_003))
  }

  /** Submits no more; resolves when all that was accepted has ended, or the time is over. */
  async drain(withinMs: number): Promise<void> {
    this.#isOver = true
    const timeout = delay(withinMs, 'late', { ref: false })
    const outcome = await Promise.race([this.#work, timeout])
    if (outcome === 'late') {
      const open = [...this.accepted].filter(id => !this.ended.has(id))
      this.problems.push(`not ended after ${withinMs} ms: ${open.join(', ')}`)
    }
    this.#isGivenUp = true
    await this.#deciding
  }

  async #submit(lane: number, seed: number): Promise<void> {
    const draw = random(seed * 1009 + lane)
    for (let n = 0; !this.#isOver; n++) {
      const source = drillProgram(draw)
      const key = `${lane}-${n}`
      const executionId = await this.#accepted(key, source)
      if (executionId === undefined) return
      this.accepted.add(executionId)
      if (draw.below(8) === 0 && (await this.#accepted(key, source)) !== executionId) {
        this.problems.push(`the key of ${executionId} gave another execution`)
      }
      const reading = draw.below(3) === 0 ? this.#read(executionId) : undefined
      await this.#end(executionId, draw)
      await reading
    }
  }

  async #accepted(key: string, source: string): Promise<string | undefined> {
    const headers = { 'idempotency-key': key }
    const answer = await this.#ask('/v1/executions', { source, metadata: { key } }, headers)
    if (answer === undefined) return undefined
    if (answer.status === 202) return answer.body.executionId as string
    this.problems.push(`a submission was answered ${answer.status} ${JSON.stringify(answer.body)}`)
    return undefined
  }

  async #end(executionId: string, draw: Random): Promise<void> {
    while (!this.#isGivenUp) {
      const answer = await this.#ask(`/v1/executions/${executionId}?waitMs=${draw.below(2000)}`)
      if (answer === undefined) return
      const execution = answer.body as Execution
      if (execution.status === 'stuck' && execution.error.code === 'CRASH_LOOP') {
        // The drill killed the daemon so often in a row: an operator would say that it goes on.
        await this.#ask(`/v1/executions/${executionId}/retry`, {})
        this.retried++
        continue
      }
      if (answer.status !== 200 || execution.status === 'stuck') {
        this.problems.push(`${executionId}: ${answer.status} ${JSON.stringify(answer.body)}`)
        return
      }
      if (isEnded(execution)) {
        this.ended.set(executionId, execution)
        return
      }
      // One that waits for a person is answered at once.
      await delay(LOOK_MS)
    }
  }

  async #decide(draw: Random): Promise<void> {
    const chosen = new Map<string, Acknowledged>()
    while (!this.#isGivenUp) {
      const before = new Set(this.decisions.keys())
      const pending = await this.#ask('/v1/approvals?status=pending&limit=1000')
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
    const answer = await this.#try(`/v1/approvals/${approvalId}`, choice, {})
    if (answer === undefined || answer.status === 507 || answer.status === 503) return
    if (answer.status === 200) this.decisions.set(approvalId, choice)
    else this.problems.push(`deciding ${approvalId}: ${JSON.stringify(answer)}`)
  }

  /** Reads all events over restarts: none may be missing, none come twice. */
  async #read(executionId: string): Promise<void> {
    const events: ExecutionEvent[] = []
    while (!this.#isGivenUp) {
      try {
        const url = await this.#url()
        if (url === undefined) return
        const response = await fetch(`${url}/v1/executions/${executionId}/events`, {
          headers: { 'last-event-id': String(events.length) },
        })
        if (response.status === 200 && (await this.#readOn(response, events, executionId))) return
      } catch {
        // The daemon was killed: read on when there is one again.
      }
      await delay(this.#options.retryMs ?? RETRY_MS)
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

  /** Asks until there is an answer that is not a refusal for now. */
  async #ask(
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer | undefined> {
    while (!this.#isGivenUp) {
      const answer = await this.#try(path, body, headers)
      if (answer?.status === 507) this.refusedFull++
      if (answer !== undefined && ![429, 503, 507].includes(answer.status)) return answer
      await delay(this.#options.retryMs ?? RETRY_MS)
    }
    return undefined
  }

  /** `undefined`: nobody knows whether the daemon has done it. */
  async #try(
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<Answer | undefined> {
    try {
      const url = await this.#url()
      if (url === undefined) return undefined
      const post = {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }
      const signal = AbortSignal.timeout(ANSWER_MS)
      const response = await fetch(url + path, { signal, ...(body !== undefined && post) })
      const text = await response.text()
      return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
    } catch {
      return undefined
    }
  }

  /** Where the daemon listens, when it does within the time of an answer. */
  async #url(): Promise<string | undefined> {
    const late = delay(ANSWER_MS, undefined, { ref: false })
    return await Promise.race([this.#options.daemon.url(), late])
  }
}

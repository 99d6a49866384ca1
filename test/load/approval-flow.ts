/** A durable execution that waits for a person, over HTTP: begun before a load, decided within it. */

import type { Approval } from '../../protocol/approval.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import { isEnded } from '../../protocol/execution/status.ts'

export interface FlowOptions {
  readonly url: string
  /** Of who runs programs, and of who decides. */
  readonly agentToken: string
  readonly personToken: string
}

export interface FlowFigures {
  /** From sending the decision until it was acknowledged. */
  readonly acknowledgedMs: number
  /** From sending the decision until the execution had ended, and whoever asked knew. */
  readonly endedMs: number
  /** What is wrong with it then; `undefined`: nothing. */
  readonly fault: string | undefined
}

/** Calls before the approval, and after it: each of them needs a worker in the middle of the load. */
const SOURCE = `const before = later(20)
const { approved, reason } = human_approval('go on with ' + before)
const after = later(before + 1) + later(before + 2)
;[approved, reason, before, after]`
const REASON = 'it is in order'
const EXPECTED = JSON.stringify([true, REASON, 20, 43])
/** One answer is held back for so long at most. */
const HOLD_MS = 10_000

export class ApprovalFlow {
  readonly #options: FlowOptions
  readonly #executionId: string
  readonly #approvalId: string

  private constructor(options: FlowOptions, executionId: string, approvalId: string) {
    this.#options = options
    this.#executionId = executionId
    this.#approvalId = approvalId
  }

  /** Resolves when the execution waits for the decision. @throws {Error} when it does not come to that */
  static async begin(options: FlowOptions): Promise<ApprovalFlow> {
    const agent = new Requests(options.url, options.agentToken)
    const person = new Requests(options.url, options.personToken)
    const { executionId } = await agent.send<Execution>('/v1/executions', { source: SOURCE })
    const waiting = await agent.send<Execution>(`/v1/executions/${executionId}?waitMs=${HOLD_MS}`)
    const query = `status=pending&executionId=${executionId}`
    const { data } = await person.send<{ data: Approval[] }>(`/v1/approvals?${query}`)
    const [approval] = data
    if (approval === undefined) throw new Error(`Nobody is asked: ${JSON.stringify(waiting)}`)
    return new ApprovalFlow(options, executionId, approval.approvalId)
  }

  /** Decides, and waits for the end. @param withinMs later is a fault */
  async decide(withinMs: number): Promise<FlowFigures> {
    const { url, agentToken, personToken } = this.#options
    const fromMs = performance.now()
    const decision = { decision: 'approve', reason: REASON }
    await new Requests(url, personToken).send(`/v1/approvals/${this.#approvalId}`, decision)
    const acknowledgedMs = performance.now() - fromMs
    const agent = new Requests(url, agentToken)
    const path = `/v1/executions/${this.#executionId}?waitMs=${HOLD_MS}`
    let execution = await agent.send<Execution>(path)
    while (!isEnded(execution) && performance.now() - fromMs < withinMs) {
      execution = await agent.send<Execution>(path)
    }
    const endedMs = performance.now() - fromMs
    const value = 'output' in execution ? JSON.stringify(execution.output.value) : undefined
    const isRight = value === EXPECTED && endedMs <= withinMs
    const fault = isRight ? undefined : `after ${endedMs} ms it is ${JSON.stringify(execution)}`
    return { acknowledgedMs, endedMs, fault }
  }
}

/** Requests of one token. */
class Requests {
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>

  constructor(url: string, token: string) {
    this.#url = url
    this.#headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
  }

  /** Posts a body, or gets without one. @throws {Error} for a refusal */
  async send<T>(path: string, body?: unknown): Promise<T> {
    const response = await fetch(this.#url + path, {
      headers: this.#headers,
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path} was answered ${response.status} ${text}`)
    return JSON.parse(text) as T
  }
}

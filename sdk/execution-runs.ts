/** Executions of a client at a daemon: begun, waited for across restarts, answered, cancelled. */

import { untilAnswered } from '../protocol/base/backoff.ts'
import { LatchdError } from '../protocol/errors.ts'
import { EARLY_LOCATION } from '../protocol/execution/early-location.ts'
import type { Execution } from '../protocol/execution/execution.ts'
import type { ExecuteRequest, OnApproval } from '../protocol/execution/executor.ts'
import { isOver } from '../protocol/execution/status.ts'
import type { StoreFile } from '../protocol/values/stored-files.ts'
import { ApprovalResponder } from './answering.ts'
import type { ClientApprovals } from './client-approvals.ts'
import { executionEvents } from './event-stream.ts'
import type { Connection } from './http.ts'
import { bodyOf } from './request-body.ts'

/** How long one answer is held back; proxies cut at a minute. */
const HOLD_MS = 30_000
/** The longest time of `setTimeout`, 25 days: a longer wait is a wait for the end. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1

/** What {@link ExecutionRuns} works with. */
export interface RunsDependencies {
  readonly connection: Connection
  readonly approvals: ClientApprovals
  /** Sends the files of inputs. */
  readonly store: StoreFile
  /** Answers the approvals of executions whose request does not answer them itself. */
  readonly onApproval: OnApproval | undefined
  /** Aborts when the client is closed. */
  readonly closed: AbortSignal
}

/** Begins the executions of a client, and waits for them. */
export class ExecutionRuns {
  readonly #deps: RunsDependencies

  constructor(deps: RunsDependencies) {
    this.#deps = deps
  }

  /** The execution now, or as soon as it has ended or waits for a person within that time. */
  get(executionId: string, waitMs = 0): Promise<Execution> {
    const path = `${pathOf(executionId)}?waitMs=${Math.ceil(waitMs)}`
    return this.#deps.connection.json('GET', path, { signal: this.#deps.closed })
  }

  /** Cancels an execution; returns it as it ended. */
  cancel(executionId: string): Promise<Execution> {
    return this.#deps.connection.json('POST', `${pathOf(executionId)}/cancel`)
  }

  /**
   * Begins an execution, and waits for it as its request says.
   *
   * @param tools the fields of the body about them
   * @param onTaken called with the execution as soon as a daemon has it
   */
  async run(
    tools: object,
    request: ExecuteRequest,
    onTaken: (execution: Execution) => void,
  ): Promise<Execution> {
    const { signal, waitMs, onApproval = this.#deps.onApproval } = request
    const untilMs = waitMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + waitMs
    if (signal === undefined && onApproval === undefined) {
      const heldMs = Math.ceil(Math.min(waitMs ?? HOLD_MS, HOLD_MS))
      const fields = { ...tools, waitMs: heldMs }
      const execution = isDurable(request)
        ? await this.send('/v1/execute', request, fields)
        : await this.#sendOnce(request, fields)
      onTaken(execution)
      return await this.#await(execution, untilMs)
    }
    // The client needs the id at once: to cancel the execution, and to decide its approvals.
    const execution = await this.send('/v1/executions', request, tools)
    onTaken(execution)
    const leave = this.cancelOnAbort(execution.executionId, signal)
    try {
      return onApproval === undefined
        ? await this.#await(execution, untilMs)
        : await this.#follow(execution, untilMs, onApproval)
    } finally {
      leave()
    }
  }

  /** Waits for an execution that was begun before. @throws {LatchdError} `NOT_FOUND` */
  async wait(
    executionId: string,
    waitMs: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Execution> {
    const { onApproval } = this.#deps
    const untilMs = waitMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + waitMs
    const heldMs = Math.min(waitMs ?? HOLD_MS, HOLD_MS)
    const leave = this.cancelOnAbort(executionId, signal)
    try {
      const execution = await this.#patiently(() => this.get(executionId, heldMs))
      return isOver(execution) || onApproval === undefined
        ? await this.#await(execution, untilMs)
        : await this.#follow(execution, untilMs, onApproval)
    } finally {
      leave()
    }
  }

  /** Waits until an execution is over, however long that takes. */
  untilOver(execution: Execution): Promise<Execution> {
    return this.#await(execution, Number.POSITIVE_INFINITY)
  }

  /**
   * Sends a request for a durable execution; returns the execution that it began.
   *
   * @throws {LatchdError} `EXECUTOR_CLOSED` as soon as the client is closed
   */
  async send(path: string, request: ExecuteRequest, fields: object = {}): Promise<Execution> {
    const { connection, store, closed: signal } = this.#deps
    const body = { ...(await bodyOf(request, store)), ...fields }
    // The key finds the execution again when a daemon is lost before it has answered.
    const { idempotencyKey = crypto.randomUUID() } = request
    const headers = { 'idempotency-key': idempotencyKey }
    const send = () => connection.json<Execution>('POST', path, { body, headers, signal })
    try {
      return await send()
    } catch (error) {
      if (!isLost(error)) throw error
      // The daemon may have taken the request; with the key it is safe to send it again.
      return await this.#patiently(send)
    }
  }

  /**
   * Sends a request for an execution that ends with its daemon; returns it as that one answers. The
   * request is sent once, since a second one would run the program again. When its connection is lost,
   * the execution is read by its id, which the head of an answer says early.
   *
   * @throws {LatchdError} `CONNECTION_LOST` when the id is not known yet, or nothing has it any more
   */
  async #sendOnce(request: ExecuteRequest, fields: object): Promise<Execution> {
    const { connection, store, closed: signal } = this.#deps
    const body = { ...(await bodyOf(request, store)), ...fields }
    const headers = { prefer: EARLY_LOCATION }
    let executionId: string | undefined
    const onHead = (head: Headers) => {
      executionId = head.get('location')?.split('/').at(-1)
    }
    try {
      return await connection.json('POST', '/v1/execute', { body, headers, signal, onHead })
    } catch (error) {
      if (!isLost(error) || executionId === undefined) throw error
      return await this.#find(executionId)
    }
  }

  /** Reads a volatile execution whose connection was lost. */
  async #find(executionId: string): Promise<Execution> {
    try {
      return await this.#patiently(() => this.get(executionId))
    } catch (error) {
      if (this.#deps.closed.aborted || !(error instanceof LatchdError)) throw error
      throw new LatchdError(
        'CONNECTION_LOST',
        `The connection was lost while execution ${executionId} ran, which is not durable, and it cannot be read: ${error.message}`,
        { cause: error },
      )
    }
  }

  /**
   * Waits for the end, or for an instant. With an instant it also returns for a call that waits for
   * a person, since a caller that sets one does not mean to wait for a person.
   */
  async #await(execution: Execution, untilMs: number): Promise<Execution> {
    const { executionId } = execution
    let current = execution
    while (isGoing(current) && Date.now() < untilMs) {
      const waitMs = Math.min(HOLD_MS, Math.max(0, untilMs - Date.now()))
      current = await this.#patiently(() => this.get(executionId, waitMs))
    }
    const isForPerson = current.status === 'waiting' && untilMs === Number.POSITIVE_INFINITY
    // A second request would return at once, so its events have to show it.
    return isForPerson ? await this.#follow(current, untilMs) : current
  }

  /** Watches an execution until its end or an instant, and answers its approvals. */
  async #follow(
    { executionId }: Execution,
    untilMs: number,
    onApproval?: OnApproval,
  ): Promise<Execution> {
    const responder = onApproval && new ApprovalResponder(this.#deps.approvals, onApproval)
    const timedOut = new AbortController()
    const signals = [this.#deps.closed, timedOut.signal, ...(responder ? [responder.failed] : [])]
    const restMs = untilMs - Date.now()
    const timer =
      restMs <= MAX_TIMEOUT_MS ? setTimeout(() => timedOut.abort(), Math.max(0, restMs)) : undefined
    try {
      for await (const event of this.followed(executionId, AbortSignal.any(signals))) {
        responder?.see(event)
        if (event.type === 'execution-ended') return event.execution
      }
    } catch (error) {
      if (!timedOut.signal.aborted || responder?.failed.aborted) throw error
    } finally {
      clearTimeout(timer)
    }
    // Stuck, or not ended in time.
    return await this.#patiently(() => this.get(executionId))
  }

  #patiently<T>(send: () => Promise<T>): Promise<T> {
    return untilAnswered(send, this.#deps.closed)
  }

  /** Cancels an execution when the signal aborts; returns a function that stops listening. */
  cancelOnAbort(executionId: string, signal: AbortSignal | undefined): () => void {
    const onAbort = () => {
      // Callers that wait or stream see the end; after a refusal they see an execution that goes
      // on.
      this.#patiently(() => this.cancel(executionId)).catch(() => {})
    }
    signal?.addEventListener('abort', onAbort, { once: true })
    if (signal?.aborted) onAbort()
    return () => signal?.removeEventListener('abort', onAbort)
  }

  /** All events of an execution that was accepted here. */
  followed(executionId: string, signal: AbortSignal = this.#deps.closed) {
    return executionEvents(this.#deps.connection, executionId, 0, signal, true)
  }
}

/** Whether the daemon stores an execution before it answers. */
const isDurable = ({ durable, idempotencyKey, webhook }: ExecuteRequest) =>
  durable === true || idempotencyKey !== undefined || webhook !== undefined

const isLost = (error: unknown) => error instanceof LatchdError && error.code === 'CONNECTION_LOST'

/** Whether an execution goes on without any action of a person. */
export function isGoing(execution: Execution): boolean {
  return execution.status === 'waiting'
    ? !execution.waitingFor.some(({ approvalId }) => approvalId !== undefined)
    : !isOver(execution)
}

/** The path of an execution in the HTTP API. */
export const pathOf = (executionId: string) => `/v1/executions/${encodeURIComponent(executionId)}`

/** New executions on their way: from a caller's request to a running execution, stored or not. */

import { RunningExecution } from '../../executor/execution/execution.ts'
import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import type { Caller } from '../auth/caller.ts'
import type { Tracing } from '../telemetry/tracing/tracing.ts'
import type { ActiveDependencies, ActiveExecutions } from './active.ts'
import type { Admission, Arrival } from './admission.ts'
import { type SubmissionKey, SubmissionKeys, submittedId } from './submission-keys.ts'
import { ExecutionWriter } from './writer.ts'

/** What {@link Submissions} work with. */
export interface SubmissionsDependencies extends ActiveDependencies {
  /**
   * @throws {LatchdError} `INVALID_REQUEST` for a URL that is not allowed; `WEBHOOKS_FULL` when too
   *   many messages wait
   */
  readonly admitWebhook: (url: string, caller: string) => Promise<void>
  /** Where executions are traced; absent: nowhere. */
  readonly traces?: Pick<Tracing, 'begin' | 'drop'> | undefined
}

/** Options of a submission. */
export interface SubmitOptions {
  /** Whether it has to survive the daemon from the beginning. */
  readonly isDurable: boolean
  /** The caller's idempotency key, with a hash of the body that it came with. */
  readonly key?: SubmissionKey
  readonly webhookUrl?: string | undefined
  /** Whether it waits for its turn in a busy session. */
  readonly isQueued?: boolean
}

interface ArrivingOptions extends SubmitOptions {
  readonly arrival: Arrival
}

/** Takes new executions. */
export class Submissions {
  #deps: SubmissionsDependencies
  #live: ActiveExecutions
  #admission: Admission
  #keys: SubmissionKeys
  /** Durable executions that are being stored, to run here. */
  #arriving = 0

  constructor(deps: SubmissionsDependencies, live: ActiveExecutions, admission: Admission) {
    this.#deps = deps
    this.#live = live
    this.#admission = admission
    this.#keys = new SubmissionKeys(deps.store, deps.store.sharing !== undefined)
  }

  /** Admits an execution and starts it: see `Executions.submit`. @returns its id */
  async submit(plan: ExecutionPlan, caller: Caller, options: SubmitOptions): Promise<string> {
    const { key } = options
    const submit = () => this.#submit(plan, caller, options)
    // A repeated request takes nothing, also at a limit.
    return await (key === undefined ? submit() : this.#keys.executionOf(caller.name, key, submit))
  }

  async #submit(plan: ExecutionPlan, caller: Caller, options: SubmitOptions): Promise<string> {
    const arrival = this.#admission.enter(caller, plan)
    let taken: string | undefined
    try {
      taken = await this.#admit(plan, caller, { ...options, arrival })
      return taken
    } finally {
      if (taken !== plan.executionId) arrival.onQueued()
      arrival.onActive()
    }
  }

  async #admit(plan: ExecutionPlan, caller: Caller, options: ArrivingOptions): Promise<string> {
    const { webhookUrl } = options
    if (webhookUrl !== undefined) await this.#deps.admitWebhook(webhookUrl, caller.name)
    if (plan.sessionId === undefined) return await this.#take(plan, caller, options)
    const { sessions } = this.#deps
    const use = { sessionId: plan.sessionId, executionId: plan.executionId }
    const remembered = await sessions.admit(use, options.isQueued === true, caller)
    let taken: string | undefined
    try {
      taken = await this.#take({ ...plan, remembered }, caller, options)
      return taken
    } finally {
      if (taken !== plan.executionId) await sessions.abandon(use)
    }
  }

  async #take(plan: ExecutionPlan, caller: Caller, options: ArrivingOptions): Promise<string> {
    const { traces } = this.#deps
    if (traces === undefined) return await this.#start(plan, caller, options)
    // Before it is stored: its plan has the place of its first span.
    const traced = { ...plan, traceparent: traces.begin(plan) }
    let taken: string | undefined
    try {
      taken = await this.#start(traced, caller, options)
      return taken
    } finally {
      if (taken !== plan.executionId) traces.drop(plan.executionId)
    }
  }

  async #start(plan: ExecutionPlan, caller: Caller, options: ArrivingOptions): Promise<string> {
    const { executionId, webhookUrl, key, arrival } = { ...plan, ...options }
    const bounds = { ...this.#admission.boundsOf(caller), ...(key && { key }) }
    const writer = new ExecutionWriter(plan, caller.name, webhookUrl, this.#deps)
    const running = new RunningExecution(plan, this.#deps, writer)
    writer.bind(running, undefined, arrival.onQueued)
    // A webhook is promised its messages, and only a durable execution can keep that promise.
    if (!options.isDurable && webhookUrl === undefined) writer.submitVolatile()
    else if (
      plan.sessionId === undefined &&
      this.#live.isLongQueueOf(caller.name, this.#arriving)
    ) {
      let known = executionId
      arrival.onQueued()
      arrival.onActive()
      await this.#live.queue(executionId, caller.name, async () => {
        known = submittedId(executionId, await writer.submitDurable(bounds, 'queue'))
        return known === executionId
      })
      return known
    } else {
      this.#arriving++
      const stored = writer.submitDurable(bounds, 'run').finally(() => this.#arriving--)
      const known = submittedId(executionId, await stored)
      if (known !== executionId) return known
    }
    arrival.onActive()
    this.#live.start(plan, running, writer)
    return executionId
  }
}

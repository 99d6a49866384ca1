/** What all writers of a daemon share. */

import type { CallApproval } from '../../executor/boundary/call-approval.ts'
import type { Redaction } from '../../executor/boundary/redaction.ts'
import type { ExecutionPlan } from '../../executor/execution/execution-plan.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { SessionService } from '../sessions/sessions.ts'
import type { MemoryStore } from '../store/memory/memory-store.ts'
import type { Store, StoredEvent, WebhookMessage } from '../store/store.ts'
import type { EventHub } from './event-hub.ts'
import type { RunningFile } from './running-file.ts'

/** What all writers of a daemon share. */
export interface WriterDependencies {
  readonly store: Store
  readonly memory: MemoryStore
  readonly hub: EventHub
  readonly sessions: SessionService
  /** The executions that have a worker, for whoever starts after a loss of this process. */
  readonly runningFile: RunningFile
  /** Engine, prelude and ICU: see `executor/engine/quickjs/runtime-tag.ts`. */
  readonly runtime: string
  /** The message to a webhook for an event; `undefined` when none is sent for it. */
  readonly webhookFor: (url: string, event: StoredEvent) => WebhookMessage | undefined
  /** Takes secrets out of what tools say. */
  readonly redaction: Redaction
  /** Told of each event of this process's executions at once, before it is durable. */
  readonly observe: (plan: Pick<ExecutionPlan, 'createdAtMs'>, event: ExecutionEvent) => void
  /** Told when such messages are durable. */
  readonly onWebhooks: () => void
  /** Told of a write that failed and that nobody waits for. */
  readonly onFault: (error: unknown, executionId: string) => void
  readonly onExpire: (approval: CallApproval) => void
  /** Told whose program has cost a worker. */
  readonly onWorkerLost?: (owner: string) => void
}

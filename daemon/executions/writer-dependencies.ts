/** What all writers of a daemon share. */

import type { Redaction } from '../../executor/boundary/redaction.ts'
import type { SessionService } from '../sessions/sessions.ts'
import type { MemoryStore } from '../store/memory/memory-store.ts'
import type { Store, StoredEvent, WebhookMessage } from '../store/store.ts'
import type { EventBus } from './event-bus.ts'
import type { RunningFile } from './running-file.ts'

/** What all writers of a daemon share. */
export interface WriterDependencies {
  readonly store: Store
  readonly memory: MemoryStore
  readonly bus: EventBus
  readonly sessions: SessionService
  /** The executions that have a worker, for whoever starts after a loss of this process. */
  readonly runningFile: RunningFile
  /** Engine, prelude and ICU: see `executor/engine/quickjs/runtime-tag.ts`. */
  readonly runtime: string
  /** The message to a webhook for an event; `undefined` when none is sent for it. */
  readonly webhookFor: (url: string, event: StoredEvent) => WebhookMessage | undefined
  /** Takes secrets out of what tools say. */
  readonly redaction: Redaction
  /** Told when such messages are durable. */
  readonly onWebhooks: () => void
  /** Told of a write that failed and that nobody waits for. */
  readonly onFault: (error: unknown, executionId: string) => void
  /** Told whose program has cost a worker. */
  readonly onWorkerLost?: (owner: string) => void
}

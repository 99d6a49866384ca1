/** What {@link ExecutionWriter} works with. */

import type { Redaction } from '../../executor/boundary/redaction.ts'
import type { FilesOf } from '../../executor/files/execution-files.ts'
import type { MemoryExecutions } from '../../executor/store/memory-executions.ts'
import type { StoredEvent } from '../../executor/store/stored-event.ts'
import type { Runtimes } from '../replay/runtimes.ts'
import type { SessionService } from '../sessions/sessions.ts'
import type { Store, WebhookMessage } from '../store/store.ts'
import type { EventBus } from './event-bus.ts'
import type { RunningFile } from './running-file.ts'

/** What {@link ExecutionWriter} works with. */
export interface WriterDependencies {
  readonly store: Store
  readonly memory: MemoryExecutions
  readonly bus: EventBus
  readonly sessions: SessionService
  /** The executions that have a worker, for the process that starts after a loss of this one. */
  readonly runningFile: RunningFile
  /** The runtimes of this process, for the plans of executions. */
  readonly runtimes: Runtimes
  /** The message to a webhook for an event; `undefined` for events without one. */
  readonly webhookFor: (url: string, event: StoredEvent) => WebhookMessage | undefined
  /** Removes secrets from the texts of tools. */
  readonly redaction: Redaction
  /** The files of an execution; absent where there is no place for files. */
  readonly filesOf?: FilesOf | undefined
  /** Called when messages to webhooks are durable. */
  readonly onWebhooks: () => void
  /** Called with a failed write that no caller waits for. */
  readonly onFault: (error: unknown, executionId: string) => void
  /** Called with the owner of a program that has cost a worker. */
  readonly onWorkerLost?: (owner: string) => void
}

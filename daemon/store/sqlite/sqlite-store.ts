/** The store on SQLite, as the daemon uses it: each method is an operation of the store's thread. */

import { join } from 'node:path'
import type { SweepBounds } from '../recovery-facts.ts'
import type { OnCommit, Store } from '../store.ts'
import { DATABASE_FILE } from './files.ts'
import type { OperationName, OperationTable } from './operations.ts'
import type { ThreadClient } from './thread-client.ts'
import { backupAside, verifyAside } from './upkeep.ts'

type Method<Name extends OperationName> = (
  ...parameters: Parameters<OperationTable[Name]>
) => Promise<ReturnType<OperationTable[Name]>>

/** A {@link Store} that sends each operation to the store's thread. */
export class SqliteStore implements Store {
  #client: ThreadClient
  #file: string

  /** @param client of a thread that has the store of this folder open */
  constructor(client: ThreadClient, stateDir: string) {
    this.#client = client
    this.#file = join(stateDir, DATABASE_FILE)
  }

  #method<Name extends OperationName>(name: Name): Method<Name> {
    return (...parameters) => this.#client.ask(name, ...parameters)
  }

  readonly open = this.#method('open')
  readonly submit = this.#method('submit')
  readonly claim = this.#method('claim')
  readonly take = this.#method('take')
  readonly claimOne = this.#method('claimOne')
  readonly giveBack = this.#method('giveBack')
  readonly append = this.#method('append')
  readonly park = this.#method('park')
  readonly decide = this.#method('decide')
  readonly finish = this.#method('finish')
  readonly retry = this.#method('retry')
  readonly remove = this.#method('remove')
  readonly quarantine = this.#method('quarantine')
  readonly recordInstant = this.#method('recordInstant')
  readonly storedInstant = this.#method('storedInstant')

  readonly leaseWebhooks = this.#method('leaseWebhooks')
  readonly releaseWebhooks = this.#method('releaseWebhooks')
  readonly nextWebhookMs = this.#method('nextWebhookMs')
  readonly endWebhook = this.#method('endWebhook')
  readonly delayWebhook = this.#method('delayWebhook')

  readonly get = this.#method('get')
  readonly keyed = this.#method('keyed')
  readonly list = this.#method('list')
  readonly events = this.#method('events')
  readonly approval = this.#method('approval')
  readonly approvals = this.#method('approvals')
  readonly journal = this.#method('journal')
  readonly source = this.#method('source')
  readonly texts = this.#method('texts')
  readonly statistics = this.#method('statistics')
  readonly load = this.#method('load')
  readonly shares = this.#method('shares')

  readonly createSession = this.#method('createSession')
  readonly session = this.#method('session')
  readonly sessions = this.#method('sessions')
  readonly snapshot = this.#method('snapshot')
  readonly saveSnapshot = this.#method('saveSnapshot')
  readonly sessionRuns = this.#method('sessionRuns')
  readonly outdatedSessions = this.#method('outdatedSessions')
  readonly replaceSnapshot = this.#method('replaceSnapshot')
  readonly removeSession = this.#method('removeSession')
  readonly holdSession = this.#method('holdSession')
  readonly releaseSession = this.#method('releaseSession')
  readonly sessionBytes = this.#method('sessionBytes')

  readonly addFile = this.#method('addFile')
  readonly file = this.#method('file')
  readonly filesOfExecution = this.#method('filesOfExecution')
  readonly sessionFileBytes = this.#method('sessionFileBytes')
  readonly ownerFileBytes = this.#method('ownerFileBytes')
  readonly removeFiles = this.#method('removeFiles')
  readonly sweepFiles = this.#method('sweepFiles')
  readonly unusedContents = this.#method('unusedContents')

  async checkRoom(): Promise<void> {
    this.#client.checkPlace()
    // Either is refused when the store is lost.
    await this.#client.ask(this.#client.isFull ? 'checkWrite' : 'storedInstant')
  }

  watchCommits(onCommit: OnCommit): void {
    this.#client.onCommit = onCommit
  }

  /** In steps of a transaction each, between which others commit. */
  async sweep(bounds: SweepBounds): Promise<{ executions: number; sessions: number }> {
    const swept = { executions: 0, sessions: 0 }
    for (;;) {
      this.#client.failpoint?.('store:before-sweep-step')
      const { executions, sessions, isLast } = await this.#client.ask('sweepStep', bounds)
      swept.executions += executions
      swept.sessions += sessions
      if (isLast) return swept
    }
  }

  async backup(file: string): Promise<void> {
    this.#client.failpoint?.('store:before-upkeep')
    await backupAside(this.#file, file)
    this.#client.failpoint?.('store:after-upkeep')
  }

  async verify(): Promise<readonly string[]> {
    this.#client.failpoint?.('store:before-upkeep')
    const problems = await verifyAside(this.#file)
    this.#client.failpoint?.('store:after-upkeep')
    return problems
  }

  collect(): Promise<void> {
    return this.#client.collect()
  }

  close(): Promise<void> {
    return this.#client.close()
  }
}

/** A PostgreSQL server, daemons over it, and a file to which their tool `pay` appends. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { openPostgresStore } from '../../../daemon/store/postgres/open.ts'
import { fixture, get, post } from '../../support/daemon.ts'
import { patience } from '../../support/patience.ts'
import { PostgresServer } from '../../support/postgres.ts'
import { type SharedDaemon, sharedDaemon } from '../../support/shared-daemons.ts'
import { stateFolder } from '../../support/state-folder.ts'

/** A drill that finds something ends soon on a busy machine too. */
const MOST_PATIENCE = 3

export class SharedGround {
  readonly server = new PostgresServer()
  readonly ledger: string
  readonly folder: string
  readonly problems: string[] = []
  #ends: (() => unknown)[] = []
  /** What helpers of tests need of one: that what they start ends with it. */
  readonly test = { teardown: (end: () => unknown) => this.#ends.unshift(end) } as unknown as Test

  constructor() {
    this.folder = stateFolder(this.test)
    this.ledger = join(this.folder, 'ledger')
    writeFileSync(this.ledger, '')
  }

  /** @param databaseUrl another way to the database */
  async startDaemon(
    name: string,
    env: Readonly<Record<string, string>> = {},
    databaseUrl: string = this.server.url(),
  ): Promise<SharedDaemon> {
    return await sharedDaemon(this.test, name, databaseUrl, {
      LATCHD_TOOLS: fixture('tools/ledger-tools.ts'),
      LEDGER: this.ledger,
      LATCHD_WORKERS: '2',
      LATCHD_LOG_LEVEL: 'fatal',
      ...env,
    })
  }

  /** How often each line was written by a call. */
  paid(): ReadonlyMap<string, number> {
    const lines = readFileSync(this.ledger, 'utf8').split('\n').filter(Boolean)
    return new Map([...Map.groupBy(lines, line => line)].map(([line, all]) => [line, all.length]))
  }

  /** Finds calls that were made more often than once. */
  checkPaid(): void {
    for (const [line, times] of this.paid()) {
      if (times > 1) this.problems.push(`${line} was paid ${times} times`)
    }
  }

  /** Positions, epochs and events without a gap or a twin, ends where they belong. */
  async verify(): Promise<void> {
    const databaseUrl = this.server.url()
    const store = await openPostgresStore({ databaseUrl, name: 'checking', url: undefined })
    this.problems.push(...(await store.verify()))
    await store.close()
  }

  async close(): Promise<void> {
    for (const end of this.#ends) await end()
    await this.server.close()
  }
}

/** Submits a program. @throws {Error} it is refused */
export async function submitTo(url: string, source: string, more: object = {}): Promise<string> {
  const { status, body } = await post(`${url}/v1/executions`, { source, ...more })
  if (status !== 202) throw new Error(`${status}: ${JSON.stringify(body)}`)
  return body.executionId
}

/** An execution as a daemon has it, once it stands so. @throws {Error} it does not in time */
export async function untilStands(
  url: string,
  id: string,
  // biome-ignore lint/suspicious/noExplicitAny: an answer of the API
  stands: (execution: any) => boolean,
  withinMs: number,
  // biome-ignore lint/suspicious/noExplicitAny: an answer of the API
): Promise<any> {
  const untilMs = performance.now() + Math.min(patience(withinMs), MOST_PATIENCE * withinMs)
  for (;;) {
    const { body } = await get(`${url}/v1/executions/${id}`)
    if (stands(body)) return body
    if (performance.now() > untilMs) {
      throw new Error(`within ${withinMs} ms it stands as ${JSON.stringify(body).slice(0, 400)}`)
    }
    await delay(20)
  }
}

/** Whether an execution has ended. */
export const hasEnded = ({ status }: { status: string }) =>
  ['completed', 'failed', 'cancelled'].includes(status)

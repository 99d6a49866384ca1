/** A database of its own, and two daemons over it, one of them behind a network that does what it is told. */

import pg from 'pg'
import { connect } from '../../../daemon/store/postgres/connect.ts'
import { openPostgresStore } from '../../../daemon/store/postgres/open.ts'
import type { PostgresServer } from '../../support/postgres.ts'
import { PostgresProxy } from '../../support/postgres-proxy.ts'
import type { StepGround } from './step.ts'
import { ERASE, type StoredState, storedState } from './stored-state.ts'

/** The clock of a database stands still, so that what is written does not depend on when it is. */
const STANDING_CLOCK = `CREATE OR REPLACE FUNCTION latchd_now() RETURNS bigint LANGUAGE sql VOLATILE
  AS $$ SELECT 1700000100000::bigint $$`

export class StoreGround {
  /** Looks at the database beside the daemons. */
  #beside: pg.Client
  readonly proxy: PostgresProxy
  readonly parts: StepGround

  private constructor(beside: pg.Client, proxy: PostgresProxy, parts: StepGround) {
    this.#beside = beside
    this.proxy = proxy
    this.parts = parts
  }

  /** @param name of the database, which is made */
  static async open(server: PostgresServer, name: string): Promise<StoreGround> {
    const direct = await server.database(name)
    const proxy = await PostgresProxy.open(server.socketPath)
    const databaseUrl = proxy.url(name)
    const store = await openPostgresStore({ databaseUrl, name: 'one', url: undefined })
    const other = await openPostgresStore({ databaseUrl: direct, name: 'other', url: undefined })
    const database = await connect(databaseUrl)
    const otherDatabase = await connect(direct)
    const beside = new pg.Client({ connectionString: direct })
    await beside.connect()
    await beside.query(STANDING_CLOCK)
    return new StoreGround(beside, proxy, { store, other, database, otherDatabase })
  }

  /** Begins anew, with two daemons and what is made ready. */
  async reset(prepare: (ground: StepGround) => Promise<unknown> = async () => {}): Promise<void> {
    this.proxy.arm()
    await this.#beside.query(ERASE)
    await this.parts.store.register()
    await this.parts.other.register()
    await prepare(this.parts)
  }

  /** All that is stored. */
  state(): Promise<StoredState> {
    return storedState(this.#beside)
  }

  /** Whether a statement of the database waits for a lock that another one holds. */
  async isBlocked(): Promise<boolean> {
    const { rows } = await this.#beside.query(
      `SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
        WHERE NOT l.granted AND a.datname = current_database() LIMIT 1`,
    )
    return rows.length > 0
  }

  async close(): Promise<void> {
    const { store, other, database, otherDatabase } = this.parts
    this.proxy.arm()
    await Promise.all([store.close(), other.close(), database.close(), otherDatabase.close()])
    await this.#beside.end()
    await this.proxy.close()
  }
}

/** The store on PostgreSQL: what every store does, and what two daemons over one database see. */

import t, { type Test } from 'tap'
import { openPostgresStore } from '../../daemon/store/postgres/open.ts'
import type { PostgresStore } from '../../daemon/store/postgres/postgres-store.ts'
import { storeSuite } from '../conformance/store-suite.ts'
import { EMPTY, PostgresServer } from '../support/postgres.ts'

t.setTimeout(240_000)

const server = await new PostgresServer().start()
t.teardown(() => server.close())
const databaseUrl = server.url()

async function open(t: Test, name = 'one'): Promise<PostgresStore> {
  const store = await openPostgresStore({ databaseUrl, name, url: undefined })
  t.teardown(() => store.close())
  return store
}

const shared = await open(t, 'shared')

/** A store that is empty. It stays open: what a test opens would take longer than the test. */
async function empty(): Promise<PostgresStore> {
  await server.query(EMPTY)
  await shared.register()
  return shared
}

storeSuite(t, 'PostgreSQL', empty)

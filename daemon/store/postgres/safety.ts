/** Whether a server keeps what it acknowledges, and whether its sessions are those of a connection. */

import type { Pool, PoolClient } from 'pg'
import { LatchdError } from '../../../protocol/errors.ts'

/** The oldest version that the store was made for: 15. */
const LEAST_VERSION = 150_000

/** The settings of a server that decide. */
export interface ServerSettings {
  readonly server_version_num: string
  readonly fsync: string
  readonly full_page_writes: string
  readonly synchronous_commit: string
  readonly is_standby: boolean
}

/** Why a server cannot hold a store; `undefined`: it can. */
export function unsafeSetting(settings: ServerSettings): string | undefined {
  if (Number(settings.server_version_num) < LEAST_VERSION) {
    return `its version is ${settings.server_version_num}, at least ${LEAST_VERSION} is expected`
  }
  if (settings.is_standby) return 'it is a standby, which takes no writes'
  for (const name of ['fsync', 'full_page_writes', 'synchronous_commit'] as const) {
    if (settings[name] === 'off') return `its ${name} is off, so that a commit may be lost`
  }
  return undefined
}

/**
 * Checks a server before a store is opened on it.
 *
 * @throws {LatchdError} `CONFIG_INVALID`: it would lose commits, or a pooler stands before it that
 *   changes sessions between transactions
 */
export async function checkServer(pool: Pool): Promise<void> {
  const first = await pool.connect()
  try {
    const { rows } = await first.query<ServerSettings>(
      `SELECT current_setting('server_version_num') AS server_version_num,
        current_setting('fsync') AS fsync,
        current_setting('full_page_writes') AS full_page_writes,
        current_setting('synchronous_commit') AS synchronous_commit,
        pg_is_in_recovery() AS is_standby`,
    )
    const why = unsafeSetting(rows[0] as ServerSettings) ?? (await poolerBefore(pool, first))
    if (why !== undefined) {
      throw new LatchdError(
        'CONFIG_INVALID',
        `Cannot use the database of LATCHD_DATABASE_URL: ${why}`,
      )
    }
  } finally {
    first.release()
  }
}

/**
 * A setting of the session must be there in the next transaction, although another connection has
 * begun one in between: a pooler by transaction gives that one the first one's session.
 */
async function poolerBefore(pool: Pool, first: PoolClient): Promise<string | undefined> {
  await first.query(`SET application_name = 'latchd probe'`)
  const { rows: before } = await first.query<Session>(SESSION)
  const second = await pool.connect()
  try {
    await second.query('BEGIN')
    const { rows: other } = await second.query<Session>(SESSION)
    const { rows: after } = await first.query<Session>(SESSION)
    await second.query('ROLLBACK')
    const isSame = sameSession(before[0], after[0]) && other[0]?.pid !== after[0]?.pid
    if (isSame) return undefined
    return 'a pooler stands before it that changes sessions between transactions; connect to the server itself, or let the pooler keep sessions'
  } finally {
    await first.query(`SET application_name = 'latchd'`)
    second.release()
  }
}

interface Session {
  readonly pid: number
  readonly name: string
}

const SESSION = `SELECT pg_backend_pid() AS pid, current_setting('application_name') AS name`

const sameSession = (a?: Session, b?: Session) => a?.pid === b?.pid && a?.name === b?.name

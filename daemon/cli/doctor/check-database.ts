/** Whether the database of several daemons answers, and keeps what it acknowledges. */

import type { Finding } from '../commands/finding.ts'
import { oneLine } from '../refusal.ts'

/** Connects to a database as the daemon does, and changes nothing in it. @param databaseUrl `postgres://…` */
export async function checkDatabase(databaseUrl: string): Promise<Finding> {
  try {
    const { connect } = await import('../../store/postgres/connect.ts')
    const database = await connect(databaseUrl)
    await database.close()
    return { status: 'ok', text: 'answers, and keeps what it acknowledges' }
  } catch (error) {
    return { status: 'fail', text: oneLine(error) }
  }
}

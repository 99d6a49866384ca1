/** How daemons over one database find each other, and which of them has an execution in memory. */

import type { PeerFacts, PeerRow, Standing } from '../sharing.ts'
import type { Transaction } from './database.ts'

/** Writes how a registered daemon is reached. */
export async function setPeerFacts(
  tx: Transaction,
  daemon: number,
  { peerId, url, key }: PeerFacts,
): Promise<void> {
  await tx.run(
    `UPDATE daemon SET peer_id = $2, peer_url = $3, peer_key = $4, url = coalesce(url, $3)
      WHERE id = $1`,
    [daemon, peerId, url, key],
  )
}

/** The daemons that live and can be reached, the first started first. */
export async function listPeers(tx: Transaction): Promise<PeerRow[]> {
  return await tx.rows(
    `SELECT name, peer_id AS "peerId", peer_url AS url, peer_key AS key
      FROM daemon WHERE peer_id IS NOT NULL ORDER BY id`,
  )
}

/** How executions stand, for a daemon that follows them; those that are not there are left out. */
export async function standings(
  tx: Transaction,
  executionIds: readonly string[],
): Promise<ReadonlyMap<string, Standing>> {
  const rows = await tx.rows<{ execution_id: string; last: number | null; peer_id: string | null }>(
    `SELECT execution_id, peer_id,
        (SELECT max(last) FROM event v WHERE v.execution = e.id) AS last
      FROM execution e LEFT JOIN daemon d ON d.id = e.daemon
      WHERE execution_id = ANY($1::text[])`,
    [executionIds],
  )
  return new Map(
    rows.map(({ execution_id, last, peer_id }) => [
      execution_id,
      { last: last ?? 0, peerId: peer_id ?? undefined },
    ]),
  )
}

/** The clients of a daemon that is no more have to connect to another one. */
export async function forgetClientsOf(tx: Transaction, daemon: number): Promise<void> {
  await tx.run('DELETE FROM client WHERE peer_id = (SELECT peer_id FROM daemon WHERE id = $1)', [
    daemon,
  ])
}

/** Where the clients of all daemons are connected, and what they serve. */

import { RecentlyUsed } from '../../../protocol/base/recently-used.ts'
import type { ClientDirectory, ClientName, StoredOffer } from '../sharing.ts'
import type { Database } from './database.ts'
import { fromLiteral, toLiteral } from './exact-text.ts'

/** Tools of offers that were read before, by their revision: so many … */
const MAX_KNOWN = 256
/** … of so many characters; longer ones are read each time. */
const MAX_KNOWN_LENGTH = 65_536

/** The directory of clients in a database. */
export function clientDirectory(database: Database): ClientDirectory {
  const known = new RecentlyUsed<number, string>(MAX_KNOWN)
  return {
    put: ({ owner, clientId }, peerId) =>
      database.transaction(async tx => {
        const [before] = await tx.rows<{ peer_id: string }>(
          'SELECT peer_id FROM client WHERE owner = $1 AND client_id = $2 FOR UPDATE',
          [owner, clientId],
        )
        await tx.run(
          `INSERT INTO client (owner, client_id, peer_id) VALUES ($1, $2, $3)
            ON CONFLICT (owner, client_id) DO UPDATE SET peer_id = excluded.peer_id`,
          [owner, clientId, peerId],
        )
        return before?.peer_id === peerId ? undefined : before?.peer_id
      }),
    remove: async ({ owner, clientId }, peerId) => {
      await database.transaction(tx =>
        tx.run('DELETE FROM client WHERE owner = $1 AND client_id = $2 AND peer_id = $3', [
          owner,
          clientId,
          peerId,
        ]),
      )
    },
    find: clients =>
      database.read(tx =>
        tx.rows<ClientName & { peerId: string }>(
          `SELECT c.owner, c.client_id AS "clientId", c.peer_id AS "peerId"
            FROM unnest($1::text[], $2::text[]) AS n(owner, client_id)
              JOIN client c ON c.owner = n.owner AND c.client_id = n.client_id`,
          [clients.map(({ owner }) => owner), clients.map(({ clientId }) => clientId)],
        ),
      ),
    at: peerId =>
      database.read(tx =>
        tx.rows<ClientName>(
          'SELECT owner, client_id AS "clientId" FROM client WHERE peer_id = $1',
          [peerId],
        ),
      ),
    putOffer: async ({ owner, clientId, serveId, tools }) => {
      await database.transaction(tx =>
        tx.run(
          `INSERT INTO client_offer (owner, client_id, serve_id, tools_text)
            SELECT owner, client_id, $3, $4 FROM client WHERE owner = $1 AND client_id = $2
            ON CONFLICT (owner, client_id, serve_id)
              DO UPDATE SET tools_text = excluded.tools_text, revision = DEFAULT
              WHERE client_offer.tools_text <> excluded.tools_text`,
          [owner, clientId, serveId, toLiteral(tools)],
        ),
      )
    },
    removeOffers: async ({ owner, clientId }, serveId) => {
      await database.transaction(tx =>
        tx.run(
          `DELETE FROM client_offer WHERE owner = $1 AND client_id = $2
            AND ($3::text IS NULL OR serve_id = $3)`,
          [owner, clientId, serveId ?? null],
        ),
      )
    },
    offers: owner =>
      database.read(async tx => {
        const rows = await tx.rows<OfferRow>(
          `SELECT o.client_id AS "clientId", o.serve_id AS "serveId", o.revision
            FROM client_offer o JOIN client c ON c.owner = o.owner AND c.client_id = o.client_id
            WHERE o.owner = $1 ORDER BY o.id`,
          [owner],
        )
        const texts = new Map<number, string>()
        const unknown = rows.map(row => row.revision).filter(one => known.get(one) === undefined)
        if (unknown.length > 0) {
          const read = await tx.rows<{ revision: number; tools_text: string }>(
            'SELECT revision, tools_text FROM client_offer WHERE owner = $1 AND revision = ANY($2::bigint[])',
            [owner, unknown],
          )
          for (const { revision, tools_text } of read) {
            const text = fromLiteral(tools_text)
            texts.set(revision, text)
            if (text.length <= MAX_KNOWN_LENGTH) known.set(revision, text)
          }
        }
        // One that was withdrawn between the two statements is left out.
        return rows.flatMap(({ clientId, serveId, revision }): StoredOffer[] => {
          const tools = texts.get(revision) ?? known.get(revision)
          return tools === undefined ? [] : [{ owner, clientId, serveId, tools }]
        })
      }),
  }
}

interface OfferRow {
  readonly clientId: string
  readonly serveId: string
  readonly revision: number
}

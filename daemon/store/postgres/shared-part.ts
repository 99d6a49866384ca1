/** What several daemons over one database have to do with each other. */

import { sumOf } from '../daemon-load.ts'
import type { DaemonRow, Sharing } from '../sharing.ts'
import { clientDirectory } from './clients.ts'
import { contentStore } from './contents.ts'
import { listDaemons } from './daemons.ts'
import type { Database } from './database.ts'
import type { Heartbeat } from './heartbeat.ts'
import { meta } from './migrations.ts'
import { listPeers, setPeerFacts, standings } from './peers.ts'

/** The part of the store that is about other daemons. */
export function sharedPart(database: Database, heartbeat: Heartbeat): Sharing {
  return {
    watch: news => heartbeat.start(news),
    requestCancel: async executionId => {
      const asked = await database.transaction(tx =>
        tx.run(
          `UPDATE execution SET cancel_ms = coalesce(cancel_ms, latchd_now())
            WHERE execution_id = $1 AND daemon IS NOT NULL`,
          [executionId],
        ),
      )
      return asked > 0
    },
    contents: contentStore(database),
    get number() {
      return heartbeat.number
    },
    get living() {
      return 1 + heartbeat.peers.length
    },
    elsewhere: owner =>
      sumOf(
        heartbeat.peers.flatMap(({ load }) => load ?? []),
        owner,
      ),
    lookForNews: () => void heartbeat.glance(),
    standings: executionIds => database.read(tx => standings(tx, executionIds)),
    announce: async facts => {
      heartbeat.announce(facts)
      await database.transaction(tx => setPeerFacts(tx, heartbeat.number, facts))
    },
    peers: () => database.read(listPeers),
    clients: clientDirectory(database),
    get nowMs() {
      return heartbeat.nowMs
    },
    daemons: (): Promise<readonly DaemonRow[]> => database.read(listDaemons),
    secret: (name, make) =>
      database.transaction(async tx => {
        await tx.run('INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
          `secret ${name}`,
          make(),
        ])
        return (await meta(tx, `secret ${name}`)) as string
      }),
  }
}

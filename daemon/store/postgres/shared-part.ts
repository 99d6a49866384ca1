/** What several daemons over one database have to do with each other. */

import { sumOf } from '../daemon-load.ts'
import type { DaemonRow, Sharing } from '../sharing.ts'
import type { Beat } from './beat.ts'
import { contentStore } from './contents.ts'
import { listDaemons } from './daemons.ts'
import type { Database } from './database.ts'
import { meta } from './migrations.ts'
import { lastEvents } from './reading.ts'

/** The part of the store that is about other daemons. */
export function sharedPart(database: Database, beat: Beat): Sharing {
  return {
    watch: news => beat.start(news),
    requestCancel: async executionId => {
      await database.transaction(tx =>
        tx.run(
          `UPDATE execution SET cancel_ms = coalesce(cancel_ms, latchd_now())
            WHERE execution_id = $1 AND daemon IS NOT NULL`,
          [executionId],
        ),
      )
    },
    lastEvents: executionIds => database.read(tx => lastEvents(tx, executionIds)),
    contents: contentStore(database),
    get number() {
      return beat.number
    },
    get living() {
      return 1 + beat.peers.length
    },
    elsewhere: owner =>
      sumOf(
        beat.peers.flatMap(({ load }) => load ?? []),
        owner,
      ),
    get clockOffsetMs() {
      return beat.offsetMs
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

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { DATABASE_FILE } from '../../../daemon/store/sqlite/files.ts'
import { random } from '../../soak/random.ts'
import { type Drill, type DrillOptions, Scene } from '../drill.ts'

const ROUNDS = { short: 4, long: 25 }
/** A daemon has acknowledged so much more at most before its disk stands still. */
const MAX_WORK = 24
const MIN_EXECUTIONS_PER_ROUND = 1
/** So long no commit ends; a tool's effect takes a tenth of it. */
const STILL_MS = 120

export const slowDisk: Drill = {
  title: 'kill -9 while no commit ends: nothing may have happened that is not on disk',
  run,
}

/**
 * What is done or said before its commit shows here: the write lock of the database is held while the
 * daemon works on, and the daemon dies before it gets it.
 */
async function run({ seed, isShort }: DrillOptions) {
  const scene = await Scene.open(seed)
  const draw = random(seed)
  const rounds = isShort ? ROUNDS.short : ROUNDS.long
  await scene.daemon.start()
  scene.load.start()
  for (let n = 0; n < rounds; n++) {
    await scene.worked(1 + draw.below(MAX_WORK))
    const database = new DatabaseSync(join(scene.stateDir, DATABASE_FILE), { timeout: 2000 })
    database.exec('BEGIN IMMEDIATE')
    await delay(STILL_MS)
    await scene.daemon.kill()
    database.exec('ROLLBACK')
    database.close()
    if (draw.below(3) === 0) await scene.look()
    await scene.daemon.start()
  }
  scene.demand('executions', scene.load.accepted.size, rounds * MIN_EXECUTIONS_PER_ROUND)
  return await scene.finish({ rounds })
}

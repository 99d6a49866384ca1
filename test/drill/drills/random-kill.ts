import { random } from '../../soak/random.ts'
import { cancelLoad } from '../cancel-load.ts'
import { clientLoad } from '../client-load.ts'
import { deleteLoad } from '../delete-load.ts'
import { type Drill, type DrillOptions, Scene } from '../drill.ts'
import { sessionLoad } from '../session-load.ts'
import { webhookLoad } from '../webhook-load.ts'

const SHORT = { kills: 4, lanes: 6, sideLanes: 1 }
const LONG = { kills: 50, lanes: 12, sideLanes: 2 }
/** A daemon is killed when it has acknowledged up to so many things more: by work, and not by time. */
const MAX_WORK = 40
/** A kill may come before anything was acknowledged; all together must have met work. */
const MIN_EXECUTIONS_PER_KILL = 2
/** So many things of each other kind, for so many kills. */
const KILLS_PER_SIDE_WORK = 4
/** Times as many kills at most. */
const MOST = 4

export const randomKill: Drill = {
  title: 'kill -9 at random moments, after so much acknowledged work',
  run,
}

async function run({ seed, isShort }: DrillOptions) {
  const { kills, ...lanes } = isShort ? SHORT : LONG
  const sideLoads = [sessionLoad, cancelLoad, deleteLoad, webhookLoad, clientLoad]
  const scene = await Scene.open(seed, { ...lanes, sideLoads })
  const draw = random(seed)
  await scene.daemon.start()
  scene.start()
  const least = Math.ceil(kills / KILLS_PER_SIDE_WORK)
  const isLacking = () => scene.sideLoads.some(({ count }) => count < least)
  // Some more when there was too little of something for the kills to meet.
  let made = 0
  const isToGoOn = () => made < kills || (isLacking() && made < MOST * kills)
  for (; isToGoOn() && !scene.isAtFault; made++) {
    await scene.disturb(draw)
    await scene.worked(draw.below(MAX_WORK))
    await scene.daemon.kill()
    // Each look is a recovery of the file too; not every time, as nobody looks in life.
    if (draw.below(3) === 0) await scene.look()
    await scene.daemon.start()
  }
  if (scene.isAtFault) return await scene.finish({ kills: made })
  scene.demand('executions', scene.load.accepted.size, kills * MIN_EXECUTIONS_PER_KILL)
  for (const { name, count } of scene.sideLoads) {
    scene.demand(name, count, least)
  }
  return await scene.finish({ kills: made })
}

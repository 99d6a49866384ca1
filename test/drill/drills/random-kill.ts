import { setTimeout as delay } from 'node:timers/promises'
import { random } from '../../soak/random.ts'
import { type Drill, type DrillOptions, Scene } from '../drill.ts'

const KILLS = { short: 6, long: 50 }
/** A daemon lives so long at most, from its ready line. */
const LIFE_MS = 500

export const randomKill: Drill = {
  title: 'kill -9 at random moments',
  run,
}

async function run({ seed, isShort }: DrillOptions) {
  const scene = await Scene.open(seed)
  const draw = random(seed)
  await scene.daemon.start()
  scene.load.start()
  const kills = isShort ? KILLS.short : KILLS.long
  for (let n = 0; n < kills; n++) {
    await delay(draw.below(LIFE_MS))
    await scene.daemon.kill()
    // Each look is a recovery of the file too; not every time, as nobody looks in life.
    if (draw.below(3) === 0) await scene.look()
    await scene.daemon.start()
  }
  return await scene.finish({ kills })
}

import { setTimeout as delay } from 'node:timers/promises'
import { random } from '../../soak/random.ts'
import { type Drill, type DrillOptions, Scene } from '../drill.ts'

const SHORT = { kills: 4, lanes: 6 }
const LONG = { kills: 50, lanes: 12 }
/** A daemon lives so long at most, from its ready line. */
const LIFE_MS = 500

export const randomKill: Drill = {
  title: 'kill -9 at random moments',
  run,
}

async function run({ seed, isShort }: DrillOptions) {
  const { kills, lanes } = isShort ? SHORT : LONG
  const scene = await Scene.open(seed, { lanes })
  const draw = random(seed)
  await scene.daemon.start()
  scene.load.start()
  for (let n = 0; n < kills; n++) {
    await delay(draw.below(LIFE_MS))
    await scene.daemon.kill()
    // Each look is a recovery of the file too; not every time, as nobody looks in life.
    if (draw.below(3) === 0) await scene.look()
    await scene.daemon.start()
  }
  return await scene.finish({ kills })
}

import { setTimeout as delay } from 'node:timers/promises'
import { random } from '../../soak/random.ts'
import { type Drill, type DrillOptions, Scene } from '../drill.ts'

const SHORT = { kills: 4, lanes: 6 }
const LONG = { kills: 50, lanes: 12 }
/** A daemon is killed when it has acknowledged up to so many things more: by work, and not by time. */
const MAX_WORK = 24
/** One that acknowledges nothing for so long has come to a stop. */
const STILL_MS = 20_000
/** A kill may come before anything was acknowledged; all together must have met work. */
const MIN_EXECUTIONS_PER_KILL = 1

export const randomKill: Drill = {
  title: 'kill -9 at random moments, after so much acknowledged work',
  run,
}

async function run({ seed, isShort }: DrillOptions) {
  const { kills, lanes } = isShort ? SHORT : LONG
  const scene = await Scene.open(seed, { lanes })
  const draw = random(seed)
  await scene.daemon.start()
  scene.load.start()
  for (let n = 0; n < kills; n++) {
    await acknowledged(scene, draw.below(MAX_WORK))
    await scene.daemon.kill()
    // Each look is a recovery of the file too; not every time, as nobody looks in life.
    if (draw.below(3) === 0) await scene.look()
    await scene.daemon.start()
  }
  const executions = scene.load.accepted.size
  if (executions < kills * MIN_EXECUTIONS_PER_KILL) {
    scene.problems.push(`${kills} kills met ${executions} executions: that shows nothing`)
  }
  return await scene.finish({ kills })
}

/** Resolves when so much more was acknowledged, at a moment that nothing of it decides. */
async function acknowledged(scene: Scene, work: number): Promise<void> {
  const until = scene.load.acknowledged + work
  const lateMs = performance.now() + STILL_MS
  while (scene.load.acknowledged < until) {
    if (performance.now() > lateMs) {
      scene.problems.push(`nothing was acknowledged for ${STILL_MS} ms: ${scene.daemon.stderr}`)
      return
    }
    await delay(1)
  }
}

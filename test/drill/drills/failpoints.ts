import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type FailpointName, failpointNames } from '../../../daemon/store/failpoints.ts'
import { random } from '../../soak/random.ts'
import { patience } from '../../support/patience.ts'
import { type Drill, type DrillOptions, Scene } from '../drill.ts'
import { dieInUpkeep } from '../processes.ts'

/** In the short form: where a mistake costs an effect or an answer. */
const SHORT: readonly FailpointName[] = [
  'store:before-commit',
  'store:after-commit',
  'store:batch-answered',
]
/** Rounds of a point that is passed again and again, each at another hit. */
const ROUNDS = { short: 2, long: 6 }
/** Hits before the death, at most. */
const MAX_HITS = 60
/** A point that is not come to within so long is told as missed. */
const HIT_MS = 15_000

export const failpoints: Drill = {
  title: 'kill -9 at each failpoint of the store',
  run,
}

async function run({ seed, isShort }: DrillOptions) {
  const scene = await Scene.open(seed)
  const draw = random(seed)
  const log = join(scene.folder, 'failpoints')
  const names = isShort ? SHORT : failpointNames
  let deaths = 0
  await scene.daemon.start()
  scene.load.start()
  for (const name of names) {
    const rounds = isOften(name) ? (isShort ? ROUNDS.short : ROUNDS.long) : 1
    for (let round = 0; round < rounds; round++) {
      await writeFile(log, '')
      await scene.daemon.kill()
      const nth = isOften(name) ? 1 + draw.below(MAX_HITS) : 1
      const env = { FAILPOINTS: `${name}@${nth}=kill`, FAILPOINTS_LOG: log }
      const isDead = await die(scene, name, env)
      const hits = (await readFile(log, 'utf8')).split('\n')
      if (!isDead) scene.problems.push(`${name}@${nth} was not come to`)
      else if (!hits.includes(name)) scene.problems.push(`${name} is not in the log: ${hits}`)
      else deaths++
      await scene.daemon.kill()
      if (draw.below(3) === 0) await scene.look()
      await scene.daemon.start()
    }
  }
  scene.demand('executions', scene.load.accepted.size, deaths)
  return await scene.finish({ failpoints: names.length, deaths })
}

/** Whether the process came to the failpoint, and so died. */
async function die(scene: Scene, name: FailpointName, env: Record<string, string>) {
  // The daemon does not do this under load: another process does, on its folder.
  if (isUpkeep(name)) return (await dieInUpkeep(scene.stateDir, env)).signal === 'SIGKILL'
  const { daemon } = scene
  const hasStarted = await daemon.start(env)
  if (name === 'store:before-close' && hasStarted) daemon.signal('SIGTERM')
  const late = delay(patience(HIT_MS), undefined, { ref: false })
  const exit = await Promise.race([daemon.ended(), late])
  return exit?.signal === 'SIGKILL'
}

const isUpkeep = (name: FailpointName) => name.includes('upkeep') || name.includes('sweep')

/** Whether a daemon under load comes there again and again. */
function isOften(name: FailpointName): boolean {
  return !isUpkeep(name) && !/open|close/.test(name)
}

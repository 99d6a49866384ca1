import { setTimeout as delay } from 'node:timers/promises'
import { exitCodes } from '../../../daemon/cli/exit-codes.ts'
import { random } from '../../soak/random.ts'
import { patience } from '../../support/patience.ts'
import { type Drill, type DrillOptions, Scene } from '../drill.ts'

const ROUNDS = { short: 1, long: 6 }
const MAX_HITS = 40
/** A daemon under load comes there within so long. */
const HIT_MS = 10_000

export const storeThreadKilled: Drill = {
  title: 'the store’s thread ends, or its disk breaks: the process ends, the next loses nothing',
  run,
}

async function run({ seed, isShort }: DrillOptions) {
  const scene = await Scene.open(seed)
  const draw = random(seed)
  const rounds = isShort ? ROUNDS.short : ROUNDS.long
  await scene.daemon.start()
  scene.load.start()
  for (let n = 0; n < rounds; n++) {
    for (const failure of ['before-commit=exit', 'after-commit=exit', 'before-commit=io']) {
      const [name = '', action = ''] = failure.split('=')
      await scene.daemon.kill()
      const plan = `store:${name}@${1 + draw.below(MAX_HITS)}=${action}`
      await scene.daemon.start({ FAILPOINTS: plan })
      const late = delay(patience(HIT_MS), undefined, { ref: false })
      const exit = await Promise.race([scene.daemon.ended(), late])
      if (exit?.code !== exitCodes.storeLost) {
        scene.problems.push(`${plan}: the process ended with ${JSON.stringify(exit)}`)
      }
      await scene.daemon.kill()
      await scene.daemon.start()
    }
  }
  scene.demand('executions', scene.load.accepted.size, rounds)
  return await scene.finish({ rounds: 3 * rounds })
}

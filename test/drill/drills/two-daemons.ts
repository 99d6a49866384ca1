import { exitCodes } from '../../../daemon/cli/exit-codes.ts'
import { type Drill, type DrillOptions, Scene } from '../drill.ts'
import { serveOnce } from '../processes.ts'

const TRIES = { short: 2, long: 10 }
/** The first daemon acknowledges so much between two tries. */
const WORK = 5

export const twoDaemons: Drill = {
  title: 'a second daemon on the folder is refused, and harms nobody',
  run,
}

async function run({ seed, isShort }: DrillOptions) {
  const scene = await Scene.open(seed)
  await scene.daemon.start()
  scene.load.start()
  const tries = isShort ? TRIES.short : TRIES.long
  for (let n = 0; n < tries; n++) {
    await scene.worked(WORK)
    const { code, stdout, stderr } = await serveOnce(scene.stateDir)
    if (code !== exitCodes.refused || stdout !== '' || !stderr.includes('another daemon')) {
      scene.problems.push(`the second daemon ended with ${code}: ${stdout} ${stderr}`)
    }
  }
  if (!scene.daemon.isAlive) scene.problems.push('the first daemon is gone')
  // The lock goes with the process, however it ends.
  await scene.daemon.kill()
  const hasStarted = await scene.daemon.start()
  if (!hasStarted) scene.problems.push(`the folder was not released: ${scene.daemon.stderr}`)
  return await scene.finish({ tries })
}

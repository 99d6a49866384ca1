/** The drill of a full disk, on a disk of its own: `disk-full-inside.ts DISK SEED SHORT`. */

import { setTimeout as delay } from 'node:timers/promises'
import { random } from '../soak/random.ts'
import { Scene } from './drill.ts'
import { emptyDisk, fillDisk } from './full-disk.ts'

const ROUNDS = { short: 1, long: 5 }
/** So many submissions are refused before there is room again. */
const REFUSALS = 3
/** So much is acknowledged before the disk is filled. */
const MAX_WORK = 24
const MOST_ASKED = 50
/** Between two submissions, so that what is written meanwhile finds out as well. */
const LOOK_MS = 200

const [disk = '', seed = '1', isShort = 'true'] = process.argv.slice(2)

const scene = await Scene.open(Number(seed), { folder: disk })
await scene.daemon.start()
scene.load.start()
const rounds = isShort === 'true' ? ROUNDS.short : ROUNDS.long
let refusals = 0
const draw = random(Number(seed))
for (let n = 0; n < rounds; n++) {
  do await scene.worked(1 + draw.below(MAX_WORK))
  while (scene.load.ended.size === 0)
  const [known] = scene.load.ended.keys()
  await fillDisk(disk)
  if (!scene.daemon.isAlive) {
    const { code, signal } = await scene.daemon.ended()
    scene.problems.push(`the daemon ended with ${code ?? signal}: ${scene.daemon.stderr}`)
    await emptyDisk(disk)
    await scene.daemon.start()
    continue
  }
  const url = await scene.daemon.url()
  // The store may have some room of its own left, which the first ones take.
  let refused = 0
  for (let asked = 0; asked < MOST_ASKED && refused < REFUSALS; asked++) {
    const { status, code } = await submit(url)
    if (status === 507 && code === 'STORE_FULL') refused++
    else if (status !== 202 || refused > 0) scene.problems.push(`full: ${status} ${code}`)
    await delay(LOOK_MS)
  }
  refusals += refused
  const read = await fetch(`${url}/v1/executions/${known}`)
  if (!read.ok) scene.problems.push(`full: a read was answered ${read.status}`)
  // Killed while it is full, too: what it could not write was not promised.
  const isKilled = n % 2 === 1
  if (isKilled) await scene.daemon.kill()
  await emptyDisk(disk)
  if (isKilled) await scene.daemon.start()
}
scene.demand('refusals', refusals, rounds * REFUSALS)
const result = await scene.finish({ rounds, refusals, refusedInLoad: scene.load.asker.refusedFull })
console.log(JSON.stringify(result))
process.exit()

async function submit(url: string): Promise<{ status: number; code: unknown }> {
  const response = await fetch(`${url}/v1/executions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ source: `"${'x'.repeat(20_000)}"` }),
  })
  const { code, executionId } = (await response.json()) as Record<string, string>
  // It was not full after all: it is one more that is owed.
  if (executionId !== undefined) scene.load.accepted.add(executionId)
  return { status: response.status, code }
}

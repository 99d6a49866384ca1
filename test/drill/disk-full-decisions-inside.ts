/** Decisions and instants while a disk is full and not, by turns: `disk-full-decisions-inside.ts DISK SEED SHORT`. */

import { setTimeout as delay } from 'node:timers/promises'
import type { Approval } from '../../protocol/approval.ts'
import { random } from '../soak/random.ts'
import { Scene } from './drill.ts'
import { emptyDisk, fillDisk, trimDisk } from './full-disk.ts'

const WAITING = { short: 20, long: 60 }
/** Every so many are asked between two fillings, and sleep into them. */
const ROUND = 4
const SLEEP_MS = 1500
const WAIT_MS = 20_000
const PAGE_BYTES = 4096
const MAX_PAGES = 5

const [disk = '', seed = '1', isShort = 'true'] = process.argv.slice(2)
const count = isShort === 'true' ? WAITING.short : WAITING.long
const scene = await Scene.open(Number(seed), { folder: disk })
await scene.daemon.start()
const url = await scene.daemon.url()

const sources = [
  'human_approval("go").approved',
  `sleep(${SLEEP_MS}); pay(1)`,
  'pay(1); human_approval("go").approved ? put(2) : wire(3)',
]
for (let n = 0; n < count; n++) {
  const { executionId } = await ask('/v1/executions', { source: sources[n % sources.length] })
  scene.load.accepted.add(executionId as string)
}
const draw = random(Number(seed))
let acknowledged = 0
let refused = 0
for (let n = 0; n < count; n++) {
  if (n % ROUND === ROUND - 1) await emptyDisk(disk)
  else {
    await fillDisk(disk)
    // Room for a decision, and not for what follows from it.
    await trimDisk(disk, PAGE_BYTES * (1 + draw.below(MAX_PAGES)))
  }
  const [approval] = await pending()
  if (approval === undefined) await delay(SLEEP_MS / count)
  else if (await decide(approval)) acknowledged++
  else refused++
}
await emptyDisk(disk)
// No restart: what was acknowledged goes on by itself, the rest is decided now.
for (const approval of await pending()) {
  if (await decide(approval)) acknowledged++
}
for (const executionId of scene.load.accepted) {
  for (;;) {
    const execution = await ask(`/v1/executions/${executionId}?waitMs=${WAIT_MS}`)
    const open = (await pending()).filter(approval => approval.executionId === executionId)
    for (const approval of open) if (await decide(approval)) acknowledged++
    if (execution.status === 'completed') break
    if (open.length > 0) continue
    scene.problems.push(`${executionId} is ${execution.status} and nobody is asked`)
    break
  }
}
// Both have to have been there: decisions that were taken on a full disk, and such that were not.
scene.demand('decisions', acknowledged, Math.ceil(count / 3))
scene.demand('refused decisions', refused, 1)
const result = await scene.finish({ acknowledged, refused })
console.log(JSON.stringify(result))
process.exit()

async function pending(): Promise<readonly Approval[]> {
  const { data } = await ask('/v1/approvals?status=pending&limit=1000')
  return data as Approval[]
}

/** Whether a decision was acknowledged. */
async function decide({ approvalId }: Approval): Promise<boolean> {
  const choice = { decision: 'approve', reason: approvalId } as const
  const { code } = await ask(`/v1/approvals/${approvalId}`, choice)
  if (code === undefined) scene.load.decisions.set(approvalId, choice)
  return code === undefined
}

async function ask(path: string, body?: unknown): Promise<Record<string, unknown>> {
  const post = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const response = await fetch(url + path, {
    signal: AbortSignal.timeout(2 * WAIT_MS),
    ...(body !== undefined && { ...post, body: JSON.stringify(body) }),
  })
  return (await response.json()) as Record<string, unknown>
}

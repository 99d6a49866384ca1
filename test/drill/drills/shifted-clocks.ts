/**
 * Three daemons, one of whose clocks is an hour ahead, one an hour behind, and one right: leases, sleeps,
 * deadlines and expiries go by the clock of the database. Then one clock jumps while its daemon runs.
 */

import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { get, post } from '../../support/daemon.ts'
import type { SharedDaemon } from '../../support/shared-daemons.ts'
import type { Drill, DrillResult } from '../drill.ts'
import { hasEnded, SharedGround, submitTo, untilStands } from '../several/shared-ground.ts'

const HOUR_MS = 3_600_000
const shifts = { ahead: HOUR_MS, behind: -HOUR_MS, right: 0 } as const
/** More than a daemon takes for a correction by hand. */
const JUMP_MS = 2 * HOUR_MS
/** Long enough that a guest leaves its worker, and any daemon may claim it. */
const SLEEP_MS = 3000
/** Instants of one machine, by way of a clock that is off and has been put right. */
const TOLERANCE_MS = 2000
const END_MS = 30_000
/** A lease, and less by the time since the last beat of the daemon that is killed. */
const LEAST_LEASE_MS = 7000

export const shiftedClocks: Drill = {
  title: 'daemons whose clocks are wrong go by the clock of the database',
  run,
}

async function run(): Promise<DrillResult> {
  const ground = new SharedGround()
  try {
    await ground.server.start()
    const preload = join(import.meta.dirname, '../several/shifted-clock.ts')
    const start = (name: string, shiftMs: number) =>
      ground.startDaemon(name, {
        NODE_OPTIONS: `--import=${preload} --disable-warning=ExperimentalWarning`,
        CLOCK_SHIFT_MS: String(shiftMs),
        CLOCK_JUMP_MS: String(JUMP_MS),
      })
    const daemons = await Promise.all(
      Object.entries(shifts).map(([name, shiftMs]) => start(name, shiftMs)),
    )
    await checkAll(ground, daemons, 'from the start')
    const [ahead, behind, right] = daemons as [SharedDaemon, SharedDaemon, SharedDaemon]
    right.signal('SIGUSR2')
    await checkAll(ground, daemons, 'after a jump')
    await takeOver(ground, ahead, behind)
    ground.checkPaid()
    await ground.verify()
    const figures = { daemons: daemons.length, calls: ground.paid().size }
    return { problems: ground.problems, figures, folder: ground.folder }
  } finally {
    await ground.close()
  }
}

async function checkAll(
  ground: SharedGround,
  daemons: readonly SharedDaemon[],
  when: string,
): Promise<void> {
  const wrong = (text: string) => ground.problems.push(`${when}: ${text}`)
  await Promise.all(
    daemons.flatMap((daemon, n) => {
      const other = daemons[(n + 1) % daemons.length] as SharedDaemon
      const attempt = (what: string, work: Promise<void>) =>
        work.catch((error: Error) => wrong(`${what} at ${daemon.name}: ${error.message}`))
      return [
        attempt('a sleep', checkSleep(daemon, other, wrong)),
        attempt('a deadline', checkDeadline(daemon, other, wrong)),
        attempt('an approval', checkApproval(daemon, other, wrong)),
      ]
    }),
  )
  const { body } = await get(`${daemons[0]?.url}/v1/nodes`)
  const names = body.data.map(({ name }: { name: string }) => name).toSorted()
  if (names.join() !== 'ahead,behind,right') wrong(`the daemons that live are ${names.join()}`)
}

type Wrong = (text: string) => void

/** A sleep is as long as it is, and what it is told by has the database's time. */
async function checkSleep(daemon: SharedDaemon, other: SharedDaemon, wrong: Wrong) {
  const beganMs = performance.now()
  const submittedMs = Date.now()
  const id = await submitTo(daemon.url, `sleep(${SLEEP_MS}); 'slept'`)
  const ended = await untilStands(other.url, id, hasEnded, END_MS)
  const tookMs = performance.now() - beganMs
  if (ended.output?.value !== 'slept') wrong(`a sleep ended as ${JSON.stringify(ended)}`)
  if (tookMs < SLEEP_MS) wrong(`a sleep at ${daemon.name} took ${tookMs} ms`)
  const offMs = Math.abs(ended.createdAtMs - submittedMs)
  if (offMs > TOLERANCE_MS) wrong(`${daemon.name} accepts with a time that is ${offMs} ms off`)
  if (ended.endedAtMs - ended.createdAtMs < SLEEP_MS - TOLERANCE_MS) {
    wrong(`it ended ${ended.endedAtMs - ended.createdAtMs} ms after it was accepted`)
  }
}

/** A deadline that is far is not over, at any daemon; one that is near is. */
async function checkDeadline(daemon: SharedDaemon, other: SharedDaemon, wrong: Wrong) {
  const far = { limits: { wallMs: HOUR_MS / 2 } }
  const id = await submitTo(daemon.url, `sleep(${SLEEP_MS}); 'in time'`, far)
  const ended = await untilStands(other.url, id, hasEnded, END_MS)
  if (ended.output?.value !== 'in time') wrong(`half an hour was over: ${JSON.stringify(ended)}`)
  const near = { limits: { wallMs: SLEEP_MS } }
  const late = await submitTo(daemon.url, 'human_approval("Go on?")', near)
  const over = await untilStands(other.url, late, hasEnded, END_MS)
  if (over.error?.limit !== 'wallMs') wrong(`${SLEEP_MS} ms were over: ${JSON.stringify(over)}`)
}

/** An approval is decided at another daemon, whose clock says that it was over an hour ago. */
async function checkApproval(daemon: SharedDaemon, other: SharedDaemon, wrong: Wrong) {
  const limits = { wallMs: HOUR_MS / 2 }
  const id = await submitTo(daemon.url, 'human_approval("Go on?").approved', { limits })
  const isAsking = ({ waitingFor }: { waitingFor?: readonly unknown[] }) =>
    waitingFor?.[0] !== undefined
  const { waitingFor } = await untilStands(other.url, id, isAsking, END_MS)
  const [{ approvalId }] = waitingFor
  // Some looks for what has expired come in between.
  await delay(TOLERANCE_MS)
  await post(`${other.url}/v1/approvals/${approvalId}`, { decision: 'approve' })
  const ended = await untilStands(daemon.url, id, hasEnded, END_MS)
  if (ended.output?.value !== true) wrong(`approved, it ended as ${JSON.stringify(ended)}`)
}

/** The lease of a daemon is over when the database says so, and not before. */
async function takeOver(ground: SharedGround, killed: SharedDaemon, staying: SharedDaemon) {
  const source = `pay({ to: 'shifted 1' }); for (let i = 0; i < 300; i++) sleep(50); pay({ to: 'shifted 2' })`
  const id = await submitTo(killed.url, source)
  await untilStands(staying.url, id, ({ calls }) => calls.length > 2, END_MS)
  const { rows } = await ground.server.query(
    `SELECT epoch FROM execution WHERE execution_id = '${id}'`,
  )
  await killed.end('SIGKILL')
  const killedMs = performance.now()
  const epoch = rows[0].epoch as number
  for (;;) {
    const found = await ground.server.query(
      `SELECT 1 FROM execution WHERE execution_id = '${id}' AND (epoch > ${epoch} OR ended_ms IS NOT NULL)`,
    )
    if (found.rowCount === 1) break
    if (performance.now() - killedMs > 2 * END_MS) break
    await delay(50)
  }
  const tookMs = performance.now() - killedMs
  if (tookMs < LEAST_LEASE_MS || tookMs > END_MS) {
    ground.problems.push(`it was taken over ${Math.round(tookMs)} ms after the kill`)
  }
  const ended = await untilStands(staying.url, id, hasEnded, 2 * END_MS)
  if (ended.status !== 'completed' && ended.error?.name !== 'CallInterruptedError') {
    ground.problems.push(`taken over, it ended as ${JSON.stringify(ended)}`)
  }
}

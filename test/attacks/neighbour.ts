/**
 * Whether one token's costly requests are felt by another: for each of them trivial programs of a
 * neighbour run at the same time, at both levels of isolation.
 *
 *     node test/attacks/neighbour.ts --seconds 5 [--only WORDS] [--isolation thread]
 *
 * `--only`: the requests whose names have these words.
 * Exits with 1 when the neighbour's p99 is more than three times its own p99 alone (and more than
 * FLOOR_MS), when a request is answered with a fault, or when the memory does not come back.
 */

import { parseArgs } from 'node:util'
import { isolationLevels } from '../../protocol/execution/isolation.ts'
import { scripts, startDaemonProcess } from '../bench/daemon-process.ts'
import { sizeOf } from '../soak/daemon-size.ts'
import { costlyRequests } from '../support/costly-requests.ts'
import { type Caller, costlyCaller, p99, timedPrograms } from '../support/neighbour.ts'
import { mallocEnvironment } from '../support/unit-environment.ts'

const FACTOR = 3
/** Machines are shared: less than this is not felt. */
const FLOOR_MS = 100
const MAX_LEFT_MB = 64
const BACK_WITHIN_MS = 60_000
const LOOK_MS = 1000

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
    isolation: { type: 'string' },
  },
})
const forMs = Number(values.seconds) * 1000
const levels = isolationLevels.filter(level => level === (values.isolation ?? level))
const requests = Object.entries(costlyRequests).filter(([name]) => name.includes(values.only))
if (levels.length * requests.length === 0) throw new Error('No level or no request is named so')

for (const isolation of levels) {
  const daemon = await startDaemonProcess(scripts.development, {
    env: {
      ...mallocEnvironment(),
      LATCHD_ISOLATION: isolation,
      LATCHD_TOKENS: 'alice:alice-secret,bob:bob-secret',
    },
    logLevel: 'silent',
  })
  const { url, pid } = daemon
  const alice: Caller = { url, headers: { authorization: 'Bearer alice-secret' } }
  const bob: Caller = { url, headers: { authorization: 'Bearer bob-secret' } }
  await timedPrograms(bob, 2000)
  const baseMB = sizeOf(pid).residentMB
  for (const [name, request] of requests) {
    const aloneMs = p99(await timedPrograms(bob, forMs))
    const costly = costlyCaller(alice, request)
    const besideMs = p99(await timedPrograms(bob, forMs))
    const statuses = await costly.stop()
    const isFault = statuses.some(status => status === 0 || (status >= 500 && status !== 503))
    const isFelt = besideMs > Math.max(FLOOR_MS, FACTOR * aloneMs)
    const leftMB = await memoryLeft(pid, baseMB)
    const isLeft = leftMB > MAX_LEFT_MB
    if (isFault || isFelt || isLeft) process.exitCode = 1
    const marks = [isFault && 'FAULT', isFelt && 'FELT', isLeft && 'MEMORY'].filter(Boolean)
    console.log(
      `${isolation} | ${name} | ${statuses.length} requests, ${[...new Set(statuses)].join(' ')} | p99 alone ${aloneMs.toFixed(0)} ms, beside ${besideMs.toFixed(0)} ms | +${leftMB} MB ${marks.join(' ')}`,
    )
  }
  await daemon.stop()
}

/** Megabytes above the base when they are few enough again, or after the time for that. */
async function memoryLeft(pid: number, baseMB: number): Promise<number> {
  const untilMs = performance.now() + BACK_WITHIN_MS
  for (;;) {
    const leftMB = Math.round(sizeOf(pid).residentMB - baseMB)
    if (leftMB <= MAX_LEFT_MB || performance.now() > untilMs) return leftMB
    await new Promise(resolve => setTimeout(resolve, LOOK_MS))
  }
}

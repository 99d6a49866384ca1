/**
 * Random requests at the door of a daemon in a process of its own.
 *
 *     node test/attacks/door-fuzz.ts --runs 10000 --seed 1
 *
 * Exits with 1 for a fault, a stall of its event loop of more than MAX_STALL_MS, or growth.
 */

import { parseArgs } from 'node:util'
import { scripts, startDaemonProcess } from '../bench/daemon-process.ts'
import { sizeOf } from '../soak/daemon-size.ts'
import { fuzzDoor } from '../support/door-fuzz.ts'

const MAX_STALL_MS = 250
const MAX_GROWTH_MB = 64
/** Requests between two looks at the daemon. */
const BLOCK = 500
const REST_MS = 45_000

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
})
const [runs, seed] = [Number(values.runs), Number(values.seed)]
const daemon = await startDaemonProcess(scripts.development, { logLevel: 'silent' })
const { url, pid } = daemon

/** The longest stall of the last one to two minutes. */
async function stallMs(): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lag = /^latchd_event_loop_lag_seconds\{percentile="100"\} (\S+)$/m.exec(text)?.[1]
  return Number(lag) * 1000
}

let worstMs = 0
/** After the first block: then caches and heaps have their size. */
let baseMB = 0
for (let done = 0; done < runs; done += BLOCK) {
  const { statuses, faults } = await fuzzDoor(url, {
    runs: Math.min(BLOCK, runs - done),
    seed: seed + done,
  })
  worstMs = Math.max(worstMs, await stallMs())
  const { residentMB } = sizeOf(pid)
  if (done === 0) baseMB = residentMB
  console.log(
    `${done + BLOCK}: ${JSON.stringify(statuses)}, longest stall ${worstMs.toFixed(0)} ms, ${residentMB} MB`,
  )
  for (const fault of faults) console.error(JSON.stringify(fault))
  if (faults.length > 0) process.exitCode = 1
}
await new Promise(resolve => setTimeout(resolve, REST_MS))
const grownMB = sizeOf(pid).residentMB - baseMB
console.log(`after a rest: ${grownMB} MB more than after the first ${BLOCK}`)
if (worstMs > MAX_STALL_MS || grownMB > MAX_GROWTH_MB) process.exitCode = 1
await daemon.stop()

/**
 * `npm run drill [-- --only NAME] [--minutes N] [--seed S] [--short] [--mutants] [--postgres] [--waiting N] [--programs N]`: runs the drills in rotation.
 * `--programs N` runs N random programs, N random sessions and the corpus with parking instead.
 * Exits with 1, and keeps the state folder, when one of them finds something.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { p50, p99 } from '../bench/samples.ts'
import type { Drill } from './drill.ts'
import { drills, gates, postgresDrills, postgresGates } from './drills.ts'
import { measureWaiting } from './waiting.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    minutes: { type: 'string', default: '0' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    short: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
    postgres: { type: 'boolean', default: false },
    waiting: { type: 'string' },
    programs: { type: 'string' },
  },
})
const known = { ...drills, ...gates, ...postgresDrills, ...postgresGates }
const [ofMutants, ofDrills] = values.postgres ? [postgresGates, postgresDrills] : [gates, drills]
const asked = values.mutants ? ofMutants : ofDrills
const { only = Object.keys(asked), short: isShort } = values
const runMs = Number(values.minutes) * 60_000
const firstSeed = Number(values.seed)
const unknown = only.find(name => !Object.hasOwn(known, name))
if (unknown !== undefined || !(runMs >= 0) || !Number.isInteger(firstSeed)) {
  console.error(`drill: --minutes N --seed S --only NAME of ${Object.keys(known).join(', ')}`)
  process.exit(2)
}

if (values.waiting !== undefined) {
  await tellWaiting(Number(values.waiting))
  process.exit()
}

if (values.programs !== undefined) process.exit(await runPrograms(values.programs))

const fromMs = performance.now()
let failures = 0
// Once each at least, then until the time is over.
for (let seed = firstSeed; seed === firstSeed || performance.now() - fromMs < runMs; seed++) {
  for (const name of only) failures += (await runOne(name, seed)) ? 0 : 1
}
console.log(failures === 0 ? 'No drill found anything' : `${failures} drills found something`)
process.exit(failures === 0 ? 0 : 1)

async function runOne(name: string, seed: number): Promise<boolean> {
  const from = performance.now()
  const drill = (known as Record<string, Drill>)[name]
  if (drill === undefined) return true
  const { problems, figures, folder } = await drill.run({ seed, isShort })
  const seconds = ((performance.now() - from) / 1000).toFixed(1)
  const counted = Object.entries(figures).map(([what, figure]) => `${what} ${figure}`)
  const mark = problems.length === 0 ? 'pass' : 'FAIL'
  console.log(`${mark}  ${name} (seed ${seed}, ${seconds} s): ${counted.join(', ')}`)
  for (const problem of problems.slice(0, 20)) console.log(`      ${problem}`)
  if (problems.length > 0)
    console.log(`      ${problems.length} problems; the state is in ${folder}`)
  return problems.length === 0
}

/** The tests of parking, with so many random programs; gives their exit code. */
async function runPrograms(count: string): Promise<number> {
  for (const name of ['parking', 'parking-sessions']) {
    const test = join(import.meta.dirname, `../spec/${name}.test.ts`)
    const child = spawn(process.execPath, [test], {
      env: { ...process.env, PARKING_PROGRAMS: count, TAP_TIMEOUT: '0' },
      stdio: 'inherit',
    })
    const [code] = await once(child, 'exit')
    if (code !== 0) return code ?? 1
  }
  return 0
}

/** What so many waiting executions cost; nothing here passes or fails. */
async function tellWaiting(count: number): Promise<void> {
  const figures = await measureWaiting(count, Math.min(count, 500))
  const { decidedMs, endedMs, ...rest } = figures
  console.table({
    ...rest,
    decidedMsP50: p50(decidedMs),
    decidedMsP99: p99(decidedMs),
    endedMsP50: p50(endedMs),
    endedMsP99: p99(endedMs),
  })
}

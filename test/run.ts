/**
 * Runs the test files and prints a line for each, then what failed; exits with 1 when something has.
 *
 *     node test/run.ts --jobs 3 test/spec/*.test.ts
 *
 * Files run in processes of the pinned Node, which strips types by itself: the long ones alone, the
 * others several in a process, for which what they import is loaded once. `tap run` would be possible,
 * but it loads hooks into each file, into each thread and into each child that a file starts: this
 * takes a third of a second of computing for each file, and serves mocks and coverage, which no test
 * here uses. One file is run by `tap run` as well.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { type EndedProcess, fileResults } from './support/file-results.ts'
import { inProcesses } from './support/in-processes.ts'
import TapLines from './support/tap-lines.ts'

/**
 * Files load much and end soon: a young generation that begins large is collected less often, which
 * saves a tenth of the computing (measured with `sessions.test.ts`; 2 cores, Node 26).
 */
const NODE_FLAGS = ['--no-warnings', '--min-semi-space-size=16']
/** A file has so long, as `.taprc` says too; each wait within it has a bound of its own. */
const TIMEOUT_S = 300
/** tap, told by SIGALRM that the time is over, reports what the file still waits for. */
const REPORT_MS = 5000

const { values, positionals } = parseArgs({
  options: { jobs: { type: 'string', default: '1' } },
  allowPositionals: true,
})
const files = [...new Set(positionals)]
const missing = files.filter(file => !existsSync(file))
const jobs = Number(values.jobs)
if (files.length === 0 || missing.length > 0 || !Number.isInteger(jobs) || jobs < 1) {
  console.error(
    missing.length > 0
      ? `test/run.ts: not found: ${missing.join(' ')}`
      : 'usage: node test/run.ts [--jobs N] FILE...',
  )
  process.exit(2)
}

const report = new TapLines()
report.pipe(process.stdout)
report.write('TAP version 14\n')

const running = new Set<ChildProcess>()
for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    for (const child of running) child.kill(signal)
    process.kill(process.pid, signal)
  })
}

const waiting = inProcesses(files, jobs)
let ended = 0
await Promise.all(Array.from({ length: jobs }, work))
report.end(`1..${ended}\n`)

/** Runs processes, one after another, until no file is left. */
async function work(): Promise<void> {
  for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) {
    for (const { file, tap, failure, ms } of fileResults(group, await run(group))) {
      ended++
      const isOk = failure === undefined
      if (!isOk) process.exitCode = 1
      const text = isOk ? tap : `${tap}\n${file} ${failure}\n`
      report.write(`# Subtest: ${file}\n${text.replace(/^(?=.)/gm, '    ')}\n`)
      report.write(`${isOk ? 'ok' : 'not ok'} ${ended} - ${file} # time=${ms.toFixed(0)}ms\n`)
    }
  }
}

/** Runs files in a process, one by itself or several by `together.ts`. */
async function run(group: readonly string[]): Promise<EndedProcess> {
  const startedAtMs = performance.now()
  const isOne = group.length === 1
  // In `together.ts` each file has the time of its own.
  const timeoutS = isOne ? TIMEOUT_S : 0
  const entry = isOne ? group : ['test/together.ts']
  const child = spawn(
    process.execPath,
    [...NODE_FLAGS, '--import=./test/support/environment.ts', ...entry],
    {
      env: {
        ...process.env,
        TAP: '1',
        TAP_TIMEOUT: String(timeoutS),
        ...(!isOne && { TEST_FILES: group.join(' ') }),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  running.add(child)
  const boundMs = group.length * TIMEOUT_S * 1000
  let isLate = false
  const killing = setTimeout(() => child.kill('SIGKILL'), boundMs + REPORT_MS)
  const reporting = setTimeout(() => {
    isLate = true
    child.kill('SIGALRM')
  }, boundMs)
  const { promise: exited, resolve, reject } = Promise.withResolvers<string | undefined>()
  child.once('error', reject)
  child.once('exit', (code, signal) => {
    if (isLate) resolve(`took longer than ${boundMs / 1000} s`)
    else if (code === 0) resolve(undefined)
    else resolve(signal === null ? `exited with ${code}` : `was ended by ${signal}`)
  })
  const [tap, failure] = await Promise.all([text(child.stdout), exited])
  running.delete(child)
  clearTimeout(reporting)
  clearTimeout(killing)
  return { tap, ms: performance.now() - startedAtMs, ...(failure !== undefined && { failure }) }
}

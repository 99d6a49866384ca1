/**
 * Runs the test files and prints a line for each, then what failed; exits with 1 when something has.
 *
 *     node test/run.ts --jobs 3 test/spec/*.test.ts
 *
 * Files run in processes of the pinned Node, which strips types by itself, several in a process, for
 * which what they import is loaded once; the long ones first. `tap run` would be possible,
 * but it loads hooks into each file, into each thread and into each child that a file starts: this
 * takes a third of a second of computing for each file, and serves mocks and coverage, which no test
 * here uses. One file is run by `tap run` as well.
 *
 * With `TEST_AGAIN=1`, as `.ci/run` sets it, a file that failed beside others runs once more, alone. What failed
 * is printed all the same.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { Duplex, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { type EndedProcess, fileResults } from './support/file-results.ts'
import { answerWithFiles, NEXT_FILE_FD } from './support/next-file.ts'
import { slowestFirst } from './support/slowest-first.ts'
import TapLines from './support/tap-lines.ts'

/**
 * Files load much and end soon: a young generation that begins large is collected less often, which
 * saves a tenth of the computing (measured with `sessions.test.ts`; 2 cores, Node 26).
 */
const NODE_FLAGS = ['--no-warnings', '--min-semi-space-size=16']
/** So many files share a process: more would save little, and leave more to a crash. */
const MOST = 48
/** A file has so long, as `.taprc` says too; each wait within it has a bound of its own. */
const TIMEOUT_MS = 300_000
/** tap ends a file that is late; one that never yields is told by SIGALRM, and has so long to report. */
const REPORT_MS = 5000

/** More files that fail are no accident: none of them runs again. */
const MOST_AGAIN = 5

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

let ended = 0
let failed = await runAll(slowestFirst(files), jobs)
const mayRunAgain = failed.length <= MOST_AGAIN && failed.every(file => files.includes(file))
if (process.env.TEST_AGAIN === '1' && mayRunAgain) failed = await runAll(failed, 1)
if (failed.length > 0) process.exitCode = 1
report.end(`1..${ended}\n`)

/** Runs files in so many processes at a time; gives what failed, as `fileResults()` names it. */
async function runAll(waiting: string[], jobs: number): Promise<string[]> {
  const failed: string[] = []
  await Promise.all(Array.from({ length: jobs }, () => work(waiting, failed)))
  return failed
}

/** Runs processes, one after another, until no file is left. */
async function work(waiting: string[], failed: string[]): Promise<void> {
  for (let first = waiting.shift(); first !== undefined; first = waiting.shift()) {
    const { handed, ...endedProcess } = await run(first, waiting)
    for (const { file, tap, failure, ms } of fileResults(handed, endedProcess)) {
      ended++
      const isOk = failure === undefined
      if (!isOk) failed.push(file)
      const text = isOk ? tap : `${tap}\n${file} ${failure}\n`
      report.write(`# Subtest: ${file}\n${text.replace(/^(?=.)/gm, '    ')}\n`)
      report.write(`${isOk ? 'ok' : 'not ok'} ${ended} - ${file} # time=${ms.toFixed(0)}ms\n`)
    }
  }
}

/** Runs a process of test files: the first, and then others as long as it asks and there are some. */
async function run(
  first: string,
  waiting: string[],
): Promise<EndedProcess & { readonly handed: string[] }> {
  const startedAtMs = performance.now()
  const child = spawn(
    process.execPath,
    [...NODE_FLAGS, '--import=./test/support/environment.ts', 'test/together.ts'],
    {
      // In `together.ts` each file has the time of its own.
      env: { ...process.env, TAP: '1', TAP_TIMEOUT: '0' },
      stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    },
  )
  running.add(child)
  const handed: string[] = []
  const bound = boundOf(child)
  answerWithFiles(child.stdio[NEXT_FILE_FD] as Duplex, () => {
    bound.restart()
    const file = handed.length === 0 ? first : handed.length < MOST ? waiting.shift() : undefined
    if (file !== undefined) handed.push(file)
    return file
  })
  const { promise: exited, resolve, reject } = Promise.withResolvers<string | undefined>()
  child.once('error', reject)
  child.once('exit', (code, signal) => {
    if (bound.isPast) resolve(`took longer than ${TIMEOUT_MS / 1000} s`)
    else if (code === 0) resolve(undefined)
    else resolve(signal === null ? `exited with ${code}` : `was ended by ${signal}`)
  })
  const [tap, failure] = await Promise.all([text(child.stdout as Readable), exited])
  running.delete(child)
  bound.stop()
  if (handed.length === 0) handed.push(first)
  const ms = performance.now() - startedAtMs
  return { handed, tap, ms, ...(failure !== undefined && { failure }) }
}

/** Ends a process whose file takes too long; each file begins it anew. */
function boundOf(child: ChildProcess) {
  let timers: NodeJS.Timeout[] = []
  const bound = {
    isPast: false,
    restart() {
      bound.stop()
      const report = () => {
        bound.isPast = true
        child.kill('SIGALRM')
      }
      timers = [
        // First the file's own time ends.
        setTimeout(report, TIMEOUT_MS + REPORT_MS),
        setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS + 2 * REPORT_MS),
      ]
    },
    stop() {
      for (const timer of timers) clearTimeout(timer)
    },
  }
  bound.restart()
  return bound
}

/** What a run of the tests comes to, gathered from its TAP stream. */

import { type FinalResults, Parser, type Result } from 'tap-parser'

/** An assertion that failed, or a test that failed without one. */
export interface Failure {
  /** The names of the tests around it, then its own; without the file. */
  readonly path: readonly string[]
  /** What tap tells of it; empty for nothing. */
  readonly diagnostics: Readonly<Record<string, unknown>>
}

/** What the tests of one file come to; a test is one in which no other tests stand. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
  readonly failures: Failure[]
  /** What the file printed beside TAP, the last lines of it. */
  readonly printed: string[]
}

/** A test file that has ended. */
export interface FileReport extends Readonly<Tally> {
  readonly file: string
  readonly ms: number
  readonly isOk: boolean
}

/** More lines than these of what a file printed tell nothing more. */
const MAX_PRINTED = 20

/** Reads TAP; gives each file as it ends. @param onEnd called when all of it is read */
export function readReport(onFile: (report: FileReport) => void, onEnd: () => void): Parser {
  const root = new Parser()
  const tallies = new Map<string, Tally>()
  let latest: Tally | undefined
  root.on('child', (child: Parser) => {
    const tally = newTally()
    tallies.set(child.name, tally)
    latest = tally
    watch(child, [], tally)
  })
  // Told by the outermost parser, indented, whatever stands around it.
  root.on('extra', (text: string) => {
    if (latest === undefined) return
    latest.printed.push(...text.trimEnd().replace(/^ {4}/gm, '').split('\n'))
    latest.printed.splice(0, latest.printed.length - MAX_PRINTED)
  })
  root.on('assert', (result: Result) => {
    // What tap says beside the end of a file, `timeout!` say, is of that file.
    const file = tallies.has(result.name) ? result.name : (result.diag?.expired ?? result.name)
    const tally = tallies.get(file) ?? newTally()
    tallies.delete(file)
    const isOk = isWell(result)
    // It failed though each of its tests was well: a crash, a missing plan, too slow.
    if (!isOk && tally.failures.length === 0) {
      tally.failures.push({ path: [], diagnostics: result.diag ?? {} })
      tally.failed++
    }
    onFile({ file, ms: result.time ?? 0, isOk, ...tally })
  })
  root.on('complete', onEnd)
  return root
}

function newTally(): Tally {
  return { passed: 0, failed: 0, skipped: 0, failures: [], printed: [] }
}

const isWell = ({ ok, todo }: Result) => ok || Boolean(todo)

function watch(parser: Parser, path: readonly string[], tally: Tally): void {
  let tests = 0
  let failures = 0
  parser.on('child', (child: Parser) => {
    tests++
    watch(child, [...path, child.name], tally)
  })
  parser.on('assert', (result: Result) => {
    // What ends a test was told by the test itself.
    if (result.closingTestPoint) failures += isWell(result) ? 0 : 1
    else if (result.skip) tally.skipped++
    else if (!isWell(result)) {
      failures++
      tally.failures.push({ path: [...path, result.name], diagnostics: result.diag ?? {} })
    }
  })
  parser.on('complete', (results: FinalResults) => {
    const isSkipped = results.count === results.skip && results.count > 0
    if (!results.ok && failures === 0) {
      tally.failures.push({ path, diagnostics: { tapError: results.failures[0]?.tapError } })
    }
    if (tests > 0 && (results.ok || failures > 0) && !hasOwnFailure(results)) return
    if (isSkipped) return
    if (results.ok) tally.passed++
    else tally.failed++
  })
}

/** Whether something failed beside the tests that a test holds. */
function hasOwnFailure({ failures }: FinalResults): boolean {
  return failures.some(failure => !('closingTestPoint' in failure && failure.closingTestPoint))
}

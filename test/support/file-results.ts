/** What each test file of a process came to, read from what the process printed. */

/** A test file that has ended. */
export interface FileResult {
  readonly file: string
  /** What it printed, TAP for the most part. */
  readonly tap: string
  /** What went wrong with the file as a whole, as what the file did; absent for nothing. */
  readonly failure?: string
  readonly ms: number
}

/** What a process of test files printed, and how it ended. */
export interface EndedProcess {
  readonly tap: string
  /** What the process did instead of ending with 0; absent for nothing. */
  readonly failure?: string
  readonly ms: number
}

/**
 * Gives the results of the files of a process, each of which is a subtest of what the process
 * printed; the last may be the one that ran when the process ended. A failure that is of no file is
 * a result by the names of all.
 */
export function fileResults(files: readonly string[], ended: EndedProcess): FileResult[] {
  const results: FileResult[] = []
  const left = [...files]
  let tap = ''
  for (const line of ended.tap.split('\n')) {
    const [, not, file, ms] = /^(not )?ok \d+ - (\S+)(?: # time=([\d.]+)ms)?/.exec(line) ?? []
    if (file === undefined || file !== left[0]) {
      tap += `${line.replace(/^ {4}/, '')}\n`
      continue
    }
    left.shift()
    const failure = not !== undefined ? { failure: 'failed' } : {}
    results.push(result(file, { tap, ...failure, ms: Number(ms ?? 0) }))
    tap = ''
  }
  const { failure = 'ended before', ms } = ended
  for (const during of left) results.push({ file: during, tap, failure, ms })
  const isTold = ended.failure === undefined || results.some(({ failure }) => failure !== undefined)
  if (!isTold) results.push({ file: files.join(' '), tap, failure, ms })
  return results
}

function result(file: string, { tap, failure, ms }: EndedProcess): FileResult {
  const why = failure ?? (/^1\.\.([1-9]|0 #)/m.test(tap) ? undefined : 'holds no test')
  return { file, tap, ms, ...(why !== undefined && { failure: why }) }
}

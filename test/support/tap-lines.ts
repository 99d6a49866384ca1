/**
 * The reporter of `npm test`: a line for each file, then what failed and how to run it again, the
 * slowest files, and the count alone on the last line. It moves no cursor, so that a terminal, a
 * pipe and the log of a CI get the same text.
 */

import { Transform, type TransformCallback } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { type Failure, type FileReport, readReport } from './test-report.ts'

/** Of so many files the times are told: those that make a run long. */
const SLOWEST = 5
/** A longer diagnostic hides the next failure. */
const MAX_LINES = 40

/** Takes the TAP of `tap run`, gives lines for people. */
export default class TapLines extends Transform {
  #files: FileReport[] = []
  #startedAtMs = performance.now()
  #parser = readReport(
    report => {
      this.#files.push(report)
      this.push(`${fileLine(report)}\n`)
    },
    () => this.push(`${summary(this.#files, performance.now() - this.#startedAtMs)}\n`),
  )

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#parser.write(chunk.toString())
    done()
  }

  override _flush(done: TransformCallback): void {
    this.#parser.end()
    done()
  }
}

function fileLine({ file, ms, isOk, passed, failed, skipped }: FileReport): string {
  const counts = `${passed} passed${told(failed, 'failed')}${told(skipped, 'skipped')}`
  return `${isOk ? 'ok    ' : 'FAILED'} ${file}  ${counts}  ${seconds(ms)}`
}

const told = (count: number, what: string) => (count === 0 ? '' : `, ${count} ${what}`)
const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** What stands below the lines of the files. A file that ran again counts by its last run. */
export function summary(reports: readonly FileReport[], ms: number): string {
  const files = [...new Map(reports.map(report => [report.file, report])).values()]
  const bad = files.filter(({ isOk }) => !isOk)
  const unsteady = reports.filter(
    ({ file, isOk }) => !isOk && files.some(last => last.file === file && last.isOk),
  )
  const slow = [...files].sort((a, b) => b.ms - a.ms).slice(0, SLOWEST)
  const sum = (key: 'passed' | 'failed' | 'skipped') =>
    files.reduce((total, file) => total + file[key], 0)
  return [
    ...unsteady.map(report => `${failureText(report)}\n\n  It passed when it ran again, alone.`),
    ...bad.map(failureText),
    '',
    `Slowest of ${files.length} files in ${seconds(ms)}: ${slow.map(slowText).join(', ')}`,
    ...(bad.length === 0
      ? []
      : [
          '',
          'To run again what failed:',
          `  npx tap run ${[...new Set(bad.map(({ file }) => file))].join(' ')}`,
        ]),
    '',
    `${sum('passed')} passed, ${sum('failed')} failed${told(sum('skipped'), 'skipped')}`,
  ].join('\n')
}

const slowText = ({ file, ms }: FileReport) => `${file} ${seconds(ms)}`

function failureText({ file, failures, printed }: FileReport): string {
  const texts = failures.map(failure => `\n  ${diagnosticText(failure).replaceAll('\n', '\n  ')}`)
  const rest =
    printed.length === 0 ? [] : ['\n  It printed:', ...printed.map(line => `    ${line}`)]
  return ['', `FAILED ${file}`, ...texts, ...rest].join('\n')
}

/** What tap tells that says nothing beside the place and the difference. */
const dull = new Set(['at', 'source', 'stdio', 'cwd', 'externalID', 'command', 'args', 'compare'])

function diagnosticText({ path, diagnostics }: Failure): string {
  const { at, ...rest } = diagnostics as { at?: { fileName?: string; lineNumber?: number } }
  const place = at?.fileName === undefined ? [] : [`at ${at.fileName}:${at.lineNumber}`]
  const facts = Object.entries(rest)
    .filter(([name, value]) => !dull.has(name) && value !== null && value !== undefined)
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value.trimEnd() : JSON.stringify(value, null, 2)
      return text.includes('\n')
        ? `${name}:\n  ${text.replaceAll('\n', '\n  ')}`
        : `${name}: ${text}`
    })
  const lines = [...place, ...facts].join('\n').split('\n')
  const isCut = lines.length > MAX_LINES
  const shown = isCut
    ? [...lines.slice(0, MAX_LINES), `… ${lines.length - MAX_LINES} lines`]
    : lines
  const title = path.length === 0 ? 'The file itself' : path.join(' › ')
  return stripVTControlCharacters([title, ...shown.map(line => `  ${line}`)].join('\n'))
}

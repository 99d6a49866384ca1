import { MessageReader } from '../../../executor/pool/message-reader.ts'
import { isNestedTooDeep } from '../../../protocol/base/nesting.ts'
import { ExecuteBody } from '../../../protocol/execution/execution.ts'
import { resolveLimits } from '../../../protocol/limits.ts'
import { decodeValue } from '../../../protocol/values/values.ts'
import { runner } from '../contestants/contestant.ts'
import { openLatchd } from '../contestants/latchd.ts'
import { type ProgramName, RECORDS, TEXT_LENGTH, TRIPS } from '../programs.ts'
import {
  type Answer,
  type Effort,
  type Question,
  type Row,
  rowOf,
  type Target,
} from '../question.ts'
import { type Take, type Taken, takeInTurns } from '../rounds.ts'
import { p50 } from '../samples.ts'

/** Samples of each, and how many programs or readings one sample is the mean of. */
const SAMPLES = 20
const PROGRAMS = 50
const LARGE_PROGRAMS = 2
const READINGS = 2000
const LARGE_READINGS = 20

/** What the door may take of the CPU time of what it lets in. */
const MAX_SHARE = 0.03
const MAX_LARGE_SHARE = 0.1

export const doorCost: Question = {
  title: 'What reading and bounding a message costs, of the CPU time of the whole (both threads)',
  ask,
}

async function ask(effort: Effort): Promise<Answer> {
  const latchd = await openLatchd()
  const whole = (program: ProgramName, count: number, calls = 1): Take => {
    const run = runner(latchd, program)
    return () =>
      cpuOf(count * calls, async () => {
        for (let i = 0; i < count; i++) await run()
      })
  }
  const steps =
    (count: number, step: () => unknown): Take =>
    () =>
      cpuOf(count, () => {
        for (let i = 0; i < count; i++) step()
      })
  try {
    const [trivial, embedded, http, text, textDoor, records, recordsDoor] = await takeInTurns(
      [
        whole('trivial', PROGRAMS),
        steps(READINGS, readReport),
        steps(READINGS, readRequest),
        whole('largeText', LARGE_PROGRAMS, TRIPS),
        steps(LARGE_READINGS, readerOf(['x'.repeat(TEXT_LENGTH)])),
        whole('largeRecords', LARGE_PROGRAMS, TRIPS),
        steps(LARGE_READINGS, readerOf([manyRecords()])),
      ],
      effort.count(SAMPLES),
    )
    const rows: Row[] = []
    const targets: Target[] = []
    const show = (what: string, all: Taken | undefined, door: Taken | undefined, bound: number) => {
      rows.push(rowOf(`${what}: the door`, 'µs', door))
      const value = (100 * p50(door?.samples ?? [])) / p50(all?.samples ?? [])
      targets.push({
        what: `${what}: share of the door`,
        value,
        bound: 100 * bound,
        unit: '%',
        sense: 'at most',
      })
    }
    rows.push(rowOf('a trivial program, embedded', 'µs', trivial))
    show('embedded', trivial, embedded, MAX_SHARE)
    // Over HTTP the whole is more than it is embedded, so that the true share is smaller yet.
    show('over HTTP', trivial, http, MAX_SHARE)
    rows.push(rowOf('a call with 1 MB of text', 'µs', text))
    show('a text', text, textDoor, MAX_LARGE_SHARE)
    rows.push(rowOf(`a call with ${RECORDS} records`, 'µs', records))
    show('records', records, recordsDoor, MAX_LARGE_SHARE)
    return { rows, targets }
  } finally {
    await latchd.close()
  }
}

/** Microseconds of CPU of this process for one of `count`. */
async function cpuOf(count: number, work: () => void | Promise<void>): Promise<number> {
  const from = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(from)
  return (user + system) / count
}

const work = { limits: resolveLimits(undefined), emittedLogs: 0, session: undefined }

const report = JSON.stringify({
  outcome: {
    status: 'completed',
    output: { json: '3', text: '3', exact: true },
    isFinalAnswer: false,
  },
  logs: [],
  logsTruncatedBytes: 0,
  cpuMs: 0.1,
  waitMs: 0,
  peakMemoryBytes: 1_000_000,
})

/** What a program without calls meets on its way back. */
const readReport = () => new MessageReader(work).report(report)

const body = JSON.stringify({ source: 'return 1 + 2' })

/** What a request meets, and its program. */
function readRequest(): void {
  if (isNestedTooDeep(body)) throw new Error('The body of the bench is too deep')
  ExecuteBody.parse(JSON.parse(body))
  readReport()
}

/** What a call with these arguments meets: the message and its bounds, and the decoding. */
function readerOf(args: readonly unknown[]): () => void {
  const input = `j${JSON.stringify(args)}`
  const message = { kind: 'call', callNumber: 1, tool: 0, input, isBlocking: true, atMs: 0 }
  return () => {
    new MessageReader(work).message(message)
    decodeValue(input)
  }
}

const manyRecords = () =>
  Array.from({ length: RECORDS }, (_, i) => ({
    id: i,
    name: `customer ${i}`,
    email: `customer${i}@example.com`,
    balance: i * 1.5,
    active: i % 2 === 0,
    tags: ['a', 'b', 'c'],
  }))

/** Many executions that wait for a person on one daemon: what each costs, and how it goes on. */

import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Approval } from '../../protocol/approval.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import type { DaemonInfo } from '../../sdk/index.ts'
import { DrillDaemon } from './processes.ts'

export interface WaitingFigures {
  readonly count: number
  /** From the first submission until all of them wait. */
  readonly parkMs: number
  /** What each adds to the resident memory of a daemon that has parked them. */
  readonly residentBytesEach: number
  /** The same of a daemon that was started with them. */
  readonly restartedBytesEach: number
  readonly diskBytesEach: number
  /** CPU time in a second in which nothing happens, in milliseconds. */
  readonly idleCpuMs: number
  /** From the start of the process to its ready line, after a kill. */
  readonly restartMs: number
  /** From sending a decision to its answer, and to the end of its execution, sorted. */
  readonly decidedMs: readonly number[]
  readonly endedMs: readonly number[]
  readonly wrong: number
}

const SUBMITTERS = 48
const DECIDERS = 8
/** Executions before the measured ones. */
const WARM_UP = 500
/** The resident set has found its size when it has not changed for so long. */
const SETTLE_MS = 2000
const IDLE_MS = 5000
const POLL_MS = 200
const CLOCK_TICKS = 100
const PAGE_BYTES = 4096

const sourceOf = (n: number) =>
  `const a = look_up(${n}); const b = look_up(a); const { approved } = human_approval('go on with ' + b); [a, b, approved]`
const expectedOf = (n: number) => [n + 1, n + 2, true]

/** @param decisions how many of them are decided in the end */
export async function measureWaiting(count: number, decisions: number): Promise<WaitingFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'latchd-waiting-'))
  const stateDir = join(folder, 'state')
  const env = {
    LATCHD_TOOLS: join(import.meta.dirname, 'waiting-tools.ts'),
    LATCHD_LOG_LEVEL: 'error',
    LATCHD_DRAIN_MS: '0',
    // As docs/design/durability.md advises: glibc's arenas keep some 20 MB of a load otherwise.
    MALLOC_ARENA_MAX: '2',
    // What waits for a worker waits in the store.
    LATCHD_MAX_QUEUE: String(Math.max(count, WARM_UP)),
  }
  const daemon = new DrillDaemon({ stateDir, ledgerUrl: '', env })
  try {
    return await measure(daemon, stateDir, count, decisions)
  } finally {
    await daemon.kill()
    await rm(folder, { recursive: true })
  }
}

async function measure(
  daemon: DrillDaemon,
  stateDir: string,
  count: number,
  decisions: number,
): Promise<WaitingFigures> {
  await daemon.start()
  const url = await daemon.url()
  // The engine, the compiler and the store have found their sizes.
  await submitAll(url, 0, WARM_UP)
  await allWait(url, WARM_UP)
  const emptyBytes = await settled(daemon.pid)

  const from = performance.now()
  const ids = await submitAll(url, 0, count)
  await atRest(url)
  const parkMs = performance.now() - from
  const residentBytes = await settled(daemon.pid)
  const approvals = await allWait(url, count + WARM_UP)
  const idleFrom = await cpuMs(daemon.pid)
  await delay(IDLE_MS)
  const idleCpuMs = ((await cpuMs(daemon.pid)) - idleFrom) / (IDLE_MS / 1000)
  const diskBytes = await bytesOf(stateDir)

  await daemon.kill()
  const restartFrom = performance.now()
  await daemon.start()
  const restartMs = performance.now() - restartFrom
  const restartedBytes = await settled(daemon.pid)
  const fresh = await freshBytes()
  const byExecution = new Map(
    approvals.map(({ executionId, approvalId }) => [executionId, approvalId]),
  )
  const decided = await decideSome(await daemon.url(), ids, byExecution, decisions)
  return {
    count,
    parkMs,
    residentBytesEach: (residentBytes - emptyBytes) / count,
    restartedBytesEach: (restartedBytes - fresh) / count,
    diskBytesEach: diskBytes / (count + WARM_UP),
    idleCpuMs,
    restartMs,
    ...decided,
  }
}

/** What a daemon takes that has nothing. */
async function freshBytes(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'latchd-waiting-'))
  const daemon = new DrillDaemon({ stateDir: join(folder, 'state'), ledgerUrl: '' })
  await daemon.start()
  const bytes = await settled(daemon.pid)
  await daemon.kill()
  await rm(folder, { recursive: true })
  return bytes
}

async function submitAll(url: string, first: number, count: number): Promise<string[]> {
  const ids = new Array<string>(count)
  const waiting = ids.keys()
  const lane = async () => {
    for (const n of waiting) ids[n] = await submit(url, sourceOf(first + n))
  }
  await Promise.all(Array.from({ length: SUBMITTERS }, lane))
  return ids
}

async function submit(url: string, source: string): Promise<string> {
  const response = await post(`${url}/v1/executions`, { source })
  if (response.status !== 202) throw new Error(`The daemon answered ${response.status}`)
  return ((await response.json()) as Execution).executionId
}

const post = (url: string, body: unknown) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** Resolves when so many approvals are pending. */
async function allWait(url: string, count: number): Promise<Approval[]> {
  for (;;) {
    // Lists of thousands cost the daemon memory that is not of those that wait.
    await atRest(url)
    const found: Approval[] = []
    let after = ''
    do {
      const response = await fetch(`${url}/v1/approvals?status=pending&limit=1000${after}`)
      const { data, nextCursor } = (await response.json()) as {
        data: Approval[]
        nextCursor?: string
      }
      found.push(...data)
      after = nextCursor === undefined ? '' : `&after=${encodeURIComponent(nextCursor)}`
    } while (after !== '')
    if (found.length >= count) return found
  }
}

/** Resolves when no execution has a worker or waits for one. */
async function atRest(url: string): Promise<void> {
  for (;;) {
    await delay(POLL_MS)
    const { active, queued } = (await (await fetch(`${url}/v1/info`)).json()) as DaemonInfo
    if (active + queued === 0) return
  }
}

async function decideSome(
  url: string,
  ids: readonly string[],
  approvals: ReadonlyMap<string, string>,
  count: number,
) {
  const decidedMs: number[] = []
  const endedMs: number[] = []
  let wrong = 0
  const step = Math.max(1, Math.floor(ids.length / count))
  const chosen = ids.map((id, n) => [id, n] as const).filter(([, n]) => n % step === 0)
  const waiting = chosen.values()
  const lane = async () => {
    for (const [id, n] of waiting) {
      const from = performance.now()
      await (await post(`${url}/v1/approvals/${approvals.get(id)}`, { decision: 'approve' })).text()
      decidedMs.push(performance.now() - from)
      const execution = await ended(url, id)
      endedMs.push(performance.now() - from)
      const value = 'output' in execution ? execution.output.value : undefined
      if (JSON.stringify(value) !== JSON.stringify(expectedOf(n))) wrong++
    }
  }
  await Promise.all(Array.from({ length: DECIDERS }, lane))
  const sorted = (values: number[]) => values.sort((a, b) => a - b)
  return { decidedMs: sorted(decidedMs), endedMs: sorted(endedMs), wrong }
}

async function ended(url: string, id: string): Promise<Execution> {
  for (;;) {
    const response = await fetch(`${url}/v1/executions/${id}?waitMs=10000`)
    const execution = (await response.json()) as Execution
    if (!['queued', 'running', 'waiting'].includes(execution.status)) return execution
  }
}

/** Resident bytes, once they no longer change. */
async function settled(pid: number): Promise<number> {
  let before = -1
  for (;;) {
    const now = Number((await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ')[1]) * PAGE_BYTES
    if (Math.abs(now - before) < before / 200) return now
    before = now
    await delay(SETTLE_MS)
  }
}

async function cpuMs(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / CLOCK_TICKS
}

async function bytesOf(folder: string): Promise<number> {
  let bytes = 0
  for (const name of await readdir(folder)) bytes += (await stat(join(folder, name))).size
  return bytes
}

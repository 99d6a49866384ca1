import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { scripts, startDaemonProcess } from '../daemon-process.ts'
import { WORKERS } from '../machine.ts'
import { buildPublished } from '../published.ts'
import type { Answer, Question, Row } from '../question.ts'

/** What starting has left behind is collected when the memory has not changed for so long. */
const SETTLED_MS = 2000
/** At most, on a busy machine. */
const MAX_SETTLE_MS = 20_000
const LOOK_MS = 200
/** Changes that are none. */
const SAME_MIB = 1

export const idleMemory: Question = {
  title: 'Memory of an idle daemon (resident set)',
  ask,
}

async function ask(): Promise<Answer> {
  const missing = buildPublished()
  const rows: Row[] = []
  for (const threads of [0, 1, WORKERS]) {
    rows.push(await nodeRow(`floor: Node with ${threads} threads of nothing`, threads))
  }
  for (const workers of [1, WORKERS]) {
    const name = `${workers} ${workers === 1 ? 'worker' : 'workers'}`
    rows.push(await daemonRow(`${name}, from source`, scripts.development, workers))
    const published = `${name}, as published`
    if (missing !== undefined) rows.push({ name: published, unit: 'MiB', samples: [], missing })
    else rows.push(await daemonRow(published, scripts.published, workers))
  }
  return { rows, targets: [] }
}

async function daemonRow(name: string, script: string, workers: number): Promise<Row> {
  const daemon = await startDaemonProcess(script, { workers })
  try {
    return await rowOf(name, daemon.pid)
  } finally {
    await daemon.stop()
  }
}

async function nodeRow(name: string, threads: number): Promise<Row> {
  const code = `const { Worker } = require('node:worker_threads')
for (let i = 0; i < ${threads}; i++) new Worker('setInterval(() => {}, 1e9)', { eval: true })
setInterval(() => {}, 1e9)`
  const node: ChildProcess = spawn(process.execPath, ['-e', code], { stdio: 'ignore' })
  try {
    await once(node, 'spawn')
    return await rowOf(name, node.pid as number)
  } finally {
    const exit = once(node, 'exit')
    node.kill()
    await exit
  }
}

async function rowOf(name: string, pid: number): Promise<Row> {
  const mib = await settledMib(pid)
  if (mib !== undefined) return { name, unit: 'MiB', samples: [mib] }
  return { name, unit: 'MiB', samples: [], missing: 'not told by this system' }
}

async function settledMib(pid: number): Promise<number | undefined> {
  let settled = residentMib(pid)
  let sinceMs = performance.now()
  const until = sinceMs + MAX_SETTLE_MS
  while (settled !== undefined && performance.now() < Math.min(until, sinceMs + SETTLED_MS)) {
    await pause(LOOK_MS)
    const mib = residentMib(pid)
    if (mib === undefined || Math.abs(mib - settled) < SAME_MIB) continue
    settled = mib
    sinceMs = performance.now()
  }
  return settled
}

function residentMib(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return kib === undefined ? undefined : Number(kib) / 1024
}

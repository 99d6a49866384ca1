import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { scripts, startDaemonProcess } from '../daemon-process.ts'
import { WORKERS } from '../machine.ts'
import type { Answer, Question, Row } from '../question.ts'

/** What starting has left behind is collected by then. */
const SETTLE_MS = 1500

export const idleMemory: Question = {
  title: 'Memory of an idle daemon (resident set)',
  ask,
}

async function ask(): Promise<Answer> {
  const rows: Row[] = []
  for (const workers of [1, WORKERS]) {
    const name = `${workers} ${workers === 1 ? 'worker' : 'workers'}`
    const daemon = await startDaemonProcess(scripts.development, { workers })
    try {
      await pause(SETTLE_MS)
      const mib = residentMib(daemon.pid)
      if (mib === undefined) {
        rows.push({ name, unit: 'MiB', samples: [], missing: 'not told by this system' })
      } else rows.push({ name, unit: 'MiB', samples: [mib] })
    } finally {
      await daemon.stop()
    }
  }
  return { rows, targets: [] }
}

function residentMib(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return kib === undefined ? undefined : Number(kib) / 1024
}

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { DATABASE_FILE } from '../../../daemon/store/sqlite/files.ts'
import type { Approval } from '../../../protocol/approval.ts'
import { patience } from '../../support/patience.ts'
import { type Drill, type DrillOptions, Scene } from '../drill.ts'

const ROUNDS = { short: 2, long: 10 }
const WAITING = 4
/** So long no commit ends. */
const STILL_MS = 150
const PARK_MS = 10_000

export const decisions: Drill = {
  title: 'kill -9 while no commit ends: a decision that was acknowledged is kept',
  run,
}

/** Nothing else happens, so that only the decision's own commit can hold its answer back. */
async function run({ seed, isShort }: DrillOptions) {
  const scene = await Scene.open(seed)
  const rounds = isShort ? ROUNDS.short : ROUNDS.long
  let acknowledged = 0
  let asked = 0
  await scene.daemon.start()
  for (let n = 0; n < rounds; n++) {
    const url = await scene.daemon.url()
    for (let i = 0; i < WAITING; i++) {
      const body = { source: `const { approved } = human_approval('go'); return approved` }
      const { executionId } = await post(`${url}/v1/executions`, body)
      await fetch(`${url}/v1/executions/${executionId}?waitMs=${patience(PARK_MS)}`)
      scene.load.accepted.add(executionId as string)
    }
    const pending = await pendingOf(url)
    const database = new DatabaseSync(join(scene.stateDir, DATABASE_FILE), { timeout: 2000 })
    database.exec('BEGIN IMMEDIATE')
    const told = new Set<string>()
    for (const { approvalId } of pending) void decide(url, approvalId, told)
    // What was asked before this is with the daemon now, which has had time to answer too soon.
    await fetch(`${url}/v1/info`)
    await delay(STILL_MS)
    asked += pending.length
    acknowledged += told.size
    await scene.daemon.kill()
    database.exec('ROLLBACK')
    database.close()
    await scene.daemon.start()
    const next = await scene.daemon.url()
    for (const { approvalId } of await pendingOf(next)) {
      if (told.has(approvalId)) scene.problems.push(`${approvalId} was acknowledged and is pending`)
      await decide(next, approvalId, told)
    }
    for (const id of scene.load.accepted)
      await fetch(`${next}/v1/executions/${id}?waitMs=${patience(PARK_MS)}`)
  }
  scene.demand('decisions under a disk that stands still', asked, rounds * WAITING)
  return await scene.finish({ rounds, acknowledged, asked })
}

async function pendingOf(url: string): Promise<Approval[]> {
  const response = await fetch(`${url}/v1/approvals?status=pending`)
  return ((await response.json()) as { data: Approval[] }).data
}

async function decide(url: string, approvalId: string, told: Set<string>): Promise<void> {
  try {
    await post(`${url}/v1/approvals/${approvalId}`, { decision: 'approve' })
    told.add(approvalId)
  } catch {
    // The daemon was killed first: nobody was told anything.
  }
}

async function post(url: string, body: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return (await response.json()) as Record<string, unknown>
}

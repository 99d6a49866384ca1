/** The field: latchd first, then its peers. */

import { PEERS_VARIABLE } from '../asked.ts'
import type { Row } from '../question.ts'
import type { Contestant, OpenContestant } from './contestant.ts'
import { openIsolatedVm } from './isolated-vm.ts'
import { openLatchd } from './latchd.ts'
import { openBlockingRun, openRun } from './run.ts'
import { openTanStack } from './tanstack.ts'

const peers: readonly OpenContestant[] = [openRun, openBlockingRun, openIsolatedVm, openTanStack]

export interface Field {
  readonly latchd: Contestant
  /** Those that run on this machine. */
  readonly peers: readonly Contestant[]
  /** A row for each that does not. */
  readonly missing: readonly Row[]
  close(): Promise<void>
}

export async function openField(): Promise<Field> {
  const latchd = await openLatchd()
  const open: Contestant[] = []
  const missing: Row[] = []
  const isAlone = process.env[PEERS_VARIABLE] === 'none'
  for (const openPeer of isAlone ? [] : peers) {
    try {
      open.push(await openPeer())
    } catch (error) {
      const why = error instanceof Error ? error.message.split('\n', 1)[0] : String(error)
      missing.push({ name: openPeer.name, unit: 'ms', samples: [], missing: `not here: ${why}` })
    }
  }
  return {
    latchd,
    peers: open,
    missing,
    async close() {
      for (const contestant of [latchd, ...open]) await contestant.close()
    },
  }
}

/** Claims of executions without an owner, beside other daemons that claim. */

import type { ClaimAnswer, Claimed, ClaimRequest } from '../claim-facts.ts'
import { claimed, givenBack, isClaimable, isFree, ownedUnder } from '../rules/standing.ts'
import { takeInTurns } from '../rules/turns.ts'
import type { Transaction } from './database.ts'
import {
  changeExecutions,
  claimedOf,
  type ExecutionRow,
  lockExecution,
  type RowId,
} from './execution-rows.ts'
import { holdSession } from './sessions.ts'

interface Candidate extends Pick<ExecutionRow, 'execution_id' | 'owner' | 'session_id'> {
  readonly id: RowId
  readonly epoch: number
  readonly losses: number
  readonly state: ExecutionRow['state']
  readonly wake_ms: number
}

/**
 * Rounds of one claim: an owner may have fewer executions than its part, another daemon locks some, and
 * sessions are held. After a round that found nothing the next one looks at more owners.
 */
const MAX_ROUNDS = 8
const MORE_OWNERS = 8
/**
 * Whether one can be claimed, as far as its own row says: by the first of the index, since the planner
 * would look for `wake_ms <= $1` through the whole table.
 */
export const IS_DUE =
  'coalesce((SELECT min(wake_ms) FROM execution WHERE wake_ms IS NOT NULL) <= $1, false)'
/** Owners of one claim. */
const MAX_OWNERS = 1000

/**
 * Owners after one that have an execution that can go on; each costs two look-ups in the index, and no
 * more of them are looked for than are wanted.
 */
const OWNERS = `WITH RECURSIVE o AS (
    (SELECT owner FROM execution WHERE wake_ms IS NOT NULL AND owner > $1 ORDER BY owner LIMIT 1)
    UNION ALL
    SELECT (SELECT e.owner FROM execution e WHERE e.wake_ms IS NOT NULL AND e.owner > o.owner
      ORDER BY e.owner LIMIT 1) FROM o WHERE o.owner IS NOT NULL
  ) SELECT owner FROM o WHERE owner IS NOT NULL AND (SELECT min(e.wake_ms) FROM execution e
    WHERE e.owner = o.owner AND e.wake_ms IS NOT NULL) <= $2 LIMIT $3`

/** The next owners after one, and then those before it: at most as many as are wanted. */
async function nextOwners(
  tx: Transaction,
  after: string,
  nowMs: number,
  max: number,
): Promise<string[]> {
  const wanted = Math.min(max, MAX_OWNERS)
  const ownersAfter = async (name: string, count: number) =>
    (await tx.rows<{ owner: string }>(OWNERS, [name, nowMs, count])).map(({ owner }) => owner)
  const later = await ownersAfter(after, wanted)
  if (later.length === wanted || after === '') return later
  const earlier = await ownersAfter('', wanted - later.length)
  return [...new Set([...later, ...earlier])]
}

/**
 * The first executions of each owner. A computed bound would keep the planner from reading no more
 * than that of the index, so it is written out.
 */
const candidatesSql = (ofOwner: number) => `SELECT c.* FROM unnest($1::text[]) AS o(owner)
  CROSS JOIN LATERAL (
    SELECT e.id, e.execution_id, e.owner, e.session_id, e.state, e.epoch, e.losses, e.wake_ms
    FROM execution e
    WHERE e.wake_ms IS NOT NULL AND e.owner = o.owner AND e.wake_ms <= $2
      AND (e.runtime IS NULL OR e.runtime <> ALL($3::text[]))
      AND (e.session_id IS NULL OR NOT EXISTS (SELECT 1 FROM session s
        WHERE s.session_id = e.session_id AND s.holder <> e.execution_id))
    ORDER BY e.wake_ms, e.id LIMIT ${ofOwner} FOR UPDATE OF e SKIP LOCKED) c`

/**
 * Makes a daemon the owner of executions that can go on.
 *
 * @param elsewhere what executions run on at daemons that live and not at this one: they are left to
 *   those
 */
export async function claimExecutions(
  tx: Transaction,
  daemon: number,
  { nowMs, max, after }: ClaimRequest,
  elsewhere: readonly string[],
): Promise<ClaimAnswer> {
  const before = tx.before as ClaimAnswer | undefined
  const known = before && (await claimedBefore(tx, daemon, before.claimed))
  // A repetition: the first attempt was committed before its connection was lost.
  if (before !== undefined && known?.length) return { ...before, claimed: known }
  const all: Claimed[] = []
  let from = after
  let wanted = max
  for (let round = 0; round < MAX_ROUNDS && all.length < max; round++) {
    const owners = await nextOwners(tx, from, nowMs, wanted)
    if (owners.length === 0) break
    const turn = { nowMs, max: max - all.length, after: from }
    const some = await claimRound(tx, daemon, owners, turn, elsewhere)
    all.push(...some)
    // Past those that had nothing after all.
    from = owners.at(-1) as string
    if (some.length > 0) continue
    if (owners.length < wanted) break
    wanted = Math.min(MAX_OWNERS, MORE_OWNERS * wanted)
  }
  const [next] = await tx.rows<{ next_ms: number | null; is_due: boolean }>(
    `SELECT (SELECT min(wake_ms) FROM execution WHERE wake_ms > $1) AS next_ms,
      ${IS_DUE} AS is_due`,
    [nowMs],
  )
  const isBlocked = all.length < max && next?.is_due === true
  return { claimed: all, nextMs: next?.next_ms ?? undefined, isBlocked }
}

/**
 * Those of a claim whose commit was unknown that a daemon owns by it. One whose commit is still under
 * way is not seen: its executions are strays of a later heartbeat.
 */
async function claimedBefore(
  tx: Transaction,
  daemon: number,
  claimed: readonly Claimed[],
): Promise<Claimed[]> {
  if (claimed.length === 0) return []
  const rows = await tx.rows<{ execution_id: string }>(
    `SELECT execution_id FROM execution JOIN unnest($2::text[], $3::int[]) AS n(id, claimed)
        ON execution_id = n.id AND epoch = n.claimed WHERE daemon = $1 AND wake_ms IS NULL`,
    [daemon, claimed.map(one => one.executionId), claimed.map(one => one.epoch)],
  )
  const owned = new Set(rows.map(row => row.execution_id))
  return claimed.filter(({ executionId }) => owned.has(executionId))
}

const oneBefore = ({ before }: Transaction) => (before === undefined ? [] : [before as Claimed])

async function claimRound(
  tx: Transaction,
  daemon: number,
  owners: readonly string[],
  { nowMs, max, after }: ClaimRequest,
  elsewhere: readonly string[],
): Promise<Claimed[]> {
  const ofOwner = Math.max(1, Math.ceil(max / owners.length))
  const found = await tx.rows<Candidate>(candidatesSql(ofOwner), [...[owners, nowMs, elsewhere]])
  found.sort((a, b) => a.wake_ms - b.wake_ms || a.id - b.id)
  const sessions = new Set<string>()
  const chosen: Candidate[] = []
  takeInTurns(
    Map.groupBy(found, ({ owner }) => owner),
    after,
    max,
    candidate => {
      const { session_id } = candidate
      if (!isClaimable(candidate, nowMs)) return false
      if (session_id !== null && sessions.has(session_id)) return false
      if (session_id !== null) sessions.add(session_id)
      chosen.push(candidate)
      return true
    },
  )
  const taken = await withSessions(tx, chosen)
  await changeExecutions(
    tx,
    taken.map(row => ({ id: row.id, next: claimed(row), daemon })),
  )
  return taken.map(row => claimedOf(row, claimed(row)))
}

/** Holds the sessions of executions; those whose session another execution has are left out. */
async function withSessions(tx: Transaction, chosen: readonly Candidate[]): Promise<Candidate[]> {
  const taken: Candidate[] = []
  for (const one of chosen) {
    const { session_id, execution_id } = one
    // This row decides, not the look at it.
    const isBusy =
      session_id !== null && (await holdSession(tx, session_id, execution_id, null)) === 'busy'
    if (!isBusy) taken.push(one)
  }
  return taken
}

/** Makes a daemon the owner of one execution that has none. */
export async function takeExecution(
  tx: Transaction,
  daemon: number,
  executionId: string,
): Promise<Claimed | undefined> {
  const row = await lockExecution(tx, executionId)
  const [before] = await claimedBefore(tx, daemon, oneBefore(tx))
  if (before !== undefined) return before
  if (row === undefined || !isFree(row)) return undefined
  const next = claimed(row)
  await changeExecutions(tx, [{ id: row.id, next, daemon }])
  return claimedOf(row, next)
}

/** As {@link claimExecutions}, of one execution. */
export async function claimOneExecution(
  tx: Transaction,
  daemon: number,
  executionId: string,
  nowMs: number,
): Promise<Claimed | undefined> {
  const row = await lockExecution(tx, executionId)
  const [before] = await claimedBefore(tx, daemon, oneBefore(tx))
  if (before !== undefined) return before
  if (row === undefined || !isClaimable(row, nowMs)) return undefined
  const { session_id } = row
  if (session_id !== null && (await holdSession(tx, session_id, executionId, null)) === 'busy')
    return undefined
  const next = claimed(row)
  await changeExecutions(tx, [{ id: row.id, next, daemon }])
  return claimedOf(row, next)
}

/** Gives an execution up. @throws {LatchdError} `STALE_OWNER` */
export async function giveBackExecution(
  tx: Transaction,
  executionId: string,
  epoch: number,
  fromMs: number,
): Promise<void> {
  const found = await lockExecution(tx, executionId)
  // A repetition: the first attempt was committed before its connection was lost.
  if (tx.isRepeat && found?.epoch === epoch && found.wake_ms === fromMs) return
  const row = ownedUnder(found, executionId, epoch)
  await changeExecutions(tx, [{ id: row.id, next: givenBack(row, fromMs) }])
}

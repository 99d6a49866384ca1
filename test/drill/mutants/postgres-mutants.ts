/** Faults of several daemons over one database. */

import type { Mutant } from './mutant.ts'

const POSTGRES = 'daemon/store/postgres'

/** The faults, and the drill that is to find each. */
export const postgresMutants: readonly Mutant[] = [
  {
    name: 'claim without a lock: two daemons own one execution',
    file: `${POSTGRES}/claims.ts`,
    from: ' FOR UPDATE OF e SKIP LOCKED) c`',
    to: ') c`',
    drill: 'interleavings',
  },
  {
    name: 'claim waits for what another daemon has locked',
    file: `${POSTGRES}/claims.ts`,
    from: ' FOR UPDATE OF e SKIP LOCKED) c`',
    to: ' FOR UPDATE OF e) c`',
    drill: 'interleavings',
  },
  {
    name: 'take of what a daemon owns',
    file: `${POSTGRES}/claims.ts`,
    from: 'if (row === undefined || !isFree(row)) return undefined',
    to: 'if (row === undefined) return undefined',
    drill: 'interleavings',
  },
  {
    name: 'fence removed: the row is not locked while its owner writes',
    file: `${POSTGRES}/execution-rows.ts`,
    from: 'WHERE execution_id = ANY($1::text[]) ORDER BY id FOR UPDATE`',
    to: 'WHERE execution_id = ANY($1::text[]) ORDER BY id`',
    drill: 'interleavings',
  },
  {
    name: 'epoch not compared: an earlier owner may write',
    file: 'daemon/store/rules/standing.ts',
    from: 'if (found?.epoch === epoch && isOwned(found)) return found',
    to: 'if (found !== undefined && isOwned(found)) return found',
    drill: 'interleavings',
  },
  {
    name: 'epoch not raised by a claim',
    file: 'daemon/store/rules/standing.ts',
    from: "return { state: 'running', epoch: epoch + 1, losses, wake_ms: null }",
    to: "return { state: 'running', epoch, losses, wake_ms: null }",
    drill: 'interleavings',
  },
  {
    name: 'decision dropped: an execution that waits is not woken by it',
    file: `${POSTGRES}/approvals.ts`,
    from: 'if (wake_ms !== execution.wake_ms) {',
    to: 'if (wake_ms === undefined) {',
    drill: 'interleavings',
  },
  {
    name: 'decision dropped: an execution parks although it is ready',
    file: `${POSTGRES}/writes.ts`,
    from: 'const isReady = ready.has(row.id)',
    to: 'const isReady = ready.has(-row.id)',
    drill: 'interleavings',
  },
  {
    name: 'session not looked at: two executions hold it',
    file: `${POSTGRES}/claims.ts`,
    from: "session_id !== null && (await holdSession(tx, session_id, execution_id, null)) === 'busy'",
    to: "session_id !== null && (await holdSession(tx, session_id, execution_id, null)) === 'gone'",
    drill: 'interleavings',
  },
  {
    name: 'session not locked: two daemons give it away at once',
    file: `${POSTGRES}/sessions.ts`,
    from: 'WHERE session_id = $1 FOR UPDATE`',
    to: 'WHERE session_id = $1`',
    drill: 'interleavings',
  },
  {
    name: 'lease of messages without a lock: two daemons send one',
    file: `${POSTGRES}/webhooks.ts`,
    from: 'ORDER BY due_ms, message_id LIMIT $4 FOR UPDATE SKIP LOCKED)',
    to: 'ORDER BY due_ms, message_id LIMIT $4)',
    drill: 'interleavings',
  },
  {
    name: 'sweeper without its lock: two sweep at once',
    file: `${POSTGRES}/removing.ts`,
    from: "'SELECT pg_try_advisory_xact_lock($1) AS is_mine'",
    to: "'SELECT $1::int IS NOT NULL AS is_mine'",
    drill: 'interleavings',
  },
  {
    name: 'reaper takes the living: the lease is not looked at',
    file: `${POSTGRES}/daemons.ts`,
    from: 'AS now_ms FROM daemon WHERE seen_ms < latchd_now() - ${LEASE_MS}',
    to: 'AS now_ms FROM daemon WHERE seen_ms <= latchd_now()',
    drill: 'interleavings',
  },
  {
    name: 'reaper without a lock: a daemon is given up twice, or while it renews its lease',
    file: `${POSTGRES}/daemons.ts`,
    from: 'ORDER BY id FOR UPDATE SKIP LOCKED`',
    to: 'ORDER BY id`',
    drill: 'interleavings',
  },
  {
    name: 'statement not repeatable: a write that was carried out is carried out again',
    file: `${POSTGRES}/repeats.ts`,
    from: 'if (!tx.isRepeat) return new Set()',
    to: 'if (tx.isRepeat) return new Set()',
    drill: 'cut-statements',
  },
  {
    name: 'statement not repeatable: a submission whose answer was lost is refused',
    file: `${POSTGRES}/writes.ts`,
    from: 'if (known.executionId === executionId) done(write, accepted(write))',
    to: "if (known.executionId === '') done(write, accepted(write))",
    drill: 'cut-statements',
  },
  {
    name: 'statement not repeatable: a message is delayed twice',
    file: `${POSTGRES}/webhooks.ts`,
    from: 'WHERE message_id = $1 AND due_ms <> $2`',
    to: 'WHERE message_id = $1`',
    drill: 'cut-statements',
  },
  {
    name: 'statement not repeatable: an execution ends in its session twice',
    file: `${POSTGRES}/sessions.ts`,
    from: 'if (tx.isRepeat && row.holder !== executionId) return',
    to: 'if (tx.isRepeat && row.holder === executionId) return',
    drill: 'cut-statements',
  },
  {
    name: 'commit forgotten: what was committed before is not known in the next attempt',
    file: `${POSTGRES}/database.ts`,
    from: "isRepeat ||= kind === 'unknown'",
    to: "isRepeat ||= kind === 'full'",
    drill: 'cut-statements',
  },
  {
    name: 'write not repeated: what a terminated connection has not done is refused',
    file: `${POSTGRES}/database.ts`,
    from: "return STOPPING.has(code) || code.startsWith('08') ? 'unknown' : 'refused'",
    to: "return 'refused'",
    drill: 'cut-statements',
  },
]

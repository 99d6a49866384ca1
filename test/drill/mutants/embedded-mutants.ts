/** Faults of one daemon over its file. */

import type { Mutant } from './mutant.ts'

/** The faults, and the drill that is to find each. */
export const embeddedMutants: readonly Mutant[] = [
  {
    name: 'guard removed: an interrupted call is made again',
    file: 'executor/calls/journal.ts',
    from: 'return this.#interrupted.has(callNumber)',
    to: 'return this.#interrupted.has(-callNumber)',
    drill: 'random-kill',
  },
  {
    name: 'intent not awaited: a call leaves before it is on disk that it does',
    file: 'executor/calls/call-waits.ts',
    from: 'return writer?.isDurable ? this.#durable(writer.sync()) : undefined',
    to: 'void writer?.sync()\n    return undefined',
    drill: 'slow-disk',
  },
  {
    name: 'result dropped: some deliveries are not recorded',
    file: 'executor/calls/tool-calls.ts',
    from: 'this.#host.writer?.record(record)',
    to: 'if (record.position % 3 !== 0) this.#host.writer?.record(record)',
    drill: 'random-kill',
  },
  {
    name: 'signal not durable: a decision is acknowledged before it is on disk',
    file: 'daemon/approvals/approval-service.ts',
    from: 'const outcome = await this.#deps.executions.decisions.decide(approval, decided)',
    to: `const found = await this.#deps.store.approval(approval.approvalId)
    const signalled = this.#deps.executions.decisions.decide(approval, decided)
    if (found?.stored.approval.status === 'pending') {
      void signalled
      return { ...found.stored.approval, status: decided.status, ...(decided.reason && { reason: decided.reason }) }
    }
    const outcome = await signalled`,
    drill: 'decisions',
  },
  {
    name: 'fence removed: whoever owned an execution before may write to it',
    file: 'daemon/store/rules/standing.ts',
    from: 'if (found?.epoch === epoch && isOwned(found)) return found',
    to: 'if (found !== undefined) return found',
    drill: 'zombie',
  },
  {
    name: 'message lost: some events are not told to their webhook',
    file: 'daemon/executions/writer.ts',
    from: 'if (webhook) this.#held.webhooks.push(webhook)',
    to: 'if (webhook && event.sequence % 4 !== 0) this.#held.webhooks.push(webhook)',
    drill: 'random-kill',
  },
  {
    name: 'state lost: what an execution leaves to its session is not kept',
    file: 'daemon/store/sqlite/executions.ts',
    from: 'this.#parts.sessions.ended(row.session_id, snapshot, endedAtMs)',
    to: 'this.#parts.sessions.ended(row.session_id, undefined, endedAtMs)',
    drill: 'random-kill',
  },
  {
    name: 'key forgotten: a deletion takes the idempotency key along',
    file: 'daemon/store/sqlite/executions.ts',
    from: 'this.removeRow(row.id, true)',
    to: 'this.removeRow(row.id, false)',
    drill: 'random-kill',
  },
  {
    name: 'cancel not kept: a cancelled execution is told ended and goes on after a restart',
    file: 'daemon/executions/writer.ts',
    from: 'await store.finish(executionId, this.epoch, ending)',
    to: "if (execution.status !== 'cancelled') await store.finish(executionId, this.epoch, ending)",
    drill: 'random-kill',
  },
  {
    name: 'call repeated: a client’s new process is asked again for what the lost one may have done',
    file: 'daemon/clients/connected-client.ts',
    from: 'ask.isRepeat ||= ask.wasSent',
    to: 'ask.isRepeat ||= false',
    drill: 'random-kill',
  },
  {
    name: 'sweep too wide: what is old is forgotten although it goes on',
    file: 'daemon/store/sqlite/sweeping.ts',
    from: 'ended_ms IS NOT NULL AND ended_ms < ?',
    to: 'ifnull(ended_ms, created_ms) < ?',
    drill: 'retention',
  },
]

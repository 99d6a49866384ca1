/** Holds what a daemon has kept against what it owes: the invariants of docs/design/durability.md. */

import type { JournalRecord } from '../../executor/boundary/journal-record.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'
import type { CallRecord, Execution } from '../../protocol/execution/execution.ts'
import { isEnded } from '../../protocol/execution/status.ts'
import { THROWN } from '../../protocol/values/value-format.ts'
import { decodeValue } from '../../protocol/values/values.ts'
import type { Kept, WholeJournal } from './kept.ts'
import type { Effect } from './ledger.ts'
import type { Acknowledged } from './load.ts'

export interface Evidence {
  /** Executions that end otherwise than `completed`. */
  readonly otherEnds: ReadonlyMap<string, 'failed' | 'cancelled'>
  readonly accepted: ReadonlySet<string>
  readonly decisions: ReadonlyMap<string, Acknowledged>
  readonly streams: ReadonlyMap<string, readonly ExecutionEvent[]>
  readonly effects: readonly Effect[]
  readonly kept: Kept
}

export interface Verdict {
  readonly problems: readonly string[]
  /** How many there were, for the table. */
  readonly calls: number
  readonly effects: number
  readonly unknown: number
  readonly decisions: number
  readonly streams: number
}

/** @returns everything that is wrong */
export function check({
  accepted,
  decisions,
  streams,
  effects,
  kept,
  otherEnds,
}: Evidence): Verdict {
  const problems = [...kept.problems]
  let unknown = 0
  let calls = 0
  const byCall = Map.groupBy(effects, effect => effect.call)
  const known = new Set<string>()
  if (kept.count !== accepted.size) {
    problems.push(`${accepted.size} executions were accepted, ${kept.count} are in the store`)
  }
  for (const id of accepted) {
    const journal = kept.journals.get(id)
    const execution = kept.executions.get(id)?.execution
    if (journal === undefined || execution === undefined) {
      problems.push(`${id} was accepted and is not in the store`)
      continue
    }
    const wrong = (text: string) => problems.push(`${id}: ${text}`)
    checkEnd(execution, otherEnds.get(id) ?? 'completed', journal.events, wrong)
    checkRecords(journal.records, wrong)
    if (execution.status === 'cancelled') {
      // Its calls end wherever they are; none of them may be made twice.
      for (const { callId, tool } of execution.calls) {
        known.add(callId)
        const made = byCall.get(callId) ?? []
        if (tool === 'pay' && made.length > 1) wrong(`pay was made ${made.length} times`)
      }
      continue
    }
    checkDecisions(journal, decisions, wrong)
    for (const call of execution.calls) {
      known.add(call.callId)
      calls++
      if (call.status === 'unknown') unknown++
      const made = (byCall.get(call.callId) ?? []).filter(
        ({ tool }) => tool === call.tool || !readOnlyTools.has(tool),
      )
      checkCall(call, made, journal.records, wrong)
    }
    const stream = streams.get(id)
    if (stream && JSON.stringify(stream) !== JSON.stringify(journal.events)) {
      wrong('its events were told otherwise than they are kept')
    }
  }
  for (const [call, made] of byCall) {
    const effect = made.find(({ tool }) => !readOnlyTools.has(tool))
    if (!known.has(call) && effect !== undefined)
      problems.push(`${effect.tool} had an effect in ${call}, which is in no record`)
  }
  for (const approvalId of decisions.keys()) {
    const isKept = [...kept.journals.values()].some(({ approvals }) =>
      approvals.some(({ approval }) => approval.approvalId === approvalId),
    )
    if (!isKept) problems.push(`the decided approval ${approvalId} is gone`)
  }
  return {
    problems,
    calls,
    effects: effects.length,
    unknown,
    decisions: decisions.size,
    streams: streams.size,
  }
}

/**
 * What changes nothing is made without a commit. The guest may take another path after a loss, when a
 * stream before it was interrupted: then it never comes to that call again, or its number is another's.
 */
const readOnlyTools: ReadonlySet<string> = new Set(['look', 'feed', 'client_look'])

type Wrong = (text: string) => void

function checkEnd(
  execution: Execution,
  expected: 'completed' | 'failed' | 'cancelled',
  events: readonly ExecutionEvent[],
  wrong: Wrong,
): void {
  if (execution.status !== expected) {
    wrong(`it is ${execution.status}: ${JSON.stringify('error' in execution && execution.error)}`)
  }
  for (const [i, event] of events.entries()) {
    if ('sequence' in event && event.sequence !== i + 1)
      wrong(`event ${i + 1} is ${event.sequence}`)
  }
  const ends = events.filter(({ type }) => type === 'execution-ended')
  if (isEnded(execution) && (ends.length !== 1 || events.at(-1) !== ends[0])) {
    wrong(`it has ${ends.length} ends`)
  }
  const emittedLogs = events.filter(({ type }) => type === 'log-written').length
  if (emittedLogs !== execution.logs.length)
    wrong(`${emittedLogs} of ${execution.logs.length} logs told`)
}

function checkRecords(records: readonly JournalRecord[], wrong: Wrong): void {
  const deliveries = records.filter(({ kind }) => kind === 'delivery')
  for (const [i, { position }] of deliveries.entries()) {
    if (position !== i + 1) wrong(`delivery ${i + 1} has position ${position}`)
  }
  const keys = records.map(({ kind, callNumber }) => `${kind} ${callNumber}`)
  if (new Set(keys).size !== keys.length) wrong('two records are about the same')
}

/** What the guest was told of a person's decision is what that person was told was taken. */
function checkDecisions(
  { approvals, records }: WholeJournal,
  decisions: ReadonlyMap<string, Acknowledged>,
  wrong: Wrong,
): void {
  for (const { approval, callNumber } of approvals) {
    const told = decisions.get(approval.approvalId)
    if (told === undefined) continue
    const status = told.decision === 'approve' ? 'approved' : 'rejected'
    if (approval.status !== status || approval.reason !== told.reason) {
      wrong(
        `${approval.approvalId} was ${status}, ${told.reason}; it is ${JSON.stringify(approval)}`,
      )
    }
    const delivery = records.find(
      record => record.kind === 'delivery' && record.callNumber === callNumber,
    )
    if (delivery === undefined) {
      wrong(`the guest was not told of ${approval.approvalId}`)
      continue
    }
    const isRefused =
      delivery.text.startsWith(THROWN) && delivery.text.includes('APPROVAL_REJECTED')
    if (approval.tool !== 'human_approval') {
      if (isRefused !== (status === 'rejected'))
        wrong(`the guest saw ${delivery.text} of ${status}`)
      continue
    }
    const { approved, reason } = givenBy(delivery.text) as Record<string, unknown>
    if (approved !== (status === 'approved') || reason !== told.reason) {
      wrong(`the guest saw ${delivery.text}, decided was ${status}, ${told.reason}`)
    }
  }
}

/** The value that a guest was given; the text itself where an error was thrown instead. */
function givenBy(text: string): unknown {
  try {
    return decodeValue(text)
  } catch {
    return text
  }
}

/** A call's record, its effects in the world and what the guest was given fit together. */
function checkCall(
  { callId, tool, status, error }: CallRecord,
  effects: readonly Effect[],
  records: readonly JournalRecord[],
  wrong: Wrong,
): void {
  const callNumber = Number(callId.slice(callId.lastIndexOf('_') + 1))
  const delivery = records.find(
    record => record.kind === 'delivery' && record.callNumber === callNumber,
  )
  if (delivery === undefined) {
    wrong(`${tool} ${callNumber} is ${status}, and the guest was given nothing`)
    return
  }
  const told = `${tool} ${callNumber} is ${status} with ${effects.length} effects`
  const values = new Set(effects.map(({ value }) => value))
  switch (tool) {
    case 'pay':
    case 'client_pay':
    case 'sign':
    case 'wire':
    case 'burst': {
      if (effects.length > 1) wrong(`${told}: it was made more than once`)
      if (status === 'unknown' && tool !== 'wire') return
      if (status === 'rejected' && tool === 'sign' && effects.length === 0) return
      const isEnded = status === (tool === 'burst' ? 'failed' : 'completed')
      if (!isEnded || effects.length !== 1) wrong(told)
      const given = tool === 'burst' ? error?.message : givenBy(delivery.text)
      if (!values.has(given as string)) wrong(`${told}: the guest was given ${String(given)}`)
      return
    }
    case 'put':
      if (status !== 'completed' || values.size !== 1) wrong(`${told}, ${values.size} values`)
      if (!values.has(givenBy(delivery.text) as string)) wrong(`${told}: another value`)
      return
    case 'look':
    case 'client_look':
      if (status !== 'completed') wrong(told)
      if (!values.has(givenBy(delivery.text) as string)) wrong(`${told}: another value`)
      return
    case 'feed':
      if (status !== 'completed') wrong(told)
      return
    case 'drip':
      if (status !== 'completed' && status !== 'unknown') wrong(told)
      return
    default:
      if (status !== 'completed') wrong(told)
  }
}

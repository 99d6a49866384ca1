/** Writes docs/limits.md from protocol/limits.ts. */

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { storeLimits } from '../../daemon/upkeep/store-guard.ts'
import { limitNames, limitTable } from '../../protocol/limits.ts'

const guide = resolve(import.meta.dirname, '../../docs/limits.md')

const head = `# Limits

<!-- Written by test/spec/generate-limits.ts from protocol/limits.ts. -->

Each execution runs under these limits.
A request names others in \`limits\`, each up to its ceiling.
An execution that exceeds one ends with \`LIMIT_EXCEEDED\`, and \`error.limit\` is the name; where the note says that it is thrown in the guest, the program may catch it and go on.
`

const number = (value: number) => value.toLocaleString('en-US').replaceAll(',', ' ')

const tail = `
A request may ask for less of \`maxJournalBytes\` on a small machine: one journal has at most a quarter of the heap that V8 gives the daemon, and an eighth of the memory of the machine or its control group, but always the default.

## The daemon as a whole

All executions and callers together are bounded as well.
At a bound new work is refused; what was taken goes on, and executions that can go on are loaded one after the other instead of many at a time.
What one caller has filled leaves the others their part of the queue, the sessions and the messages.

| what | bound | refusal | metric |
| --- | --- | --- | --- |
| new executions that wait for a worker | \`LATCHD_MAX_QUEUE\` | 429 \`QUEUE_FULL\` | \`latchd_queue_length\` |
| memory of calls: answers that are not in the store yet, journals of executions that are not durable, arguments that wait; of ended executions that are not durable; of events that wait for slow readers | half of the heap; of the calls of one token three quarters of that, where there are several tokens | 503 \`MEMORY_FULL\` | \`latchd_held_bytes\`, \`latchd_held_limit_bytes\` |
| events that wait for one reader | 16 MiB, of all executions 10 000 events | its stream ends, to be taken up by \`Last-Event-ID\` | \`latchd_held_bytes\` |
| ended executions that are not durable | 1000, 64 MiB, 10 minutes | the oldest are forgotten | \`latchd_held_bytes\` |
| sessions | ${number(storeLimits.sessions)} | 429 \`SESSIONS_FULL\` | \`latchd_sessions\`, \`latchd_store_limit\` |
| messages that wait for their webhooks | ${number(storeLimits.webhooks)} | 503 \`WEBHOOKS_FULL\`, of executions with a webhook | \`latchd_webhooks_pending\`, \`latchd_store_limit\` |
| executions of the store that can go on and are not loaded | none: they wait there | | \`latchd_resumes_unloaded\` |
| disk | what there is | 507 \`STORE_FULL\` | \`latchd_store_bytes\` |
`

/** The document as it should be. */
export function limitsGuide(): string {
  const rows = limitNames.map(name => {
    const { default: byDefault, floor, ceiling, unit, note } = limitTable[name]
    const cells = [`\`${name}\``, number(byDefault), number(floor), number(ceiling), unit, note]
    return `| ${cells.join(' | ')} |`
  })
  const titles =
    '| limit | default | least | most | unit | what it bounds |\n| --- | --- | --- | --- | --- | --- |'
  return `${head}\n${titles}\n${rows.join('\n')}\n${tail}`
}

if (import.meta.main) writeFileSync(guide, limitsGuide())

/** Ended executions that are kept in memory: for a while, so many, and so many bytes of them. */

import t from 'tap'
import { keptEnded } from '../../daemon/executions/kept-ended.ts'
import { MemoryExecutions } from '../../executor/store/memory-executions.ts'
import type { EndedExecution } from '../../protocol/execution/execution.ts'

function ended(executionId: string, text: string): EndedExecution {
  return {
    executionId,
    status: 'completed',
    output: { value: text, text, exact: true },
    isFinalAnswer: false,
    logs: [],
    logsTruncatedBytes: 0,
    calls: [],
    usage: { cpuMs: 1, wallMs: 1, waitMs: 0, calls: 0, peakMemoryBytes: 0, resumes: 0 },
    createdAtMs: 1,
    endedAtMs: 2,
  }
}

const program = { source: '1', language: 'javascript' } as const

/** A store in which so many executions have ended with a text. */
function storeWith(count: number, text: string, now?: () => number): MemoryExecutions {
  const store = new MemoryExecutions(keptEnded, now)
  for (let n = 0; n < count; n++) {
    const executionId = `exe_${n}`
    store.submit({ executionId, owner: 'a', program, read: () => ended(executionId, text) })
    store.finish(ended(executionId, text))
  }
  return store
}

const all = { owner: undefined, status: undefined, after: undefined, limit: 10_000 }
const kept = (store: MemoryExecutions) => store.list(all).length

t.test('the newest of many are kept', async t => {
  const store = storeWith(keptEnded.executions + 5, '')
  t.equal(kept(store), keptEnded.executions)
  t.notOk(store.get('exe_4'))
  t.ok(store.get('exe_5'))
})

t.test('they are forgotten after a while', async t => {
  let nowMs = 0
  const store = storeWith(3, '', () => nowMs)
  nowMs = keptEnded.keepMs - 1
  t.equal(kept(store), 3)
  nowMs = keptEnded.keepMs
  t.equal(kept(store), 0)
})

t.test('large ones are kept as long as there is room for them', async t => {
  const megabyte = 'x'.repeat(1_048_576)
  // Each holds its text twice: as value and as text.
  const room = keptEnded.bytes / (2 * megabyte.length)
  const store = storeWith(3 * room, megabyte)
  t.ok(kept(store) < room && kept(store) > room - 2, `${kept(store)} of ${room}`)
  store.remove(`exe_${3 * room - 1}`)
  store.submit({ executionId: 'one', owner: 'a', program, read: () => ended('one', megabyte) })
  store.finish(ended('one', megabyte))
  t.ok(store.get(`exe_${3 * room - 2}`), 'what was removed has left its room')
})

t.test('one that is larger than all of the room is kept until the next', async t => {
  const store = storeWith(1, 'x'.repeat(keptEnded.bytes))
  t.ok(store.get('exe_0'))
  store.submit({ executionId: 'next', owner: 'a', program, read: () => ended('next', '') })
  store.finish(ended('next', ''))
  t.notOk(store.get('exe_0'))
  t.ok(store.get('next'))
})

/** The live stream of an execution's page, and which events are beneath an execution. */

import t from 'tap'
import { LiveEvents } from '../../daemon/console/executions/live-events.ts'
import { EventsBeneath } from '../../daemon/executions/events-beneath.ts'
import { MAX_DEPTH } from '../../daemon/executions/nested-executions.ts'
import { EventQueue } from '../../protocol/base/event-queue.ts'
import type { ExecutionEvent } from '../../protocol/execution/events.ts'

let sequence = 0
const event = (executionId: string): ExecutionEvent => ({
  ...{ type: 'execution-resumed', executionId, sequence: ++sequence, atMs: 1 },
})

/** A queue that tells whether its reader has left. */
function queue() {
  let isLeft = false
  const events = new EventQueue<ExecutionEvent>(() => {
    isLeft = true
  })
  return { events, isLeft: () => isLeft }
}

function live() {
  const own = queue()
  const beneath = queue()
  return { own, beneath, events: new LiveEvents(own.events, beneath.events) }
}

/** Lets everything that is ready happen. */
const settle = () => new Promise(resolve => setImmediate(resolve))

t.test('what happens beneath is said once until it is read, between the own events', async t => {
  const { own, beneath, events } = live()
  beneath.events.push(event('b'))
  beneath.events.push(event('c'))
  await settle()
  t.strictSame(await events.next(), { done: false, value: { type: 'nested-changed' } })
  const next = events.next()
  const first = event('a')
  own.events.push(first)
  t.strictSame(await next, { done: false, value: first })
  const later = events.next()
  await settle()
  beneath.events.push(event('b'))
  t.match(await later, { value: { type: 'nested-changed' } })
  own.events.end()
  t.match(await events.next(), { done: true })
  t.ok(beneath.isLeft(), 'the end of the execution is the end')
})

t.test('a reader that leaves leaves both, also while it waits', async t => {
  const { own, beneath, events } = live()
  const waiting = events.next()
  await settle()
  await events.return()
  t.match(await waiting, { done: true })
  t.strictSame([own.isLeft(), beneath.isLeft()], [true, true])
})

t.test(
  'a reader that has fallen behind on what is beneath gets the end, and can ask again',
  async t => {
    const { own, beneath, events } = live()
    const waiting = events.next()
    beneath.events.end()
    t.match(await waiting, { done: true })
    t.ok(own.isLeft())
  },
)

t.test('an event is beneath by its execution, asked once, down to a depth', async t => {
  const parents: Record<string, string> = { d1: 'top', d2: 'd1', d3: 'd2', d4: 'd3', e1: 'other' }
  t.equal(MAX_DEPTH, 3)
  const asked: string[] = []
  const { events: all, isLeft } = queue()
  const beneath = new EventsBeneath('top', all, async id => {
    asked.push(id)
    const executionId = parents[id]
    return executionId === undefined ? undefined : { callId: '', executionId }
  })
  const ids = ['top', 'e1', 'd4', 'd3', 'd2', 'd1', 'e1', 'd3', 'top']
  for (const id of ids) all.push(event(id))
  const given: string[] = []
  for (let n = 0; n < 4; n++) given.push((await beneath.next()).value.executionId)
  t.strictSame(given, ['d3', 'd2', 'd1', 'd3'])
  t.equal(asked.filter(id => id === 'top').length, 0)
  t.equal(asked.filter(id => id === 'e1').length, 1)
  await beneath.return()
  t.ok(isLeft())
})

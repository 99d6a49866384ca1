/** The memory with the tools, to which guests are rewound. */

import t from 'tap'
import { noNames, writeSessionLine } from '../../executor/boundary/session-code.ts'
import { baseSnapshot } from '../../executor/engine/quickjs/base-snapshot.ts'
import { Equipment } from '../../executor/engine/quickjs/equipment.ts'
import { QuickJSGuest } from '../../executor/engine/quickjs/quickjs.ts'
import { HostOperation } from '../../executor/guest/host/host-operations.ts'

const PAY = JSON.stringify([['pay', 'pay', null]])
const SEND = JSON.stringify([['send', 'send', null]])
const SHOWS = `[typeof pay, typeof send, Object.keys(tools), globalThis.left, inputs.n, pay?.length]`

/** Runs a program that leaves what it can; returns what it has seen. */
function seenBy(guest: QuickJSGuest, tools: string, n = 1): unknown {
  let returned = ''
  const host = (operation: number, _number: number, text: string, kept?: string) => {
    if (operation === HostOperation.returned) returned = kept ?? text
    return 0
  }
  const inputs = `j${JSON.stringify({ n, pay: 'an input' })}`
  const configuration = JSON.stringify({ seed: [1, 2, 3, n], startedAtMs: n, inputs })
  guest.begin({ poll() {}, host, now: () => n }, 64e6, tools, configuration)
  guest.evaluate(`const pay = globalThis.pay, send = globalThis.send
    const seen = ${SHOWS}
    tools.left = globalThis.left = globalThis.pay = 1
    Object.setPrototypeOf(tools, { left: 2 })
    seen`)
  while (guest.runJob());
  t.ok(guest.rewind())
  return returned
}

async function guestOf(equipment?: Equipment) {
  const base = await baseSnapshot()
  const kept = equipment ?? new Equipment(base.memoryBytes)
  return { guest: await QuickJSGuest.create(base, kept), equipment: kept }
}

t.test(
  'programs find their tools, and nothing of each other, in the memory that is kept',
  async t => {
    const { guest, equipment } = await guestOf()
    const first = seenBy(guest, PAY)
    t.match(first, '"function"')
    for (let i = 0; i < 3; i++) t.equal(seenBy(guest, PAY), first)
    t.equal(equipment.current?.tools, PAY)
    for (let i = 0; i < 3; i++) t.equal(seenBy(guest, PAY), first)
    t.not(seenBy(guest, PAY, 2), first)
  },
)

t.test('a program of other tools has only its own', async t => {
  const { guest, equipment } = await guestOf()
  const other = seenBy(guest, SEND)
  for (let i = 0; i < 4; i++) seenBy(guest, PAY)
  t.equal(equipment.current?.tools, PAY)
  t.equal(seenBy(guest, SEND), other)
})

t.test('what is kept follows the tools that programs have', async t => {
  const { guest, equipment } = await guestOf()
  for (let i = 0; i < 3; i++) seenBy(guest, PAY)
  for (let i = 0; i < 2; i++) seenBy(guest, SEND)
  t.equal(equipment.current?.tools, PAY)
  seenBy(guest, SEND)
  t.equal(equipment.current?.tools, SEND)
  for (let i = 0; i < 8; i++) seenBy(guest, JSON.stringify([[`t${i}`, null, null]]))
  t.equal(equipment.current, undefined)
})

t.test('a guest that has tools already begins a session without them', async t => {
  const { guest } = await guestOf()
  for (let i = 0; i < 4; i++) seenBy(guest, PAY)
  t.ok(guest.isWhole(), 'it is the base snapshot again')
  t.match(seenBy(guest, PAY), 'function')
  let returned = ''
  const hooks = {
    poll() {},
    host: (operation: number, _number: number, text: string, kept?: string) => {
      if (operation === HostOperation.returned) returned = kept ?? text
      return 0
    },
    now: () => 1,
  }
  const configuration = JSON.stringify({ tools: [], seed: [1, 2, 3, 4], startedAtMs: 1 })
  guest.beginSession(hooks, 64e6, configuration)
  guest.evaluate(`${writeSessionLine(noNames)}\ntypeof pay`)
  while (guest.runJob());
  t.match(returned, 'undefined')
})

t.test('a memory that has grown is not kept', async t => {
  const equipment = new Equipment(4096)
  for (let i = 0; i < 5; i++) equipment.note(PAY, new Uint8Array(8192))
  t.equal(equipment.current, undefined)
  for (let i = 0; i < 5; i++) equipment.note(PAY, new Uint8Array(4096))
  t.equal(equipment.current?.tools, PAY)
  equipment.forget()
  t.equal(equipment.current, undefined)
})

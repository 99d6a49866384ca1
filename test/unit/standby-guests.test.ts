import t from 'tap'
import type { GuestMaker, StandbyGuest } from '../../executor/engine/engine.ts'
import { StandbyGuests } from '../../executor/worker/standby-guests.ts'

/** What a program needs that has no session. */
const plain = { isSession: false, memoryBytes: 100 }

/** A maker of guests that do nothing; `rewound` has those that were, in order. */
function makerOf(standby: number) {
  const rewound: StandbyGuest[] = []
  let checks = 0
  const maker: GuestMaker = {
    standby,
    names: { globals: [], ofProcess: [] },
    leavesGarbage: false,
    create: async () => {
      const guest = {
        memoryBytes: 1,
        holdsSession: true,
        isWhole: () => true,
        rewind: () => rewound.push(guest as StandbyGuest) > 0,
      } as Partial<StandbyGuest>
      return guest as StandbyGuest
    },
    requireWhole: () => {
      checks++
    },
  }
  const guests = new StandbyGuests(maker, () => {})
  return { guests, rewound, checks: () => checks }
}

t.test('a used guest is rewound for a program that comes before its turn', async t => {
  const { guests, rewound } = makerOf(1)
  await guests.fill()
  for (let i = 0; i < 5; i++) guests.giveBack(guests.lease(plain) as StandbyGuest, false)
  t.equal(guests.counts.made, 1)
  t.equal(rewound.length, 4)
  guests.rest()
  t.equal(guests.size, 1)
})

t.test('a guest keeps the state of its session for the program that names it', async t => {
  const { guests, rewound } = makerOf(1)
  await guests.fill()
  const guest = guests.lease(plain) as StandbyGuest
  guests.giveBack(guest, false, 'state 1')
  guests.rest()
  t.equal(guests.leaseHeld('state 2'), undefined)
  t.equal(guests.leaseHeld(undefined), undefined)
  t.equal(guests.leaseHeld('state 1'), guest)
  t.equal(guests.leaseHeld('state 1'), undefined, 'it is taken once')
  t.strictSame(rewound, [])
})

t.test('a program without a session gets a guest that is as good as new', async t => {
  const { guests, rewound } = makerOf(1)
  await guests.fill()
  const guest = guests.lease(plain) as StandbyGuest
  guests.giveBack(guest, false, 'state 1')
  t.equal(guests.lease(plain) as StandbyGuest, guest)
  t.strictSame(rewound, [guest])
  t.equal(guests.leaseHeld('state 1'), undefined)
  t.equal(guests.counts.made, 1)
})

t.test('a guest whose program ended in doubt keeps nothing, and is looked at', async t => {
  const { guests, rewound, checks } = makerOf(1)
  await guests.fill()
  guests.giveBack(guests.lease(plain) as StandbyGuest, true, 'state 1')
  t.equal(guests.leaseHeld('state 1'), undefined)
  guests.rest()
  t.equal(rewound.length, 1)
  t.equal(checks(), 1)
})

t.test('sessions are given up on demand', async t => {
  const { guests, rewound } = makerOf(2)
  await guests.fill()
  guests.giveBack(guests.lease(plain) as StandbyGuest, false, 'state 1')
  guests.giveBack(guests.lease(plain) as StandbyGuest, false, 'state 2')
  guests.giveUpMemory()
  t.equal(rewound.length, 2)
  t.equal(guests.size, 2)
})

t.test(
  'a guest that has grown is for programs without a session and with a larger limit',
  async t => {
    const { guests } = makerOf(2)
    await guests.fill()
    const grown = guests.lease(plain) as StandbyGuest & { grownBytes: number }
    grown.grownBytes = 50
    guests.giveBack(grown, false)
    guests.rest()
    t.equal(guests.size, 2)
    const other = guests.lease({ isSession: true, memoryBytes: 100 }) as StandbyGuest
    t.not(other, grown)
    t.equal(guests.lease({ isSession: true, memoryBytes: 100 }), undefined)
    t.equal(guests.lease({ isSession: false, memoryBytes: 50 }), undefined)
    t.equal(guests.lease({ isSession: false, memoryBytes: 51 }), grown)
  },
)

t.test(
  'of guests that have grown there are as many as stand ready, and none after a rest',
  async t => {
    const { guests } = makerOf(2)
    const grown = [await guests.make(), await guests.make(), await guests.make()]
    for (const guest of grown) Object.assign(guest, { grownBytes: 50 })
    for (const guest of grown) guests.giveBack(guest, false)
    while (guests.rest() === true);
    t.equal(guests.size, 2)
    t.ok(guests.hasGrown)
    guests.giveUpMemory()
    t.notOk(guests.hasGrown)
    t.equal(guests.size, 0)
  },
)

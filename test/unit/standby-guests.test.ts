import t from 'tap'
import type { GuestMaker, StandbyGuest } from '../../executor/engine/engine.ts'
import { StandbyGuests } from '../../executor/worker/standby-guests.ts'

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
  for (let i = 0; i < 5; i++) guests.giveBack(guests.lease() as StandbyGuest, false)
  t.equal(guests.counts.made, 1)
  t.equal(rewound.length, 4)
  guests.rest()
  t.equal(guests.size, 1)
})

t.test('a guest keeps the state of its session for the program that names it', async t => {
  const { guests, rewound } = makerOf(1)
  await guests.fill()
  const guest = guests.lease() as StandbyGuest
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
  const guest = guests.lease() as StandbyGuest
  guests.giveBack(guest, false, 'state 1')
  t.equal(guests.lease() as StandbyGuest, guest)
  t.strictSame(rewound, [guest])
  t.equal(guests.leaseHeld('state 1'), undefined)
  t.equal(guests.counts.made, 1)
})

t.test('a guest whose program ended in doubt keeps nothing, and is looked at', async t => {
  const { guests, rewound, checks } = makerOf(1)
  await guests.fill()
  guests.giveBack(guests.lease() as StandbyGuest, true, 'state 1')
  t.equal(guests.leaseHeld('state 1'), undefined)
  guests.rest()
  t.equal(rewound.length, 1)
  t.equal(checks(), 1)
})

t.test('sessions are given up on demand', async t => {
  const { guests, rewound } = makerOf(2)
  await guests.fill()
  guests.giveBack(guests.lease() as StandbyGuest, false, 'state 1')
  guests.giveBack(guests.lease() as StandbyGuest, false, 'state 2')
  guests.giveUpSessions()
  t.equal(rewound.length, 2)
  t.equal(guests.size, 2)
})

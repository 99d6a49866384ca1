/** The files of zones that Python reads are made from what this runtime knows of the zones. */

import t from 'tap'
import { searchedInstants, zoneChanges } from '../../executor/engine/cpython/zone/zone-changes.ts'
import { zoneClock } from '../../executor/engine/cpython/zone/zone-clock.ts'
import { zoneFile } from '../../executor/engine/cpython/zone/zone-file.ts'

const rules: readonly (readonly [zone: string, rule: string])[] = [
  ['Europe/Berlin', 'CET-1CEST,M3.5.0,M10.5.0/3'],
  ['Europe/London', 'GMT0BST,M3.5.0/1,M10.5.0'],
  ['America/New_York', 'EST5EDT,M3.2.0,M11.1.0'],
  ['America/Nuuk', '<-02>2<-01>,M3.5.0/-1,M10.5.0/0'],
  ['America/Santiago', '<-04>4<-03>,M9.1.6/24,M4.1.6/24'],
  ['Asia/Jerusalem', 'IST-2IDT,M3.4.4/26,M10.5.0'],
  ['Asia/Kathmandu', '<+0545>-5:45'],
  ['Asia/Tokyo', 'JST-9'],
  ['Africa/Cairo', 'EET-2EEST,M4.5.5/0,M10.5.4/24'],
  ['Australia/Lord_Howe', '<+1030>-10:30<+11>-11,M10.1.0,M4.1.0'],
  ['UTC', 'UTC0'],
]

t.test('the last line of the file is the rule by which a zone goes on', async t => {
  for (const [zone, rule] of rules) {
    const file = zoneFile(zone)
    t.equal(file?.toString('latin1', 0, 5), 'TZif2', zone)
    t.equal(file?.toString('latin1').split('\n').at(-2), rule, zone)
  }
})

t.test('a zone that follows no rule has its changes, and none is invented', async t => {
  t.equal(zoneFile('Asia/Gaza')?.toString('latin1').split('\n').at(-2), '')
})

t.test('the search for changes finds those that the runtime lists', async t => {
  const [from, to] = [Date.UTC(1900, 0) / 1000, Date.UTC(2038, 0) / 1000]
  for (const zone of ['Europe/Berlin', 'Africa/Casablanca', 'America/Noronha', 'Asia/Tokyo']) {
    const listed = zoneChanges(zone, from, to).map(({ at }) => at)
    t.strictSame(searchedInstants(zoneClock(zone), from, to), listed, zone)
  }
})

t.test('a name that is none has no file', async t => {
  for (const name of ['', 'europe/berlin', '../Europe/Berlin', '+01:00', 'Europe']) {
    t.equal(zoneFile(name), undefined, name)
  }
})

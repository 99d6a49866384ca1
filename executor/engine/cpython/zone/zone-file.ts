/**
 * The file of a zone as `zoneinfo` reads it, made from what this runtime knows of the zone.
 *
 * It is a TZif file of version 2 (RFC 9636): a header and no data of version 1, then a header, the
 * changes with the index of the local time that each brings, the local times, their names, and the
 * rule for the time after the last change.
 */

import { type ZoneChange, zoneChanges } from './zone-changes.ts'
import { type LocalTime, zoneClock } from './zone-clock.ts'
import { zoneNames, zoneOf } from './zone-list.ts'
import { steadyRule, yearlyRule } from './zone-rule.ts'

const HEADER_BYTES = 44
const TYPE_BYTES = 6
const TIME_BYTES = 8
/** Where the header has its numbers of changes, local times and characters. */
const CHANGES_AT = 32
const TYPES_AT = 36
const CHARS_AT = 40
const seconds = (year: number) => Date.UTC(year, 0, 1) / 1000
/** No zone had a change before. */
const FIRST_YEAR = 1833
/** The years by which the rule is found, of which this is the last. */
const LAST_YEAR = 2037
const RULE_YEARS = 10
/** A zone without a rule has its changes as far as they are known. */
const LAST_KNOWN_YEAR = 2088
/** Clocks that are later for no longer than that are those of a summer. */
const SUMMER_SECONDS = 300 * 86_400

const made = new Map<string, Buffer>()

/** The bytes of a zone's file; `undefined` when there is no zone of this name. */
export function zoneFile(name: string): Buffer | undefined {
  if (!zoneNames().has(name)) return undefined
  const file = made.get(name) ?? makeFile(name)
  made.set(name, file)
  return file
}

function makeFile(name: string): Buffer {
  if (isGreenwich(name)) return written(greenwich, [], steadyRule(greenwich))
  const zone = zoneOf(name)
  const first = zoneClock(zone).localTimeAt(seconds(FIRST_YEAR))
  const changes = zoneChanges(zone, seconds(FIRST_YEAR), seconds(LAST_YEAR + 1))
  const rule = ruleOf(changes, first)
  if (rule === undefined) {
    changes.push(...zoneChanges(zone, seconds(LAST_YEAR + 1), seconds(LAST_KNOWN_YEAR)))
  }
  return written(first, withSummers(withNames(changes), first), rule ?? '')
}

/** Names that this runtime takes for UTC. */
const isGreenwich = (name: string) => /^(?:Etc\/)?(?:GMT(?:[+-]?0)?|Greenwich)$/.test(name)
const greenwich: LocalTime = { offset: 0, isSummer: false, name: 'GMT' }

/** The rule for the time after the last change; `undefined` when the last years follow none. */
function ruleOf(changes: readonly ZoneChange[], first: LocalTime): string | undefined {
  const start = seconds(LAST_YEAR + 1 - RULE_YEARS)
  const last = changes.filter(({ at }) => at >= start)
  const before = changes.findLast(({ at }) => at < start)?.to ?? first
  return last.length === 0 ? steadyRule(before) : yearlyRule(last, before, RULE_YEARS)
}

/** Names local times of before 1970, of which the runtime has no names, as later ones. */
function withNames(changes: readonly ZoneChange[]): ZoneChange[] {
  const named = new Map<number, LocalTime>()
  return changes
    .toReversed()
    .map(({ at, to }) => {
      const known = isNumber(to) && at < 0 ? (named.get(to.offset) ?? to) : to
      if (!isNumber(known)) named.set(known.offset, known)
      return { at, to: known }
    })
    .reverse()
}

const isNumber = ({ name }: LocalTime) => /^[+-]/.test(name)

/** Marks the summers of zones whose names do not say so. */
function withSummers(changes: readonly ZoneChange[], first: LocalTime): ZoneChange[] {
  return changes.map((change, index) => {
    const before = changes[index - 1]?.to ?? first
    const next = changes[index + 1]
    const isSummer =
      next !== undefined &&
      isNumber(change.to) &&
      change.to.offset > before.offset &&
      change.to.offset > next.to.offset &&
      next.at - change.at < SUMMER_SECONDS
    return isSummer ? { ...change, to: { ...change.to, isSummer } } : change
  })
}

function written(first: LocalTime, changes: readonly ZoneChange[], rule: string): Buffer {
  const keyOf = ({ offset, isSummer, name }: LocalTime) => `${offset} ${isSummer} ${name}`
  const types = new Map([first, ...changes.map(({ to }) => to)].map(one => [keyOf(one), one]))
  const order = [...types.keys()]
  const names = [...new Set([...types.values()].map(({ name }) => name))]
  const chars = names.map(name => `${name}\0`).join('')
  const head = header()
  head.writeUInt32BE(changes.length, CHANGES_AT)
  head.writeUInt32BE(types.size, TYPES_AT)
  head.writeUInt32BE(chars.length, CHARS_AT)
  const times = Buffer.alloc(changes.length * TIME_BYTES)
  for (const [index, { at }] of changes.entries()) {
    times.writeBigInt64BE(BigInt(at), index * TIME_BYTES)
  }
  const kinds = Buffer.alloc(types.size * TYPE_BYTES)
  for (const [index, { offset, isSummer, name }] of [...types.values()].entries()) {
    const at = index * TYPE_BYTES
    kinds.writeInt32BE(offset, at)
    kinds.writeUInt8(isSummer ? 1 : 0, at + 4)
    kinds.writeUInt8(chars.indexOf(`${name}\0`), at + 5)
  }
  const indices = Buffer.from(changes.map(({ to }) => order.indexOf(keyOf(to))))
  return Buffer.concat([
    ...[header(), head, times, indices, kinds],
    Buffer.from(`${chars}\n${rule}\n`),
  ])
}

function header(): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES)
  bytes.write('TZif2')
  return bytes
}

/**
 * Locales and options of a program, read once and written into the head of a request.
 *
 * Options are read by name, in the order of ECMA-402. Getters are honoured. The worker's Intl
 * checks the values.
 */

import { localZone } from '../host/zone.ts'
import {
  jsonStringify,
  max,
  ObjectOf,
  objectFreeze,
  objectPrototype,
  reflectGetOwnPropertyDescriptor,
  reflectGetPrototypeOf,
  reflectSetPrototypeOf,
  symbolToString,
  TypeErrorOf,
  toNumber,
  toText,
  unlinkedList,
  WeakMapOf,
  weakMapGet,
  weakMapSet,
} from '../primordials.ts'
import { askIntl, boundText, listText, numberText } from './intl-request.ts'

/** How an option becomes plain: text, boolean, number, or the union of `useGrouping`. */
type Kind = 's' | 'b' | 'n' | 'g'
/** Options by name, as `name kind name kind …`. */
type Table = readonly string[]

const table = (...cells: string[]): Table => objectFreeze(cells)

const DIGITS = [
  ...['minimumIntegerDigits', 'n', 'minimumFractionDigits', 'n', 'maximumFractionDigits', 'n'],
  ...['minimumSignificantDigits', 'n', 'maximumSignificantDigits', 'n', 'roundingIncrement', 'n'],
  ...['roundingMode', 's', 'roundingPriority', 's', 'trailingZeroDisplay', 's'],
]
const MATCHER = ['localeMatcher', 's']

/** The units of a duration, in the order in which their options are read. */
export const DURATION_UNITS = objectFreeze([
  ...['years', 'months', 'weeks', 'days', 'hours', 'minutes'],
  ...['seconds', 'milliseconds', 'microseconds', 'nanoseconds'],
])

/** The options of each service. */
export const OPTIONS = objectFreeze({
  __proto__: null as never,
  Matcher: table(...MATCHER),
  Collator: table(
    ...['usage', 's', ...MATCHER, 'collation', 's', 'numeric', 'b', 'caseFirst', 's'],
    ...['sensitivity', 's', 'ignorePunctuation', 'b'],
  ),
  NumberFormat: table(
    ...[...MATCHER, 'numberingSystem', 's', 'style', 's', 'currency', 's', 'currencyDisplay', 's'],
    ...['currencySign', 's', 'unit', 's', 'unitDisplay', 's', 'notation', 's', ...DIGITS],
    ...['compactDisplay', 's', 'useGrouping', 'g', 'signDisplay', 's'],
  ),
  PluralRules: table(
    ...[...MATCHER, 'type', 's', 'notation', 's', 'compactDisplay', 's', ...DIGITS],
  ),
  DateTimeFormat: table(
    ...[...MATCHER, 'calendar', 's', 'numberingSystem', 's', 'hour12', 'b', 'hourCycle', 's'],
    ...['timeZone', 's', 'weekday', 's', 'era', 's', 'year', 's', 'month', 's', 'day', 's'],
    ...['dayPeriod', 's', 'hour', 's', 'minute', 's', 'second', 's', 'fractionalSecondDigits', 'n'],
    ...['timeZoneName', 's', 'formatMatcher', 's', 'dateStyle', 's', 'timeStyle', 's'],
  ),
  RelativeTimeFormat: table(...MATCHER, 'numberingSystem', 's', 'style', 's', 'numeric', 's'),
  ListFormat: table(...MATCHER, 'type', 's', 'style', 's'),
  DisplayNames: table(
    ...[...MATCHER, 'style', 's', 'type', 's', 'fallback', 's', 'languageDisplay', 's'],
  ),
  Segmenter: table(...MATCHER, 'granularity', 's'),
  DurationFormat: table(
    ...[...MATCHER, 'numberingSystem', 's', 'style', 's'],
    ...DURATION_UNITS.flatMap(unit => [unit, 's', unit + 'Display', 's']),
    ...['fractionalDigits', 'n'],
  ),
  Locale: table(
    ...['language', 's', 'script', 's', 'region', 's', 'calendar', 's'],
    ...['collation', 's', 'firstDayOfWeek', 's', 'hourCycle', 's', 'caseFirst', 's'],
    ...['numeric', 'b', 'numberingSystem', 's'],
  ),
})

/** The tags of `Intl.Locale` objects: their brand. */
const localeTags = new WeakMapOf<WeakKey, string>()

/** Marks an object as an `Intl.Locale` with this tag, for {@link localeTag}. */
export function brandLocale(locale: object, tag: string): void {
  weakMapSet(localeTags, locale, tag)
}

/** The tag of an `Intl.Locale` object, `undefined` for any other value. */
export function localeTag(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null ? weakMapGet(localeTags, value) : undefined
}

/**
 * The head of a request: a service with its locales and options.
 *
 * @throws {TypeError} for locales that are null, or hold a value other than a string or an object.
 *   Errors of getters pass through.
 */
export function headOf(service: string, locales: unknown, options: unknown, names: Table): string {
  const localesText = localeListText(locales)
  const plain = optionsText(options, names)
  if (plain !== '') return '["' + service + '",' + localesText + ',' + plain + ']'
  return '["' + service + '"' + (localesText === '[]' ? '' : ',' + localesText) + ']'
}

/** The name of an Intl service that is constructed with locales and options. */
export type Service = Exclude<keyof typeof OPTIONS, '__proto__' | 'Matcher' | 'Locale'>

/** The head of a service that the worker has constructed once, so that the arguments are valid. */
export function open(service: Service, locales: unknown, options: unknown): string {
  const head = headOf(service, locales, options, OPTIONS[service])
  askIntl(head, 'new')
  return head
}

/**
 * Gives an instance the prototype of its service where the constructor that was called has none, as
 * GetPrototypeFromConstructor of ECMA-262 does.
 */
export function keepPrototype(made: object, target: object, service: { prototype: object }): void {
  if (reflectGetPrototypeOf(made) !== objectPrototype) return
  const own = reflectGetOwnPropertyDescriptor(target, 'prototype')
  if (own !== undefined && own.value !== objectPrototype)
    reflectSetPrototypeOf(made, service.prototype)
}

/** `CanonicalizeLocaleList` of ECMA-402, short of the canonical form: tags, as JSON. */
export function localeListText(locales: unknown): string {
  if (locales === undefined) return '[]'
  if (typeof locales === 'string') return '[' + jsonStringify(locales) + ']'
  if (locales === null) throw new TypeErrorOf('Cannot convert undefined or null to object')
  const tag = localeTag(locales)
  if (tag !== undefined) return '[' + jsonStringify(tag) + ']'
  const list = ObjectOf(locales) as ArrayLike<unknown>
  const length = toLength(list.length)
  const tags = unlinkedList<string>()
  for (let i = 0; i < length; i++) {
    if (!(i in list)) continue
    const locale = list[i]
    if (typeof locale !== 'string' && (typeof locale !== 'object' || locale === null)) {
      throw new TypeErrorOf('Language ID should be string or object.')
    }
    tags[tags.length] = localeTag(locale) ?? toText(locale)
  }
  return listText(tags)
}

function toLength(value: unknown): number {
  // NaN passes and ends the walk before its first step.
  return max(toNumber(value), 0)
}

/** The known options as JSON; empty when there are none. */
export function optionsText(options: unknown, names: Table): string {
  switch (typeof options) {
    case 'undefined':
      return zoneText(names)
    case 'object':
    case 'function':
      return options === null ? 'null' : '{' + propertiesText(options, names) + '}'
    case 'symbol':
      return zoneText(names) || jsonStringify(symbolToString(options))
    default:
      // No object: some services refuse it, the others find no option in it.
      return zoneText(names) || boundText(options)
  }
}

/** The options of a service of dates that says none, in a zone other than UTC. */
function zoneText(names: Table): string {
  const zone = names === OPTIONS.DateTimeFormat ? localZone() : undefined
  return zone === undefined ? '' : '{"timeZone":' + jsonStringify(zone) + '}'
}

function propertiesText(options: object, names: Table): string {
  let text = ''
  for (let i = 0; i < names.length; i += 2) {
    const name = names[i] as string
    let value = (options as Record<string, unknown>)[name]
    if (value === undefined && name === 'timeZone') value = localZone()
    if (value === undefined) continue
    text += (text === '' ? '"' : ',"') + name + '":' + optionText(value, names[i + 1] as Kind)
  }
  return text
}

function optionText(value: unknown, kind: Kind): string {
  switch (kind) {
    case 'b':
      return value ? 'true' : 'false'
    case 'n':
      return numberText(toNumber(value))
    case 'g':
      if (value === true || !value) return value ? 'true' : 'false'
      return jsonStringify(toText(value))
    case 's':
      return jsonStringify(toText(value))
    default:
      return kind satisfies never
  }
}

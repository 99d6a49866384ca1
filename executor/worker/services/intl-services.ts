/**
 * What a guest may ask of this thread's Intl: the allow-list of services and methods.
 *
 * The default locale is en-US and the default time zone UTC whatever the host's are: en-US stands
 * at the end of every list of locales, where V8 would otherwise fall back to the host's.
 */

import { zoneMethods } from './zones.ts'

type Method = (...args: unknown[]) => unknown
/** A constructed service, by the names of its methods. */
export type Methods = ReadonlyMap<string, Method>
type Maker = (locales: readonly string[], options: unknown) => Methods
type Options = Readonly<Record<string, unknown>>

const FORMATS = ['format', 'formatToParts', 'resolvedOptions']
const RANGES = [...FORMATS, 'formatRange', 'formatRangeToParts']

// In V8 since 13.1; in TypeScript's library from es2025 on.
const { DurationFormat } = Intl as unknown as { DurationFormat: typeof Intl.ListFormat }
/** Taken before the seal of the thread, which removes it. */
const { Segmenter } = Intl

/** Makes a service from its locales and options, or throws what V8 throws for them. */
export const serviceMakers: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['Intl', () => statics],
  ['Locale', (tag, options) => locale(tag as never, options)],
  ['Collator', service(Intl.Collator, ['compare', 'resolvedOptions'])],
  ['NumberFormat', service(Intl.NumberFormat, RANGES)],
  ['PluralRules', service(Intl.PluralRules, ['select', 'selectRange', 'resolvedOptions'])],
  ['DateTimeFormat', service(Intl.DateTimeFormat, RANGES, inUTC)],
  ['RelativeTimeFormat', service(Intl.RelativeTimeFormat, FORMATS)],
  ['DurationFormat', service(DurationFormat, FORMATS)],
  ['ListFormat', service(Intl.ListFormat, FORMATS)],
  ['DisplayNames', service(Intl.DisplayNames, ['of', 'resolvedOptions'])],
  ['Segmenter', segmenter],
  ['Zone', ([timeZone = 'UTC']) => zoneMethods(timeZone)],
  ['Number.toLocaleString', numberMethod(0)],
  ['BigInt.toLocaleString', numberMethod(0n)],
  ['String.localeCompare', comparison],
  ['Date.toLocaleString', dateMethod('toLocaleString')],
  ['Date.toLocaleDateString', dateMethod('toLocaleDateString')],
  ['Date.toLocaleTimeString', dateMethod('toLocaleTimeString')],
])

type Service = new (locales: readonly string[], options: never) => object

function service(
  kind: unknown,
  names: readonly string[],
  adapt = (options: unknown) => options,
): Maker {
  return (locales, options) => {
    const instance = new (kind as Service)([...locales, 'en-US'], adapt(options) as never)
    return methodsOf(instance, names)
  }
}

function methodsOf(made: object, names: readonly string[]): Map<string, Method> {
  const methods = new Map<string, Method>([['new', () => true]])
  for (const name of names) {
    const method = (made as Record<string, Method | undefined>)[name]
    if (method !== undefined) methods.set(name, method.bind(made))
  }
  return methods
}

function inUTC(options: unknown): unknown {
  if (options === null) return null
  if (typeof options !== 'object') return { timeZone: 'UTC' }
  return { timeZone: 'UTC', ...options }
}

/** A segmenter that returns all boundaries of a string at once. */
function segmenter(locales: readonly string[], options: unknown): Methods {
  const made = new Segmenter([...locales, 'en-US'], options as Intl.SegmenterOptions)
  const isWord = made.resolvedOptions().granularity === 'word'
  const methods = methodsOf(made, ['resolvedOptions'])
  methods.set('boundaries', text => {
    const ends: number[] = []
    for (const { segment, index, isWordLike } of made.segment(text as string)) {
      const end = index + segment.length
      ends.push(isWord ? 2 * end + (isWordLike ? 1 : 0) : end)
    }
    return { isWord, ends }
  })
  return methods
}

const LOCALE_GETTERS = [
  ...['language', 'script', 'region', 'baseName', 'calendar', 'caseFirst', 'collation'],
  ...['firstDayOfWeek', 'hourCycle', 'numeric', 'numberingSystem'],
] as const
const LOCALE_METHODS = [
  ...['getCalendars', 'getCollations', 'getHourCycles', 'getNumberingSystems'],
  ...['getTimeZones', 'getTextInfo', 'getWeekInfo'],
]

function locale(tag: string, options: unknown): Methods {
  const made = new Intl.Locale(tag, options as Intl.LocaleOptions)
  const methods = methodsOf(made, LOCALE_METHODS)
  methods.set('describe', () => {
    const description: Record<string, unknown> = { tag: made.toString() }
    for (const name of LOCALE_GETTERS) description[name] = (made as never)[name] ?? null
    return description
  })
  methods.set('maximize', () => made.maximize().toString())
  methods.set('minimize', () => made.minimize().toString())
  return methods
}

/** A method of numbers as a formatter that is kept. */
function numberMethod(sample: number | bigint): Maker {
  const make = service(Intl.NumberFormat, ['format'])
  return (locales, options) => {
    // Throws what the method throws for these options, in its name.
    ;(sample as number).toLocaleString(locales as string[], options as Intl.NumberFormatOptions)
    return make(locales, options)
  }
}

function comparison(locales: readonly string[], options: unknown): Methods {
  ''.localeCompare('', locales as string[], options as Intl.CollatorOptions)
  return service(Intl.Collator, ['compare'])(locales, options)
}

type DateMethod = 'toLocaleString' | 'toLocaleDateString' | 'toLocaleTimeString'

const DATE_FIELDS = ['weekday', 'year', 'month', 'day']
const TIME_FIELDS = ['dayPeriod', 'hour', 'minute', 'second', 'fractionalSecondDigits']
const NUMERIC_DATE = { year: 'numeric', month: 'numeric', day: 'numeric' }
const NUMERIC_TIME = { hour: 'numeric', minute: 'numeric', second: 'numeric' }
/** Which fields must be asked for, and which are shown when none of them is. */
const DATE_DEFAULTS = {
  toLocaleString: {
    required: [...DATE_FIELDS, ...TIME_FIELDS],
    shown: { ...NUMERIC_DATE, ...NUMERIC_TIME },
  },
  toLocaleDateString: { required: DATE_FIELDS, shown: NUMERIC_DATE },
  toLocaleTimeString: { required: TIME_FIELDS, shown: NUMERIC_TIME },
}
/** Instants at which a formatter must agree with the method it stands for. */
const PROBES = [0, 1_704_067_199_999, -62_135_596_800_000]

/**
 * A method of dates as a formatter that is kept, since V8 constructs one at each call of the
 * method. The defaults are ToDateTimeOptions of ECMA-402; where the formatter does not agree with
 * the method, the method itself answers.
 */
function dateMethod(name: DateMethod): Maker {
  return (locales, options) => {
    const list = [...locales, 'en-US']
    const given = inUTC(options) as Intl.DateTimeFormatOptions
    // Throws what the method throws for these options.
    const direct = (ms: number) => new Date(ms)[name](list, given)
    const expected = PROBES.map(direct)
    const { required, shown } = DATE_DEFAULTS[name]
    const isComplete =
      required.some(field => has(given, field)) ||
      has(given, 'dateStyle') ||
      has(given, 'timeStyle')
    const formatter = new Intl.DateTimeFormat(
      list,
      isComplete ? given : { ...given, ...(shown as object) },
    )
    const agrees = PROBES.every((ms, i) => formatter.format(ms) === expected[i])
    const format = agrees
      ? (ms: unknown) => formatter.format(ms as number)
      : (ms: unknown) => direct(ms as number)
    return new Map<string, Method>([['format', format]])
  }
}

const has = (options: object, name: string) => (options as Options)[name] !== undefined

type Supporting = { supportedLocalesOf(locales: unknown, options: unknown): string[] }
/** The services that have `supportedLocalesOf`. */
const supporting: ReadonlyMap<unknown, Supporting> = new Map(
  Object.entries({
    Collator: Intl.Collator,
    DateTimeFormat: Intl.DateTimeFormat,
    DisplayNames: Intl.DisplayNames,
    DurationFormat,
    ListFormat: Intl.ListFormat,
    NumberFormat: Intl.NumberFormat,
    PluralRules: Intl.PluralRules,
    RelativeTimeFormat: Intl.RelativeTimeFormat,
    Segmenter,
  }) as unknown as [string, Supporting][],
)

function supportedLocalesOf(name: unknown, locales: unknown, options: unknown): string[] {
  const service = supporting.get(name)
  if (service === undefined) throw new TypeError(`Intl has no ${name} here`)
  return service.supportedLocalesOf(locales, options)
}

/** What belongs to no service; every argument is a string, an array of strings or options. */
const statics: Methods = new Map<string, Method>([
  ['getCanonicalLocales', list => Intl.getCanonicalLocales(list as string[])],
  ['supportedValuesOf', key => Intl.supportedValuesOf(key as 'unit')],
  ['supportedLocalesOf', supportedLocalesOf],
  ['toLocaleLowerCase', (text, list) => String(text).toLocaleLowerCase(orEnglish(list))],
  ['toLocaleUpperCase', (text, list) => String(text).toLocaleUpperCase(orEnglish(list))],
])

const orEnglish = (list: unknown) => [...(list as string[]), 'en-US']

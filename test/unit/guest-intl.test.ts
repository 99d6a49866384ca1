import { execFileSync } from 'node:child_process'
import t from 'tap'
import { answerIntl } from '../../executor/worker/services/intl.ts'
import { loadGuestModule, patchEverything, shownByNode } from './guest-module.ts'

const entry = `import { installIntl } from './executor/guest/intl/intl.ts'
  const { askHost } = globalThis
  installIntl(globalThis, request => askHost(request))`
const guest = await loadGuestModule(entry, answerIntl)
t.teardown(() => guest.dispose())

const tables: Record<string, readonly string[]> = {
  numbers: [
    `(1234567.891).toLocaleString()`,
    `(0).toLocaleString()`,
    `(-0).toLocaleString()`,
    `NaN.toLocaleString()`,
    `[Infinity.toLocaleString(), (-Infinity).toLocaleString('ar')]`,
    `(1e21).toLocaleString('de-DE')`,
    `(1234.5).toLocaleString('en-US', { style: 'currency', currency: 'USD' })`,
    `(1234.5).toLocaleString('de-DE', { style: 'currency', currency: 'EUR' })`,
    `(1234.5).toLocaleString('ja-JP', { style: 'currency', currency: 'JPY' })`,
    `(-5).toLocaleString('en', { style: 'currency', currency: 'USD', currencySign: 'accounting' })`,
    `(5).toLocaleString('en', { style: 'currency', currency: 'EUR', currencyDisplay: 'name' })`,
    `(0.256).toLocaleString(undefined, { style: 'percent', maximumFractionDigits: 1 })`,
    `(123456789).toLocaleString('en', { notation: 'compact' })`,
    `(123456789).toLocaleString('de', { notation: 'compact', compactDisplay: 'long' })`,
    `(123456).toLocaleString('en', { notation: 'scientific' })`,
    `(123456).toLocaleString('en', { notation: 'engineering' })`,
    `(50).toLocaleString('en', { style: 'unit', unit: 'kilometer-per-hour' })`,
    `(16).toLocaleString('en', { style: 'unit', unit: 'liter', unitDisplay: 'long' })`,
    `(1234.5).toLocaleString('en', { useGrouping: false })`,
    `(1234.5).toLocaleString('en', { useGrouping: 'min2' })`,
    `(1234.5).toLocaleString('en', { useGrouping: 'true' })`,
    `(5).toLocaleString('en', { minimumIntegerDigits: 3, signDisplay: 'always' })`,
    `(1.005).toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })`,
    `(123456).toLocaleString('en', { maximumSignificantDigits: 3 })`,
    `(1.25).toLocaleString('en', { maximumFractionDigits: 1, roundingMode: 'floor' })`,
    `(1.23).toLocaleString('en', { maximumFractionDigits: 2, minimumFractionDigits: 2, roundingIncrement: 5 })`,
    `(1).toLocaleString('en', { trailingZeroDisplay: 'stripIfInteger', minimumFractionDigits: 2 })`,
    `(1234).toLocaleString('hi-IN-u-nu-deva')`,
    `(1234).toLocaleString('ar-EG')`,
    `(12345678901234567890n).toLocaleString()`,
    `(123n).toLocaleString('de', { style: 'currency', currency: 'EUR' })`,
    `new Intl.NumberFormat().format('12345678901234567890.123456789')`,
    `new Intl.NumberFormat().format('abc')`,
    `new Intl.NumberFormat().format()`,
    `new Intl.NumberFormat().format(null)`,
    `new Intl.NumberFormat().format({ valueOf: () => 5 })`,
    `new Intl.NumberFormat().format({ [Symbol.toPrimitive]: hint => hint === 'number' ? 7n : 0 })`,
    `new Intl.NumberFormat().format([1234])`,
    `new Intl.NumberFormat().format(new Date(5000))`,
    `new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' }).formatToParts(-1234.5)`,
    `new Intl.NumberFormat('en', { style: 'currency', currency: 'USD' }).formatRange(3, 5)`,
    `new Intl.NumberFormat('de').formatRangeToParts(3n, '5')`,
    `new Intl.NumberFormat('de', { style: 'unit', unit: 'byte' }).resolvedOptions()`,
    `new Intl.NumberFormat().resolvedOptions()`,
    `[1, 2.5, 1e6].map(new Intl.NumberFormat('fr').format)`,
    `Intl.NumberFormat('en').format(1)`,
    `new Intl.NumberFormat('xx-YY').resolvedOptions().locale`,
    `new Intl.NumberFormat(['xx', 'de-CH', 'en']).format(12345.6)`,
  ],
  dates: [
    `new Date(1e12).toLocaleString()`,
    `new Date(1e12).toLocaleDateString()`,
    `new Date(1e12).toLocaleTimeString()`,
    `new Date(1e12).toLocaleString('de-DE')`,
    `new Date(1e12).toLocaleString('en-GB', { timeZone: 'Asia/Tokyo' })`,
    `new Date(1e12).toLocaleDateString('en-US', { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' })`,
    `new Date(1e12).toLocaleDateString('fr', { month: 'short' })`,
    `new Date(1e12).toLocaleDateString('en', { hour: 'numeric' })`,
    `new Date(1e12).toLocaleTimeString('en', { month: 'long' })`,
    `new Date(1e12).toLocaleTimeString('en-US', { hour: '2-digit', minute: '2-digit' })`,
    `new Date(1e12).toLocaleTimeString('en-US', { timeStyle: 'short' })`,
    `new Date(1e12).toLocaleTimeString('en-US', { hour12: false })`,
    `new Date(1e12).toLocaleString('en', { dateStyle: 'full', timeStyle: 'long' })`,
    `new Date(1e12).toLocaleString('en', { era: 'long' })`,
    `new Date(1e12).toLocaleString('en', { timeZoneName: 'long' })`,
    `new Date(1e12).toLocaleDateString('en', { timeZoneName: 'short' })`,
    `new Date(1e12).toLocaleDateString('en', { dayPeriod: 'long' })`,
    `new Date(NaN).toLocaleString('x_y')`,
    `new Date(-1e14).toLocaleDateString('ja-JP-u-ca-japanese')`,
    `new Date(1e12).toLocaleDateString('en', { timeStyle: 'short' })`,
    `new Date(1e12).toLocaleString('en', null)`,
    `new Intl.DateTimeFormat('en-US', { dateStyle: 'medium' }).format(new Date(1e12))`,
    `new Intl.DateTimeFormat('de', { dateStyle: 'long', timeZone: 'America/New_York' }).format(1e12)`,
    `new Intl.DateTimeFormat('th', { dateStyle: 'full' }).format(1e12)`,
    `new Intl.DateTimeFormat('en', { fractionalSecondDigits: 3, second: 'numeric' }).format(1234)`,
    `new Intl.DateTimeFormat('en-US', { timeZone: 'Europe/Berlin', timeStyle: 'full' }).formatToParts(1e12)`,
    `new Intl.DateTimeFormat('en', { dateStyle: 'long' }).formatRange(1e12, 1e12 + 9e8)`,
    `new Intl.DateTimeFormat('en', { year: 'numeric', month: 'short', day: 'numeric' }).formatRangeToParts(1e12, 1e12 + 9e8)`,
    `new Intl.DateTimeFormat().resolvedOptions()`,
    `new Intl.DateTimeFormat('de', { hour: 'numeric', timeZone: '+02:30' }).resolvedOptions()`,
    `[0, 1e12].map(Intl.DateTimeFormat('en').format)`,
    `typeof new Intl.DateTimeFormat().format()`,
    `new Intl.DateTimeFormat().format(NaN)`,
    `new Intl.DateTimeFormat().format(1e20)`,
    `new Intl.DateTimeFormat().format(1n)`,
    `new Intl.DateTimeFormat().formatRange(1)`,
    `new Intl.DateTimeFormat('en', { timeZone: 'Mars/Olympus' })`,
    `new Intl.DateTimeFormat('en', { dateStyle: 'full', year: 'numeric' })`,
  ],
  'relative times and durations': [
    `new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(-1, 'day')`,
    `new Intl.RelativeTimeFormat('en').format(3, 'months')`,
    `new Intl.RelativeTimeFormat('de', { style: 'short' }).format(-0, 'year')`,
    `new Intl.RelativeTimeFormat('en').formatToParts(1234, 'second')`,
    `new Intl.RelativeTimeFormat('en').format(Infinity, 'day')`,
    `new Intl.RelativeTimeFormat('en').format(1, 'fortnight')`,
    `new Intl.RelativeTimeFormat('pl').resolvedOptions()`,
    `new Intl.DurationFormat('en', { style: 'long' }).format({ hours: 1, minutes: 46, seconds: 40 })`,
    `new Intl.DurationFormat('de', { style: 'digital' }).format({ hours: 1, minutes: 6, milliseconds: 5 })`,
    `new Intl.DurationFormat('en', { hours: 'numeric', minutesDisplay: 'always' }).formatToParts({ days: 2, hours: 3 })`,
    `new Intl.DurationFormat('en').format('PT5H')`,
    `new Intl.DurationFormat('en').format({})`,
    `new Intl.DurationFormat('en').format(5)`,
    `new Intl.DurationFormat('en').format({ hours: 1.5 })`,
    `new Intl.DurationFormat('en', { fractionalDigits: 2 }).resolvedOptions()`,
  ],
  'lists, plurals and names': [
    `new Intl.ListFormat('en', { type: 'conjunction' }).format(['a', 'b', 'c'])`,
    `new Intl.ListFormat('de', { type: 'disjunction', style: 'short' }).format(new Set(['a', 'b']))`,
    `new Intl.ListFormat().formatToParts(['a', 'b'])`,
    `[new Intl.ListFormat().format(), new Intl.ListFormat().format('xyz')]`,
    `new Intl.ListFormat().format([1])`,
    `new Intl.ListFormat('en', { type: 'unit' }).resolvedOptions()`,
    `[0, 1, 2, 3, 11, 21, 22].map(n => new Intl.PluralRules('en', { type: 'ordinal' }).select(n))`,
    `[0, 1, 2, 5, 1.5].map(n => new Intl.PluralRules('pl').select(n))`,
    `new Intl.PluralRules('en', { minimumFractionDigits: 1 }).select(1)`,
    `new Intl.PluralRules('en').selectRange(0, 1)`,
    `new Intl.PluralRules('en').selectRange(0)`,
    `new Intl.PluralRules('en').select(1n)`,
    `new Intl.PluralRules('ar').resolvedOptions()`,
    `new Intl.DisplayNames('en', { type: 'region' }).of('US')`,
    `new Intl.DisplayNames('de', { type: 'language' }).of('en-GB')`,
    `new Intl.DisplayNames('en', { type: 'language', languageDisplay: 'standard' }).of('en-GB')`,
    `new Intl.DisplayNames('fr', { type: 'currency' }).of('USD')`,
    `new Intl.DisplayNames('en', { type: 'region', fallback: 'none' }).of('QX')`,
    `new Intl.DisplayNames('en', { type: 'region' }).of('nonsense')`,
    `new Intl.DisplayNames('en', { type: 'script' }).resolvedOptions()`,
    `new Intl.DisplayNames('en')`,
  ],
  comparisons: [
    `['ä', 'z', 'a', 'Z', 'A', 'é', 'e', '1', '_', '-'].sort(new Intl.Collator('de').compare)`,
    `['ä', 'z', 'a'].sort(new Intl.Collator('sv').compare)`,
    `['a10', 'a2', 'a1'].sort(new Intl.Collator('en', { numeric: true }).compare)`,
    `['a10', 'a2', 'a1'].sort((a, b) => a.localeCompare(b))`,
    `['b', 'a', 'C', 'A', 'B', 'c'].sort((a, b) => a.localeCompare(b))`,
    `['', ' ', '0', 'a b', 'ab', 'a', 'A b', 'aB'].sort((a, b) => a.localeCompare(b))`,
    `'a'.localeCompare('A', undefined, { sensitivity: 'base' })`,
    `'a'.localeCompare('á', 'en', { sensitivity: 'base' })`,
    `'a'.localeCompare('á', 'en', { sensitivity: 'accent' })`,
    `'a'.localeCompare('A', 'en', { caseFirst: 'upper' })`,
    `'a2'.localeCompare('a10', 'en', { numeric: true })`,
    `'a-b'.localeCompare('ab', 'en', { ignorePunctuation: true })`,
    `'résumé'.localeCompare('resume')`,
    `'\\u212a'.localeCompare('k')`,
    `'\\u212a'.localeCompare('K')`,
    `'a'.localeCompare('b', 'x_y')`,
    `'a'.localeCompare('b', 'en', { sensitivity: 'none' })`,
    `'undefined'.localeCompare()`,
    `['\\ud800'.localeCompare('\\udc00'), 'a\\0b'.localeCompare('ab')]`,
    `Intl.Collator('de-u-co-phonebk').resolvedOptions()`,
    `new Intl.Collator().resolvedOptions()`,
    `String.prototype.localeCompare.call(null, 'a')`,
    `['İI'.toLocaleLowerCase('tr'), 'i'.toLocaleUpperCase(['tr']), 'ß'.toLocaleUpperCase(), 'I'.toLocaleLowerCase('lt')]`,
    `'i'.toLocaleUpperCase('x_y')`,
    `'i'.toLocaleUpperCase(null)`,
  ],
  segments: [
    `[...new Intl.Segmenter('en').segment('👨‍👩‍👧e\\u0301🇩🇪🇫🇷')]`,
    `[...new Intl.Segmenter('en', { granularity: 'word' }).segment('Hello, world! It’s 3.5.')]`,
    `[...new Intl.Segmenter('en', { granularity: 'sentence' }).segment('One. Two! Three?')]`,
    `[...new Intl.Segmenter('ja', { granularity: 'word' }).segment('吾輩は猫である。')].map(s => s.segment)`,
    `[...new Intl.Segmenter('th', { granularity: 'word' }).segment('สวัสดีชาวโลก')].map(s => s.segment)`,
    `[0, 3, 4, 5, -1, 100, NaN, '2', undefined].map(i => new Intl.Segmenter('en', { granularity: 'word' }).segment('Hey you').containing(i))`,
    `[...new Intl.Segmenter().segment('')]`,
    `Array.from(new Intl.Segmenter().segment('a\\ud800b'), s => s.segment)`,
    `new Intl.Segmenter('en', { granularity: 'word' }).resolvedOptions()`,
    `Object.prototype.toString.call(new Intl.Segmenter().segment('')[Symbol.iterator]())`,
    `new Intl.Segmenter('en', { granularity: 'line' })`,
  ],
  locales: [
    `Intl.getCanonicalLocales(['EN-us', 'zh-hans-cn'])`,
    `Intl.getCanonicalLocales('x_y')`,
    `Intl.getCanonicalLocales()`,
    `Intl.getCanonicalLocales(null)`,
    `Intl.getCanonicalLocales([5])`,
    `Intl.getCanonicalLocales({ length: 2, 1: 'de' })`,
    `Intl.supportedValuesOf('unit')`,
    `Intl.supportedValuesOf('calendar')`,
    `Intl.supportedValuesOf('nonsense')`,
    `Intl.NumberFormat.supportedLocalesOf(['en', 'zz', 'de-CH'])`,
    `Intl.Collator.supportedLocalesOf('de', { localeMatcher: 'nonsense' })`,
    `(l => [l.language, l.script, l.region, l.baseName, l.calendar, l.caseFirst, l.collation, l.firstDayOfWeek, l.hourCycle, l.numeric, l.numberingSystem, String(l)])(new Intl.Locale('zh-Hant-TW-u-ca-roc-nu-latn-kn-hc-h23'))`,
    `(l => [l.language, l.script, l.region, l.numeric, l.calendar])(new Intl.Locale('en'))`,
    `String(new Intl.Locale('en', { region: 'GB', calendar: 'buddhist', numeric: true, hourCycle: 'h12' }))`,
    `[String(new Intl.Locale('zh').maximize()), String(new Intl.Locale('zh-Hans-CN').minimize())]`,
    `String(new Intl.Locale(new Intl.Locale('de-AT'), { language: 'it' }))`,
    `(l => [l.getCalendars(), l.getHourCycles(), l.getNumberingSystems(), l.getTimeZones(), l.getTextInfo(), l.getWeekInfo(), l.getCollations()])(new Intl.Locale('de-DE'))`,
    `[new Intl.Locale('ar').getTextInfo(), new Intl.Locale('ar').getTimeZones()]`,
    `new Intl.NumberFormat(new Intl.Locale('de')).format(1.5)`,
    `new Intl.NumberFormat([new Intl.Locale('fr'), 'de']).format(1.5)`,
    `new Intl.Locale()`,
    `new Intl.Locale('x_y')`,
    `new Intl.Locale('en', { region: 'nonsense' })`,
  ],
  refusals: [
    `new Intl.NumberFormat('x_y')`,
    `new Intl.NumberFormat(null)`,
    `new Intl.NumberFormat([1])`,
    `new Intl.NumberFormat(5).resolvedOptions().locale`,
    `new Intl.NumberFormat('en', null)`,
    `new Intl.ListFormat('en', null)`,
    `new Intl.ListFormat('en', 5)`,
    `new Intl.NumberFormat('en', 5).format(1)`,
    `new Intl.NumberFormat('en', { style: 'nonsense' })`,
    `new Intl.NumberFormat('en', { style: 'currency' })`,
    `new Intl.NumberFormat('en', { style: 'currency', currency: 'DOLLAR' })`,
    `new Intl.NumberFormat('en', { maximumFractionDigits: 101 })`,
    `new Intl.NumberFormat('en', { maximumFractionDigits: NaN })`,
    `new Intl.NumberFormat('en', { style: Symbol() })`,
    `new Intl.NumberFormat().format(Symbol())`,
    `new Intl.NumberFormat().formatRange(1)`,
    `new Intl.NumberFormat().formatRange(NaN, 1)`,
    `new Intl.NumberFormat('en', { get style() { throw new RangeError('mine') } })`,
    `new Intl.PluralRules('en', { localeMatcher: 'nonsense' })`,
    `(5).toLocaleString('en', { style: 'unit', unit: 'nonsense' })`,
  ],
  shapes: [
    `[Object.prototype.toString.call(Intl), Object.prototype.toString.call(new Intl.Collator())]`,
    `Object.getOwnPropertyNames(Intl).sort()`,
    `Object.getOwnPropertyNames(Intl).sort().map(name => [name, Intl[name].length, Intl[name].name])`,
    `['NumberFormat', 'DateTimeFormat', 'Collator', 'PluralRules', 'Locale', 'Segmenter', 'DisplayNames', 'ListFormat', 'RelativeTimeFormat', 'DurationFormat'].map(name => Object.getOwnPropertyNames(Intl[name].prototype).sort())`,
    `new Intl.NumberFormat() instanceof Intl.NumberFormat && Intl.NumberFormat() instanceof Intl.NumberFormat`,
    `new (class X extends Intl.NumberFormat { twice(n) { return this.format(2 * n) } })('de').twice(1.25)`,
    `(f => f.format === f.format)(new Intl.NumberFormat())`,
    `(f => [f.format.name, f.format.length])(new Intl.NumberFormat())`,
    `Object.keys(Intl.NumberFormat.prototype)`,
    `[1234.5, null, undefined, new Date(0), 'x', [1e6]].toLocaleString()`,
    `[1234.5, 5].toLocaleString('de', { minimumFractionDigits: 2 })`,
    `new Float64Array([1234.5, 0.25]).toLocaleString('de')`,
    `(list => { list.push(list); return list.toLocaleString() })([1])`,
    `Array.prototype.toLocaleString.call({ length: 2, 0: 1e6 })`,
    `[Number, BigInt, Date, String, Array].map(c => ['toLocaleString', 'localeCompare', 'toLocaleDateString'].map(m => c.prototype[m]?.length))`,
  ],
}

for (const [name, expressions] of Object.entries(tables)) {
  t.test(`${name} are as in Node`, async t => {
    const expected = shownByNode(expressions)
    expressions.forEach((expression, i) => {
      t.equal(guest.show(expression), expected[i], expression)
    })
  })
}

t.test('texts that are compared without the worker order as V8 orders them', async t => {
  const { compareSimple } = await import('../../executor/guest/intl/compare-texts.ts')
  const simple = [...' 059abzkABZK']
  const others = [
    '-',
    '_',
    "'",
    '\u00e9',
    '\u212a',
    '\u017f',
    '\u0301',
    '\0',
    '\u00ad',
    '\u0130',
    '\u00b7',
    'l\u00b7',
    '\ud800',
  ]
  const all = [...simple, ...others]
  const words = all.flatMap(a => [a, ...all.flatMap(b => [a + b, `xl${a}${b}`, `L${a}${b}k`])])
  words.push('', 'Zoe Miller', 'zoe miller', 'Zoe  Miller', 'item 10', 'item 9', 'Item 9')
  const { compare } = new Intl.Collator('en-US')
  let known = 0
  for (const a of words) {
    for (const b of words) {
      const order = compareSimple(a, b)
      if (order === undefined) continue
      known++
      if (order !== compare(a, b)) t.fail(JSON.stringify([a, b, order, compare(a, b)]))
    }
  }
  t.ok(known > 900_000, `${known} pairs were compared`)
})

t.test('options are read by name, once, in the order of ECMA-402', async t => {
  t.equal(
    guest.show(`(() => {
      const reads = []
      const options = new Proxy({ style: 'percent' }, {
        get(target, key) { reads.push(key); return target[key] },
        ownKeys() { throw new Error('enumerated') },
        has() { throw new Error('asked') },
      })
      const format = new Intl.NumberFormat('en', options)
      return [format.format(0.5), format.format(0.25), reads]
    })()`),
    JSON.stringify([
      '50%',
      '25%',
      [
        ...['localeMatcher', 'numberingSystem', 'style', 'currency', 'currencyDisplay'],
        ...['currencySign', 'unit', 'unitDisplay', 'notation', 'minimumIntegerDigits'],
        ...['minimumFractionDigits', 'maximumFractionDigits', 'minimumSignificantDigits'],
        ...['maximumSignificantDigits', 'roundingIncrement', 'roundingMode', 'roundingPriority'],
        ...['trailingZeroDisplay', 'compactDisplay', 'useGrouping', 'signDisplay'],
      ],
    ]),
  )
})

t.test('what a getter or conversion of the program throws reaches the program', async t => {
  const thrower = (what: string) => `{ ${what} { throw new EvalError('mine') } }`
  for (const expression of [
    `new Intl.NumberFormat('en', ${thrower('get notation()')})`,
    `(5).toLocaleString('en', { style: ${thrower('toString()')} })`,
    `new Intl.NumberFormat().format(${thrower('[Symbol.toPrimitive]()')})`,
    `new Intl.NumberFormat().format(${thrower('valueOf()')})`,
    `new Intl.DateTimeFormat().format(${thrower('[Symbol.toPrimitive]()')})`,
    `new Intl.ListFormat().format(${thrower('[Symbol.iterator]()')})`,
    `new Intl.DurationFormat().format(${thrower('get hours()')})`,
    `new Intl.NumberFormat(${thrower('get length()')})`,
    `'a'.localeCompare(${thrower('toString()')})`,
    `[${thrower('toLocaleString()')}].toLocaleString()`,
  ]) {
    t.equal(guest.show(expression), 'EvalError: mine', expression)
  }
  t.equal(guest.show(`[1e6, 2].toLocaleString()`), '"1,000,000,2"')
})

t.test('methods refuse receivers that are not theirs', async t => {
  for (const expression of [
    `Intl.NumberFormat.prototype.formatToParts.call({}, 1)`,
    `Intl.NumberFormat.prototype.format`,
    `Intl.DateTimeFormat.prototype.resolvedOptions.call(new Intl.NumberFormat())`,
    `Intl.Locale.prototype.toString.call({})`,
    `Intl.PluralRules()`,
    `Number.prototype.toLocaleString.call('1')`,
    `Date.prototype.toLocaleString.call({})`,
    `Uint8Array.prototype.toLocaleString.call([])`,
  ]) {
    t.match(guest.show(expression), /^TypeError: /, expression)
  }
})

t.test('Intl goes on working when a program has patched the built-ins', async t => {
  const hostile = await loadGuestModule(entry, answerIntl)
  t.teardown(() => hostile.dispose())
  const kept = [
    `(1234567.5).toLocaleString('de')`,
    `date.toLocaleDateString('en', { dateStyle: 'long' })`,
    `'a'.localeCompare('\u00e9') + 'b'.localeCompare('A')`,
    `new Intl.NumberFormat(['fr', 'de'], { style: 'percent' }).format(0.5)`,
    `new Intl.DateTimeFormat('en', { timeZone: 'Asia/Tokyo', timeStyle: 'short' }).format(date)`,
    `new Intl.DurationFormat('en').format({ hours: 2 })`,
    `new Intl.RelativeTimeFormat().format(2, 'days')`,
    `new Intl.PluralRules('pl').select(3)`,
    `new Intl.Locale('de-AT', { hourCycle: 'h12' }).region`,
    `new Intl.Segmenter('en', { granularity: 'word' }).segment('a b').containing(2).segment`,
    `new Intl.DisplayNames('en', { type: 'region' }).of('DE')`,
    `(() => { try { new Intl.NumberFormat('x_y') } catch (e) { return message(e) } })()`,
  ]
  const actual = hostile.run(`
    const date = new Date(1e12)
    const { getOwnPropertyDescriptor } = Object
    const message = error => getOwnPropertyDescriptor(error, 'message').value
    const methods = [Number.prototype.toLocaleString, Date.prototype.toLocaleDateString, String.prototype.localeCompare]
    const prototypes = [Number.prototype, Date.prototype, String.prototype]
    const restore = () => {
      prototypes[0].toLocaleString = methods[0]
      prototypes[1].toLocaleDateString = methods[1]
      prototypes[2].localeCompare = methods[2]
      date.valueOf = () => 1e12
    }
    ${patchEverything}
    restore()
    let text = ''
    ${kept.map(expression => `text += ${expression} + '|'`).join('\n')}
    text`)
  const expected = shownByNode([
    `[(() => { const date = new Date(1e12); const message = e => e.message; return [${kept.join(', ')}] })()].flat().join('|')`,
  ])
  t.equal(JSON.stringify(actual.replace(/\|$/, '')), expected[0])
})

t.test('defaults are en-US and UTC wherever the host is', async t => {
  const requests = [
    '["Number.toLocaleString"]\n["format",1234.5]',
    '["NumberFormat",["xx"]]\n["format",1234.5]',
    '["Date.toLocaleString"]\n["format",0]',
    '["DateTimeFormat",["de"],{"timeStyle":"full"}]\n["format",0]',
    '["Intl"]\n["toLocaleUpperCase","i",["list",[]]]',
  ]
  const program = `import { answerIntl } from '${new URL('../../executor/worker/services/intl.ts', import.meta.url)}'
    console.log(JSON.stringify(${JSON.stringify(requests)}.map(answerIntl)))`
  const answers = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: 'tr_TR.UTF-8', TZ: 'Asia/Tokyo' },
  })
  t.strictSame(
    (JSON.parse(answers) as string[]).map(answer => JSON.parse(answer).ok),
    ['1,234.5', '1,234.5', '1/1/1970, 12:00:00 AM', '00:00:00 Koordinierte Weltzeit', 'I'],
  )
})

t.test('the worker answers every malformed request with an error', async t => {
  for (const request of [
    '',
    'nonsense',
    '\n',
    '["NumberFormat"]',
    '["NumberFormat"]\n',
    '["NumberFormat"]\n["constructor"]',
    '["NumberFormat"]\n["__proto__"]',
    '["constructor"]\n["format"]',
    '["Function"]\n["new"]',
    '["NumberFormat",{"length":1e9}]\n["format",1]',
    '["NumberFormat",["en"],{"style":{"toString":1}}]\n["format",1]',
    '["NumberFormat"]\n["format",["bigint","x"]]',
    '["NumberFormat"]\n["formatRange"]',
    '["Intl"]\n["supportedLocalesOf","constructor"]',
    '["ListFormat"]\n["format",["list",5]]',
    'null\nnull',
    '{}\n{}',
  ]) {
    const answer = JSON.parse(answerIntl(request))
    t.match(answer, { error: { name: String, message: String } }, request)
    t.notMatch(answer.error.message, /\/work|node:|\.ts/, request)
  }
})

t.test('the worker bounds what it is asked', async t => {
  t.match(
    guest.show(`'\u00e9'.repeat(3e6).localeCompare('x'.repeat(3e6))`),
    /^RangeError: Cannot ask Intl: request of 60000\d\d characters, limit 4194304$/,
  )
  t.match(
    guest.show(`(10n ** 20000n).toLocaleString()`),
    /^RangeError: Cannot ask Intl: big integer of 20001 characters, limit 10000$/,
  )
  t.match(
    guest.show(`new Intl.NumberFormat(new Array(2e4).fill('en'))`),
    /^RangeError: Cannot ask Intl: locales and options/,
  )
  t.match(guest.show(`new Intl.NumberFormat('x'.repeat(1e4))`), /^RangeError: .{1,1024}$/)
})

t.test('options of a request cannot reach a prototype of the worker', async t => {
  answerIntl(
    '["NumberFormat",["en"],{"__proto__":{"style":"percent"},"constructor":5}]\n["format",1]',
  )
  t.equal(({} as { style?: string }).style, undefined)
  t.equal(
    JSON.parse(answerIntl('["NumberFormat",["en"],{"__proto__":["number","1"]}]\n["format",1]')).ok,
    '1',
  )
})

t.test('services that were dropped are made again', async t => {
  const locales = Array.from({ length: 300 }, (_, i) => `en-x-a${i}`)
  const asked = JSON.stringify(locales)
  t.equal(
    guest.show(
      `(formats => [...formats, ...formats].every(f => f.format(1234) === '1,234'))(${asked}.map(l => new Intl.NumberFormat(l)))`,
    ),
    'true',
  )
})

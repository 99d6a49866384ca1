/** Zones of time in Python: those that a program names, and the one of its execution. */

import t from 'tap'
import { pythonExecutor } from './python-executor.ts'

const { run } = pythonExecutor(t)

/** A zone, a local time in it, and what CPython with the database of zones says of it. */
const moments: readonly (readonly [zone: string, local: string, expected: string])[] = [
  ['Europe/Berlin', '2026, 1, 15, 12', '2026-01-15T12:00:00+01:00 CET'],
  ['Europe/Berlin', '2026, 7, 15, 12', '2026-07-15T12:00:00+02:00 CEST'],
  ['Europe/Berlin', '2050, 7, 15, 12', '2050-07-15T12:00:00+02:00 CEST'],
  ['Europe/Berlin', '2026, 10, 25, 2, 30', '2026-10-25T02:30:00+02:00 CEST'],
  ['Europe/Berlin', '2026, 10, 25, 2, 30, fold=1', '2026-10-25T02:30:00+01:00 CET'],
  ['Europe/Berlin', '1880, 1, 1', '1880-01-01T00:00:00+00:53:28 LMT'],
  ['America/New_York', '1969, 7, 20, 16, 17', '1969-07-20T16:17:00-04:00 EDT'],
  ['America/New_York', '2060, 12, 1', '2060-12-01T00:00:00-05:00 EST'],
  ['US/Pacific', '2024, 3, 10, 3', '2024-03-10T03:00:00-07:00 PDT'],
  ['EST5EDT', '2024, 7, 1', '2024-07-01T00:00:00-04:00 EDT'],
  ['Asia/Kolkata', '2024, 7, 1', '2024-07-01T00:00:00+05:30 IST'],
  ['Asia/Tokyo', '2024, 7, 1', '2024-07-01T00:00:00+09:00 JST'],
  ['Asia/Singapore', '2024, 7, 1', '2024-07-01T00:00:00+08:00 +08'],
  ['America/Sao_Paulo', '2018, 12, 1', '2018-12-01T00:00:00-02:00 -02'],
  ['Australia/Lord_Howe', '2040, 1, 1', '2040-01-01T00:00:00+11:00 +11'],
  ['Africa/Cairo', '2045, 10, 26, 12', '2045-10-26T12:00:00+03:00 EEST'],
  ['Africa/Cairo', '2045, 10, 27', '2045-10-27T00:00:00+02:00 EET'],
  ['Asia/Jerusalem', '2049, 3, 26, 3', '2049-03-26T03:00:00+03:00 IDT'],
  ['America/Santiago', '2044, 4, 1', '2044-04-01T00:00:00-03:00 -03'],
  ['Etc/GMT+5', '2024, 7, 1', '2024-07-01T00:00:00-05:00 -05'],
  ['GMT', '2024, 7, 1', '2024-07-01T00:00:00+00:00 GMT'],
  ['UTC', '2024, 7, 1', '2024-07-01T00:00:00+00:00 UTC'],
]

t.test('a zone by its name has the times that CPython knows', async t => {
  const cases = moments.map(
    ([zone, local]) => `show(datetime(${local}, tzinfo=ZoneInfo("${zone}")))`,
  )
  const { output, error } = await run(`from datetime import datetime
from zoneinfo import ZoneInfo
def show(moment):
    return f"{moment.isoformat()} {moment.tzname()}"
[${cases.join(', ')}]`)
  t.equal(error, undefined)
  t.strictSame(
    output,
    moments.map(([, , expected]) => expected),
  )
})

t.test('times are converted from one zone to another', async t => {
  const { output } = await run(`from datetime import datetime, timedelta
from zoneinfo import ZoneInfo
start = datetime(2026, 3, 29, 0, 30, tzinfo=ZoneInfo("Europe/London"))
later = (start.astimezone(ZoneInfo("UTC")) + timedelta(hours=1)).astimezone(start.tzinfo)
[start.astimezone(ZoneInfo("Asia/Tokyo")).isoformat(), later.isoformat(), str(later.dst())]`)
  t.strictSame(output, ['2026-03-29T09:30:00+09:00', '2026-03-29T02:30:00+01:00', '1:00:00'])
})

t.test('all zones are listed, and each can be made', async t => {
  const { output } = await run(`import zoneinfo
names = zoneinfo.available_timezones()
made = [zoneinfo.ZoneInfo(name) for name in names]
[len(made) > 590, {"Asia/Kolkata", "Asia/Calcutta", "US/Pacific", "UTC"} <= names]`)
  t.strictSame(output, [true, true])
})

t.test('a zone that is none is an error with a hint', async t => {
  const source = (name: string) => `import zoneinfo\nzoneinfo.ZoneInfo("${name}")`
  t.match((await run(source('Mars/Base'))).outcome, {
    error: { name: 'ZoneInfoNotFoundError', line: 2, hint: /available_timezones/ },
  })
  t.match((await run(source('europe/berlin'))).outcome, {
    error: { name: 'ZoneInfoNotFoundError', hint: 'Did you mean Europe/Berlin?' },
  })
})

const LOCAL = `import time, datetime
winter, summer = 1767268800, 1782907200
[
    [*time.tzname, time.timezone, time.altzone, time.daylight],
    [time.localtime(at).tm_zone for at in (winter, summer)],
    [time.localtime(at).tm_isdst for at in (winter, summer)],
    time.strftime("%H:%M %Z %z", time.localtime(summer)),
    datetime.datetime.fromtimestamp(summer).astimezone().tzname(),
]`

const locals: readonly (readonly [zone: string | undefined, expected: unknown[]])[] = [
  [undefined, [['UTC', 'UTC', 0, 0, 0], ['UTC', 'UTC'], [0, 0], '12:00 UTC +0000', 'UTC']],
  [
    'Europe/Berlin',
    [['CET', 'CEST', -3600, -7200, 1], ['CET', 'CEST'], [0, 1], '14:00 CEST +0200', 'CEST'],
  ],
  [
    'Asia/Tokyo',
    [['JST', 'JST', -32400, -32400, 0], ['JST', 'JST'], [0, 0], '21:00 JST +0900', 'JST'],
  ],
  [
    'Australia/Sydney',
    [['AEST', 'AEDT', -36000, -39600, 1], ['AEDT', 'AEST'], [1, 0], '22:00 AEST +1000', 'AEST'],
  ],
]

t.test('local time has the names of the zone of its execution', async t => {
  for (const [timeZone, expected] of locals) {
    const { output } = await run(LOCAL, timeZone === undefined ? {} : { timeZone })
    t.strictSame(output, expected, timeZone ?? 'UTC')
  }
})

t.test('each program of a session has the zone of its own request', async t => {
  const { executor } = pythonExecutor(t)
  const session = await executor.sessions.create()
  for (const [timeZone, expected] of [...locals, ...locals.toReversed()]) {
    const more = timeZone === undefined ? {} : { timeZone }
    const outcome = await session.execute({ source: LOCAL, language: 'python', ...more })
    t.match(outcome, { status: 'completed', output: expected }, timeZone ?? 'UTC')
  }
})

/** The zone of an execution: its local times are Node's in that zone, wherever it runs and resumes. */

import { spawnSync } from 'node:child_process'
import t from 'tap'
import { codePrompt } from '../../sdk/agents/code-prompt.ts'
import { codeTool, Latchd } from '../../sdk/index.ts'
import { asked } from '../support/approvals.ts'
import { startHere } from '../support/command-here.ts'
import { post, testDaemon } from '../support/daemon.ts'
import { completed, outputOf, startExecutor } from '../support/executor.ts'
import { isLong } from '../support/length.ts'
import { stateFolder } from '../support/state-folder.ts'
import { testFolder } from '../support/test-folder.ts'
import { randomFrom, zoneSamples } from '../support/zone-samples.ts'

// Each daemon and each zone takes its time on a busy machine.
t.setTimeout(120_000)

const executor = startExecutor(t)

const zones = [
  ...[
    'Europe/Berlin',
    'America/New_York',
    'Europe/Dublin',
    'Australia/Lord_Howe',
    'Asia/Kathmandu',
  ],
  ...['America/St_Johns', 'Africa/Casablanca', 'Pacific/Apia', 'Asia/Tehran', 'America/Sao_Paulo'],
  ...['Africa/Monrovia', 'Antarctica/Troll', 'Europe/Istanbul', 'Asia/Kolkata', 'Etc/GMT+5'],
]

/** Runs in the guest and in Node alike; how a zone is called stands in a test of its own. */
const program = `
const told = []
const text = date => date.toString().replace(/ \\(.*/, '')
const read = date => [
  date.getTime(), date.getFullYear(), date.getMonth(), date.getDate(), date.getDay(), date.getYear(),
  date.getHours(), date.getMinutes(), date.getSeconds(), date.getMilliseconds(),
  date.getTimezoneOffset(), text(date), date.toDateString(),
  date.toTimeString().replace(/ \\(.*/, ''),
]
const two = n => String(n).padStart(2, '0')
const set = (ms, method, ...args) => {
  const date = new Date(ms)
  return [date[method](...args), date.getTime()]
}
for (const [i, ms] of instants.entries()) {
  const [year, month, day, hours, minutes, seconds, millis] = fields[i]
  const iso = year + '-' + two(month + 1) + '-' + two(day) + 'T' + two(hours) + ':' + two(minutes)
  told.push({
    at: ms, fields: fields[i].join(),
    instant: read(new Date(ms)),
    local: read(new Date(year, month, day, hours, minutes, seconds, millis)),
    month: new Date(year, month).getTime(),
    iso: [Date.parse(iso), new Date(iso + ':' + two(seconds)).getTime(), Date.parse(iso + 'Z')],
    day: Date.parse(iso.slice(0, 10)),
    legacy: new Date(text(new Date(ms)).replace(/ GMT.*/, '')).getTime(),
    set: [
      set(ms, 'setFullYear', year, month, day), set(ms, 'setMonth', month, day),
      set(ms, 'setDate', day), set(ms, 'setHours', hours, minutes, seconds, millis),
      set(ms, 'setMinutes', minutes), set(ms, 'setSeconds', seconds + 90),
      set(ms, 'setMilliseconds', millis - 7_200_000), set(ms, 'setYear', year % 100),
      set(NaN, 'setFullYear', year), set(NaN, 'setHours', hours),
    ],
  })
}
const recent = [0, 1.7e12, 1.72e12, 1.73e12].map(ms => new Date(ms))
told.push(
  recent.map(date => [date.toLocaleString(), date.toLocaleDateString('de', { dateStyle: 'full' })]),
  recent.map(date => date.toLocaleTimeString('en-GB', { timeZoneName: 'short' })),
  recent.map(date => new Intl.DateTimeFormat('en', { timeStyle: 'long' }).format(date)),
  recent.map(date => date.toLocaleString('en', { timeZone: 'Asia/Tokyo' })),
  Intl.DateTimeFormat().resolvedOptions().timeZone,
  [Date.length, Date.name, new Date(NaN).getHours(), String(new Date(NaN)), new Date(2020, NaN) - 0],
)
`

/** What Node gives for the same programs, each in its zone. */
function inNode(inputs: ReadonlyArray<{ timeZone: string }>): unknown[] {
  const script = `const given = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))
    const answers = given.map(({ timeZone, instants, fields }) => {
      process.env.TZ = timeZone
      ${program}
      return told
    })
    process.stdout.write(JSON.stringify(answers))`
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', script], {
    input: JSON.stringify(inputs),
    encoding: 'utf8',
    env: { LC_ALL: 'en_US.UTF-8' },
    maxBuffer: 2 ** 28,
  })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

t.test('local times are those of Node in the zone', async t => {
  const seed = Number(process.env.LATCHD_TEST_SEED ?? Date.now() % 1e9)
  t.comment(`LATCHD_TEST_SEED=${seed}`)
  const random = randomFrom(seed)
  const inputs = zones.map(timeZone => ({
    timeZone,
    ...zoneSamples(timeZone, random, isLong ? 40 : 20),
  }))
  const expected = inNode(inputs)
  for (const [i, { timeZone, ...samples }] of inputs.entries()) {
    const source = `const { instants, fields } = inputs\n${program}\ntold`
    const limits = { maxOutputBytes: 16_777_216 }
    const outcome = await completed(executor, { source, timeZone, inputs: samples, limits })
    const told = JSON.parse(JSON.stringify(outcome.outputForms?.value)) as unknown[]
    const right = expected[i] as unknown[]
    for (const [n, one] of right.entries()) {
      if (JSON.stringify(told[n]) !== JSON.stringify(one)) t.strictSame(told[n], one, timeZone)
    }
  }
})

const SUMMER = 'new Date(2024, 6, 1, 12)'

t.test('a zone is called as Node calls it', async t => {
  const named = {
    'Europe/Berlin': 'Mon Jul 01 2024 12:00:00 GMT+0200 (Central European Summer Time)',
    'america/new_york': 'Mon Jul 01 2024 12:00:00 GMT-0400 (Eastern Daylight Time)',
    'Asia/Kathmandu': 'Mon Jul 01 2024 12:00:00 GMT+0545 (Nepal Time)',
    UTC: 'Mon Jul 01 2024 12:00:00 GMT+0000 (Coordinated Universal Time)',
  }
  for (const [timeZone, text] of Object.entries(named)) {
    t.equal(await outputOf(executor, { source: `String(${SUMMER})`, timeZone }), text)
  }
  const source = `[Date().slice(24, 33), \`\${${SUMMER}}\`.slice(24, 33), ${SUMMER}.toJSON()]`
  t.strictSame(await outputOf(executor, { source, timeZone: 'Asia/Tokyo' }), [
    ...[' GMT+0900', ' GMT+0900'],
    '2024-07-01T03:00:00.000Z',
  ])
})

t.test('dates of a zone are dates, also of classes of the program', async t => {
  const source = `class Day extends Date { get label() { return this.getDate() + '.' } }
    const day = new Day(2024, 6, 1), date = new Date('2024-07-01T00:00')
    const evil = { valueOf() { Date.parse('2024-01-01T00:00'); return '2024-07-01T00:00' } }
    const other = { [Symbol.toPrimitive]() { new Date(2020, 1).getHours(); return 5 } }
    ;[day.label, day instanceof Day, day instanceof Date, date.constructor === Date, day - date,
      new Date(date) - date, new Date(other).getTime(), new Date(evil) - date, structuredClone(date) - date,
      Object.getOwnPropertyNames(Date).sort().join(), Date.prototype.setHours.length, date]`
  const output = (await outputOf(executor, { source, timeZone: 'Europe/Berlin' })) as unknown[]
  t.strictSame(output.slice(0, -1), [
    ...['1.', true, true, true, 0, 0, 5, 0, 0],
    ...['UTC,length,name,now,parse,prototype', 4],
  ])
  t.strictSame(output.at(-1), new Date('2024-06-30T22:00:00.000Z'))
})

t.test('a program that patches built-ins keeps its zone', async t => {
  const source = `Object.prototype[0] = 'x'; delete Date.prototype.getTime; Math.floor = () => NaN
    Date.prototype.setTime = Number.isFinite = JSON.parse = Reflect.construct = () => { throw 1 }
    Array.prototype[Symbol.iterator] = Function.prototype.apply = undefined
    const date = ${SUMMER}; date.setHours(13); [date.getHours(), date.toISOString()]`
  const output = await outputOf(executor, { source, timeZone: 'Europe/Berlin' })
  t.strictSame(output, [13, '2024-07-01T11:00:00.000Z'])
})

t.test('executions of a session have each their own zone, and one Date', async t => {
  const session = await executor.sessions.create()
  const inZone = (source: string, timeZone?: string) =>
    session.execute({ source, ...(timeZone !== undefined && { timeZone }) })
  await inZone(`const day = ${SUMMER}, Kept = Date; class Own extends Date {}`)
  t.equal((await inZone('day.getHours()', 'Asia/Tokyo')).output, 21)
  t.equal((await inZone('day.getHours()', 'America/New_York')).output, 8)
  const source = '[new Kept(2024, 6), new Own(2024, 6), Kept === Date].map(String)'
  const midnight = 'Mon Jul 01 2024 00:00:00 GMT+0200 (Central European Summer Time)'
  t.strictSame((await inZone(source, 'Europe/Berlin')).output, [midnight, midnight, 'true'])
  t.equal((await inZone('day.getHours()')).output, 12)
  t.equal((await inZone('day.toLocaleTimeString()')).output, '12:00:00 PM')
})

t.test("a zone is kept for replay, by HTTP, the client and a workers' process", async t => {
  const env = { LATCHD_STATE_DIR: stateFolder(t), LATCHD_ISOLATION: 'process' }
  const first = await testDaemon(t, env)
  const source = `const before = String(${SUMMER}); human_approval('go on?'); [before, String(${SUMMER})]`
  const text = 'Mon Jul 01 2024 12:00:00 GMT+0530 (India Standard Time)'
  const zoned = { source, timeZone: 'Asia/Kolkata' }
  const { executionId } = (await post(`${first.url}/v1/executions`, zoned)).body
  const before = new Latchd({ url: first.url })
  t.teardown(() => before.close())
  const [{ approvalId }] = await asked(before, executionId)
  await first.close()

  const second = await testDaemon(t, env)
  const latchd = new Latchd({ url: second.url })
  t.teardown(() => latchd.close())
  await latchd.approvals.approve(approvalId)
  t.match(await latchd.wait(executionId), { status: 'completed', output: [text, text] })
  const replayed = await post(`${second.url}/v1/executions/${executionId}/replay`, {})
  t.match(replayed.body, { result: 'same', reached: 'completed' })
  const sent = await latchd.execute({ source: `String(${SUMMER})`, timeZone: 'Asia/Kolkata' })
  t.equal(sent.output, text)

  const refused = await post(`${second.url}/v1/execute`, { source: '1', timeZone: 'Berlin' })
  t.match(refused, {
    status: 400,
    body: { code: 'INVALID_REQUEST', errors: [{ pointer: '/timeZone', detail: /"Berlin"/ }] },
  })
})

t.test('what is not the name of a zone is refused', async t => {
  for (const timeZone of ['Mars/Olympus', '+01:00', '', 'Europe/Berlin ', '__proto__']) {
    await t.rejects(executor.execute({ source: '1', timeZone }), {
      code: 'INVALID_REQUEST',
      errors: [{ pointer: '/timeZone', detail: /name of the IANA database/ }],
    })
  }
})

t.test('the command, the code tool and the prompts of models take a zone', async t => {
  const cwd = testFolder(t, { 'a.js': `String(${SUMMER}).slice(16, 33)` })
  const run = await startHere(t, ['run', 'a.js', '--time-zone', 'Asia/Tokyo'], { cwd }).ended
  t.match(run, { code: 0, stdout: /12:00:00 GMT\+0900/ })
  const refused = await startHere(t, ['run', 'a.js', '--time-zone', 'Tokyo'], { cwd }).ended
  t.match(refused, { code: 2, stderr: /Cannot use --time-zone "Tokyo": expected the name of a/ })

  const code = codeTool({ executor, timeZone: 'Asia/Tokyo' })
  t.match(await code.prompt(), /Dates are in the time zone Asia\/Tokyo/)
  t.match(await code.run({ source: `${SUMMER}.toJSON()` }), { output: '2024-07-01T03:00:00.000Z' })
  t.match(await codeTool({ executor }).prompt(), /Dates are in the time zone UTC/)
  t.match(codePrompt([], { timeZone: 'Asia/Tokyo' }), /Dates are in the time zone Asia\/Tokyo/)
})

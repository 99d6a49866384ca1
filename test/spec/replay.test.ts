/** Replay: an execution that is run again from its journal, to look at its past or after an upgrade. */

import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { runProgram } from '../../daemon/cli/program.ts'
import { loadConfig } from '../../daemon/config/config.ts'
import { type Daemon, startDaemon } from '../../daemon/start-daemon.ts'
import { get, post } from '../support/daemon.ts'
import { testFolder } from '../support/test-folder.ts'

/** Tools that count how often they were called, in this process. */
const TOOLS = `
const made = (globalThis.replayedCalls ??= [])
const number = { type: 'number' }
export default [
  {
    name: 'add',
    description: 'Adds two numbers.',
    annotations: { readOnly: true },
    inputSchema: { type: 'object', properties: { a: number, b: number }, required: ['a', 'b'] },
    async execute({ a, b }) {
      made.push('add')
      return a + b
    },
  },
  {
    name: 'fail',
    description: 'Fails.',
    async execute(why) {
      made.push('fail')
      throw new RangeError(why)
    },
  },
  {
    name: 'letters',
    description: 'Yields letters.',
    async *execute(count) {
      made.push('letters')
      for (let i = 0; i < count; i++) yield String.fromCharCode(97 + i)
    },
  },
]
`

const callsMade = () => (globalThis as unknown as { replayedCalls: string[] }).replayedCalls

interface Place {
  readonly stateDir: string
  readonly tools: string
}

function placeOf(t: Test): Place {
  const folder = testFolder(t, { state: {}, 'tools.mjs': TOOLS })
  return { stateDir: join(folder, 'state'), tools: join(folder, 'tools.mjs') }
}

async function start(t: Test, { stateDir, tools }: Place): Promise<Daemon> {
  const config = loadConfig({
    flags: {},
    env: {
      LATCHD_PORT: '0',
      LATCHD_WORKERS: '1',
      LATCHD_LOG_LEVEL: 'silent',
      LATCHD_DRAIN_MS: '0',
      LATCHD_STATE_DIR: stateDir,
      LATCHD_TOOLS: tools,
    },
    readFile: () => undefined,
    cwd: stateDir,
  })
  const daemon = await startDaemon(config)
  t.teardown(() => daemon.close())
  return daemon
}

/** Runs a durable program to its end, or until it waits. */
async function execute(daemon: Daemon, source: string, more: object = {}) {
  const { body } = await post(`${daemon.url}/v1/execute`, { source, durable: true, ...more })
  return body
}

const replay = (daemon: Daemon, id: string, body: object = {}) =>
  post(`${daemon.url}/v1/executions/${id}/replay`, body)

/** Changes the store of a daemon that is closed. */
function change({ stateDir }: Place, sql: string, ...values: string[]): void {
  const database = new DatabaseSync(join(stateDir, 'latchd.db'))
  database.exec('DROP TRIGGER IF EXISTS journal_is_append_only')
  const { changes } = database.prepare(sql).run(...values)
  database.close()
  if (changes === 0) throw new Error(`nothing was changed by ${sql}`)
}

const programs: Record<string, string> = {
  synchronous: `let sum = 0
    for (let i = 0; i < 5; i++) sum = add(sum, i)
    sum`,
  concurrent: `const sums = await Promise.all([add(1, 2), add(3, 4), add(5, 6)])
    console.log(sums)
    sums.concat(add.map([{ a: 1, b: 1 }, { a: 2, b: 2 }]))`,
  stream: `const all = []
    for (const letter of letters(5)) { all.push(letter); if (letter === 'd') break }
    all`,
  timer: `const order = []
    setTimeout(() => order.push('b'), 20)
    await new Promise(resolve => setTimeout(() => { order.push('a'); resolve() }, 1))
    sleep(30)
    order`,
  randomness: `add(1, 1); [Math.random(), crypto.randomUUID(), Math.random()]`,
  date: `const before = Date.now(); add(1, 1); [before, Date.now(), new Date(), performance.now()]`,
  caught: `try { fail('no') } catch (error) { error.name + error.message }`,
  'final answer': `add(1, 2); final_answer(new Map([[1, 2n]])); add(3, 4)`,
}

t.test('a program replays on the path that it took, and calls no tool', async t => {
  const daemon = await start(t, placeOf(t))
  for (const [name, source] of Object.entries(programs)) {
    const ran = await execute(daemon, source)
    t.equal(ran.status, 'completed', name)
    const made = callsMade().length
    const { status, body } = await replay(daemon, ran.executionId)
    t.equal(status, 200)
    t.match(body, { result: 'same', reached: 'completed', executionId: ran.executionId }, name)
    t.strictSame(body.logs, ran.logs)
    t.strictSame(body.calls, ran.calls)
    t.equal(callsMade().length, made)
    t.strictSame((await get(`${daemon.url}/v1/executions/${ran.executionId}`)).body, ran)
  }
})

t.test(
  'a program that failed replays to its failure, and one that waits to where it waits',
  async t => {
    const daemon = await start(t, placeOf(t))
    const failed = await execute(daemon, 'add(1, 2)\nfail("x")')
    t.match((await replay(daemon, failed.executionId)).body, { result: 'same', reached: 'failed' })
    const spent = await execute(daemon, 'add(1, 2); for (;;);', { limits: { cpuMs: 100 } })
    t.match((await replay(daemon, spent.executionId)).body, { result: 'same', reached: 'failed' })
    const waiting = await execute(
      daemon,
      'add(1, 2)\nconst answer =\n  human_approval("x")\nanswer',
    )
    t.equal(waiting.status, 'waiting')
    const { body } = await replay(daemon, waiting.executionId)
    t.match(body, { result: 'same', reached: 'waiting', place: { line: 3 } })
    await post(`${daemon.url}/v1/executions/${waiting.executionId}/cancel`, {})
    t.match((await replay(daemon, waiting.executionId)).body, {
      result: 'same',
      reached: 'waiting',
    })
  },
)

const ASKS = `const sum = add(1, 2)
const { approved } = human_approval('go on?')
approved ? add(sum, 10) : sum`

const PAST = `const names = ['a', 'b']
console.log('begin')
let sum = 0
for (let i = 1; i <= 3; i++) {
  sum = add(sum, i)
  console.log(sum)
}
function last() {
  return add(sum, 100)
}
last()`

t.test('a replay to a call ends there, and shows the line, the logs and the calls', async t => {
  const daemon = await start(t, placeOf(t))
  const ran = await execute(daemon, PAST)
  const third = (await replay(daemon, ran.executionId, { untilCall: 3 })).body
  t.match(third, { result: 'halted', place: { line: 5, column: 9 } })
  t.match(third.call, /^call add /)
  t.match(third.place.frame, /^> +5 \| {3}sum = add\(sum, i\)$/m)
  t.strictSame(
    third.logs.map(({ text }: { text: string }) => text),
    ['begin', '1', '3'],
  )
  t.strictSame(third.calls, ran.calls.slice(0, 3))
  t.strictSame(third.variables, [
    { name: 'names', text: "[ 'a', 'b' ]" },
    { name: 'sum', text: '3' },
    { name: 'i', text: '3' },
    { name: 'last', text: '[Function: last]' },
  ])
  const fourth = (await replay(daemon, ran.executionId, { untilCall: 4 })).body
  t.match(fourth, { result: 'halted', place: { line: 9, stack: /at last .*:9:.*\n.*:11:1/ } })
  const beyond = (await replay(daemon, ran.executionId, { untilCall: 5 })).body
  t.match(beyond, { result: 'same', reached: 'completed' })
})

t.test('a journal that another program wrote is told with both calls', async t => {
  const place = placeOf(t)
  const first = await start(t, place)
  const ran = await execute(first, PAST)
  await first.close()
  change(place, `UPDATE journal SET request = 'call add other' WHERE seq = 2`)
  const daemon = await start(t, place)
  const { body } = await replay(daemon, ran.executionId)
  t.match(body, { result: 'diverged', error: { code: 'NONDETERMINISM' }, place: { line: 5 } })
  t.match(
    body.error.message,
    /^Call 2 of the program is call add \{"a":1,"b":2\}; in its journal it was call add other$/,
  )
})

t.test('a call that was about to leave and is another one now is told with both', async t => {
  const place = placeOf(t)
  const first = await start(t, place)
  const { executionId } = await execute(first, ASKS)
  await first.close()
  change(
    place,
    `INSERT INTO journal (execution, seq, kind, position, tool, request, effect, epoch, at_ms, text)
      SELECT id, 2, 'intent', 0, 'pay', 'call pay all', 'once', 1, 0, '' FROM execution`,
  )
  const daemon = await start(t, place)
  const { body } = await replay(daemon, executionId)
  t.match(body, { result: 'diverged', error: { code: 'NONDETERMINISM' } })
  t.match(
    body.error.message,
    /^Call 2 of the program is call human_approval \{.*\}; before it was call pay all$/,
  )
})

t.test('another outcome than the one that was kept is told with both', async t => {
  const place = placeOf(t)
  const first = await start(t, place)
  const ran = await execute(first, 'add(20, 22)')
  await first.close()
  change(place, `UPDATE ending SET body = replace(body, '"value":42', '"value":43')`)
  const daemon = await start(t, place)
  t.match((await replay(daemon, ran.executionId)).body, {
    result: 'differs',
    before: { status: 'completed', output: { value: 43 } },
    now: { status: 'completed', output: { value: 42 } },
  })
})

t.test('a journal of thousands of calls replays in the time of its calls', async t => {
  const daemon = await start(t, placeOf(t))
  const took: number[] = []
  for (const count of [2000, 8000]) {
    const source = `let n = 0; while (n < ${count}) n = add(n, 1); n`
    const { executionId } = await execute(daemon, source, { limits: { maxCalls: count } })
    const from = performance.now()
    t.match((await replay(daemon, executionId)).body, { result: 'same' })
    took.push(performance.now() - from)
  }
  const [fewer = 0, more = 0] = took
  t.ok(more < 10 * fewer + 500, `four times the calls took ${more} ms after ${fewer} ms`)
})

t.test('what has no journal, is not there, runs or is of a session is refused', async t => {
  const daemon = await start(t, placeOf(t))
  const volatile = await execute(daemon, '1', { durable: false })
  t.match(await replay(daemon, volatile.executionId), {
    status: 409,
    body: { code: 'CONFLICT', detail: /: it is not durable, and so has no journal$/ },
  })
  t.equal((await replay(daemon, 'exe_none')).status, 404)
  const running = await execute(daemon, 'sleep(900); sleep(900); 1', { waitMs: 10 })
  t.match(await replay(daemon, running.executionId), {
    status: 409,
    body: { detail: /: it is (running|waiting) at the moment$/ },
  })
  t.equal((await replay(daemon, running.executionId, { untilCall: 0 })).status, 400)
  const bare = `${daemon.url}/v1/executions/${volatile.executionId}/replay`
  t.equal((await fetch(bare, { method: 'POST' })).status, 409, 'a body is not needed')
  const { sessionId } = (await post(`${daemon.url}/v1/sessions`, {})).body
  const ended = await execute(daemon, 'var x = 1', { sessionId })
  t.match(await replay(daemon, ended.executionId), {
    status: 409,
    body: { detail: /: it ran in session ses_\w+, whose state before it is not kept$/ },
  })
  const waiting = await execute(daemon, 'add(x, 1); human_approval("x")', { sessionId })
  t.match(await replay(daemon, waiting.executionId), {
    status: 200,
    body: { result: 'same', reached: 'waiting' },
  })
})

/** Lets a stored execution have begun under another engine. */
const otherRuntime = (place: Place) =>
  change(place, `UPDATE program SET plan = json_set(plan, '$.runtime', 'quickjs of old')`)

async function approve(daemon: Daemon, executionId: string): Promise<void> {
  const { body } = await get(`${daemon.url}/v1/approvals?executionId=${executionId}`)
  await post(`${daemon.url}/v1/approvals/${body.data[0].approvalId}`, { decision: 'approve' })
}

const ended = async (daemon: Daemon, executionId: string) =>
  (await get(`${daemon.url}/v1/executions/${executionId}?waitMs=20000`)).body

t.test('after an upgrade an execution goes on when the new engine repeats it', async t => {
  const place = placeOf(t)
  const first = await start(t, place)
  const { executionId } = await execute(first, ASKS)
  await first.close()
  otherRuntime(place)
  const daemon = await start(t, place)
  const made = callsMade().length
  await approve(daemon, executionId)
  t.match(await ended(daemon, executionId), { status: 'completed', output: { value: 13 } })
  t.strictSame(callsMade().slice(made), ['add'], 'the shadow has called nothing')
})

t.test('after an upgrade that diverges an execution is stuck, until it is put right', async t => {
  const place = placeOf(t)
  const first = await start(t, place)
  const { executionId } = await execute(first, ASKS)
  await first.close()
  otherRuntime(place)
  const database = new DatabaseSync(join(place.stateDir, 'latchd.db'))
  const kept = database.prepare(`SELECT request FROM journal WHERE seq = 1`).get()?.request
  database.close()
  change(place, `UPDATE journal SET request = 'call add of old' WHERE seq = 1`)
  const second = await start(t, place)
  const made = callsMade().length
  await approve(second, executionId)
  const stuck = await ended(second, executionId)
  t.match(stuck, { status: 'stuck', error: { code: 'NONDETERMINISM' } })
  t.match(
    stuck.error.message,
    /^Call 1 of the program is call add .*; in its journal it was call add of old \(it began on quickjs of old; this is /,
  )
  t.equal(callsMade().length, made)
  await second.close()
  change(place, `UPDATE journal SET request = ? WHERE seq = 1`, String(kept))
  const third = await start(t, place)
  await post(`${third.url}/v1/executions/${executionId}/retry`, {})
  t.match(await ended(third, executionId), { status: 'completed', output: { value: 13 } })
})

/** Runs `latchd replay …` in this process. */
async function command(daemon: Daemon, ...args: string[]) {
  const texts = { stdout: '', stderr: '' }
  const output = (name: keyof typeof texts) => ({
    write: (text: string) => {
      texts[name] += text
    },
  })
  const code = await runProgram(['replay', '--url', daemon.url, ...args], {
    env: {},
    cwd: import.meta.dirname,
    stdin: (async function* () {})(),
    stdout: output('stdout'),
    stderr: output('stderr'),
    onSignal: () => () => {},
    exit: () => {},
  })
  return { code, ...texts }
}

t.test('the command says how it went, and shows the past of a call', async t => {
  const place = placeOf(t)
  const first = await start(t, place)
  const { executionId } = await execute(first, PAST)
  t.strictSame(await command(first, executionId), {
    code: 0,
    stdout: `${executionId} goes the same way: completed\n`,
    stderr: '',
  })
  const { code, stdout } = await command(first, executionId, '--until', '2')
  t.equal(code, 0)
  const lines = stdout.trimEnd().split('\n')
  t.strictSame(lines.slice(0, 2), ['begin', '1'])
  t.match(lines[2], /^call_\w+_1 {2}add {2}completed$/)
  t.equal(lines[4], `${executionId} makes call 2: add {"a":1,"b":2}`)
  t.equal(lines[5], 'at program:5:9')
  t.ok(lines.includes('> 5 |   sum = add(sum, i)'))
  t.strictSame(lines.slice(-4, -2), ["names = [ 'a', 'b' ]", 'sum = 1'])
  const { body: asks } = await post(`${first.url}/v1/execute`, { source: ASKS })
  const halted = await command(first, asks.executionId, '--until', '2')
  t.match(halted.stdout, `makes call 2: human_approval {"action":"go on?"}\n`)
  t.match(JSON.parse((await command(first, executionId, '--json')).stdout), { result: 'same' })
  t.match(await command(first, 'exe_none'), { code: 2, stderr: /^latchd: There is no execution/ })
  t.match(await command(first, executionId, '--until', 'x'), { code: 2, stderr: /--until "x"/ })
  await first.close()
  change(place, `UPDATE journal SET request = 'call add other' WHERE seq = 2`)
  const second = await start(t, place)
  const told = await command(second, executionId)
  t.equal(told.code, 1)
  t.match(
    told.stdout,
    /^exe_\w+ goes another way: Call 2 .* it was call add other\nat program:5:9\n/,
  )
})

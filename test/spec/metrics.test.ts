import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import {
  type ProcessUse,
  ProcessUses,
  readProcessUse,
} from '../../daemon/telemetry/metrics/child-processes.ts'
import { LoopLag } from '../../daemon/telemetry/metrics/loop-lag.ts'
import { MeasuredPool } from '../../daemon/telemetry/metrics/measured-pool.ts'
import {
  MAX_TOOL_LABELS,
  OTHER_TOOLS,
  ToolLabels,
} from '../../daemon/telemetry/metrics/tool-labels.ts'
import {
  ForgedMessage,
  type GuestLink,
  type GuestPool,
  type PoolRun,
  SharedLoss,
  ThreadEnded,
} from '../../executor/boundary/guest-pool.ts'
import { LatchdError } from '../../protocol/errors.ts'
import { Latchd, tool } from '../../sdk/index.ts'
import { get, post, testDaemon } from '../support/daemon.ts'
import { expositionFaults } from '../support/exposition-faults.ts'
import { stateFolder } from '../support/state-folder.ts'
import { as, tokenDaemon } from '../support/token-daemon.ts'

/** The samples of a scrape: `name{label="value"}` to number. */
async function scrape(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/metrics`, { headers })
  const text = await response.text()
  const samples = text
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))])
  return { response, text, of: Object.fromEntries(samples) as Record<string, number> }
}

/** Those of the wanted samples that a scrape has, at the latest after so many tries. */
async function scrapeUntil(
  url: string,
  wanted: Record<string, number>,
  headers: Record<string, string> = {},
) {
  for (let tries = 500; ; tries--) {
    const { of } = await scrape(url, headers)
    const found = Object.fromEntries(Object.keys(wanted).map(name => [name, of[name]]))
    const isThere = Object.entries(wanted).every(([name, value]) => found[name] === value)
    if (isThere || tries === 0) return found
  }
}

const module = join(stateFolder(t), 'tools.mjs')
writeFileSync(module, `export default { fails: () => { throw new Error('no') } }`)
/** The daemon of all tests that mind neither tokens nor isolation: each counts what is new. */
const { url } = await testDaemon(t, { LATCHD_TOOLS: module, LATCHD_WORKERS: '1' })
/** Another one in the same process, whose programs run in a process of their own. */
const guarded = await tokenDaemon(
  t,
  [
    { name: 'reader', scopes: ['read'] },
    { name: 'runner', scopes: ['execute'] },
  ],
  { LATCHD_ISOLATION: 'process', LATCHD_WORKERS: '1' },
)

t.test('executions, calls and decisions are counted', async t => {
  const run = (source: string) => post(`${url}/v1/execute`, { source, waitMs: 20_000 })
  await run('1 + 1')
  await run('sleep(1)')
  await run('fails()')
  await run('return +')
  const waiting = await run('human_approval("go on").approved')
  const before = {
    latchd_approvals_pending: 1,
    'latchd_store_executions{state="waiting"}': 1,
    latchd_executions_live: 0,
  }
  t.strictSame(await scrapeUntil(url, before), before)
  const { data } = (await get(`${url}/v1/approvals?status=pending`)).body
  await post(`${url}/v1/approvals/${data[0].approvalId}`, { decision: 'approve' })
  await get(`${url}/v1/executions/${waiting.body.executionId}?waitMs=20000`)
  const after = {
    latchd_executions_started_total: 5,
    'latchd_executions_ended_total{status="completed",code=""}': 3,
    'latchd_executions_ended_total{status="failed",code="GUEST_ERROR"}': 1,
    'latchd_executions_ended_total{status="failed",code="SYNTAX_ERROR"}': 1,
    'latchd_execution_duration_seconds_count{status="completed"}': 3,
    latchd_execution_start_delay_seconds_count: 5,
    latchd_executions_parked_total: 1,
    latchd_executions_resumed_total: 1,
    'latchd_worker_wait_seconds_count{kind="start"}': 5,
    'latchd_worker_wait_seconds_count{kind="resume"}': 1,
    'latchd_call_duration_seconds_count{tool="sleep",status="completed"}': 1,
    'latchd_call_duration_seconds_count{tool="fails",status="failed"}': 1,
    'latchd_call_duration_seconds_count{tool="human_approval",status="completed"}': 1,
    'latchd_approvals_decided_total{status="approved"}': 1,
    latchd_approval_wait_seconds_count: 1,
    latchd_approvals_pending: 0,
    'latchd_store_executions{state="waiting"}': 0,
    latchd_queue_length: 0,
    latchd_workers: 1,
    latchd_workers_busy: 0,
  }
  t.strictSame(await scrapeUntil(url, after), after)
})

t.test("Prometheus' linter would find nothing", async t => {
  t.strictSame(expositionFaults((await scrape(url)).text), [])
  t.strictSame(expositionFaults((await scrape(guarded.url, as('reader'))).text), [])
  const faulty = [
    '# HELP jobs Jobs.\n# TYPE jobs counter\njobs 1\n',
    '# TYPE jobs_total counter\njobs_total 1\n',
    '# HELP wait_ms Wait.\n# TYPE wait_ms gauge\nwait_ms 1\n',
    '# HELP lag_seconds Lag.\n# TYPE lag_seconds gauge\nlag_seconds{quantile="1"} 1\n',
    'jobs_total 1\n',
    '# HELP a A.\n# TYPE a gauge\na 1\na 1\n',
  ]
  for (const text of faulty) t.equal(expositionFaults(text).length, 1, text)
})

t.test('what the daemon is and uses is told', async t => {
  // Its end is waited for: the next test counts those that live.
  await post(`${url}/v1/execute`, { source: 'sleep(1)', durable: true, waitMs: 20_000 })
  const { of, text, response } = await scrape(url)
  t.equal(response.status, 200)
  t.match(response.headers.get('content-type'), 'text/plain; version=0.0.4')
  t.match(
    text,
    /^latchd_info\{version="[^"]+",node="[^"]+",engine="quickjs[^"]+",isolation="thread"\} 1$/m,
  )
  for (const name of [
    'latchd_store_bytes',
    'latchd_store_commit_seconds_count',
    'latchd_store_commit_operations_sum',
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
    'process_start_time_seconds',
    'nodejs_heap_size_used_bytes',
  ]) {
    t.ok((of[name] ?? 0) > 0, name)
  }
  // Each name once, with help and type, or Prometheus refuses the whole scrape.
  const types = text.match(/^# TYPE \S+/gm) ?? []
  t.equal(new Set(types).size, types.length)
  t.equal(text.match(/^# HELP \S+ .+/gm)?.length, types.length)
})

t.test('a worker is busy as long as an execution holds it', async t => {
  const running = await post(`${url}/v1/execute`, { source: 'for (;;) {}', waitMs: 0 })
  const busy = { latchd_workers_busy: 1, latchd_executions_live: 1 }
  t.strictSame(await scrapeUntil(url, busy), busy)
  const waiting = await post(`${url}/v1/execute`, { source: '1', waitMs: 0 })
  const queued = { latchd_queue_length: 1 }
  t.strictSame(await scrapeUntil(url, queued), queued)
  const first = (await scrape(url)).of.latchd_worker_busy_seconds_total as number
  const second = (await scrape(url)).of.latchd_worker_busy_seconds_total as number
  t.ok(second > first, 'the time of a run under way counts')
  await post(`${url}/v1/executions/${running.body.executionId}/cancel`, {})
  await get(`${url}/v1/executions/${waiting.body.executionId}?waitMs=20000`)
  const ended = {
    latchd_workers_busy: 0,
    'latchd_executions_ended_total{status="cancelled",code="CANCELLED"}': 1,
  }
  t.strictSame(await scrapeUntil(url, ended), ended)
})

t.test('tools of clients have one series together, and their connections are counted', async t => {
  const latchd = new Latchd({ url })
  t.teardown(() => latchd.close())
  const inputSchema = { type: 'object', properties: {} }
  const named = (name: string) =>
    tool({ name, description: '', inputSchema, execute: async () => 1 })
  const source = 'secret_tool() + other_tool()'
  const tools = [named('secret_tool'), named('other_tool')]
  t.equal((await latchd.execute({ source, tools })).output, 2)
  const { of, text } = await scrape(url)
  t.equal(of[`latchd_call_duration_seconds_count{tool="${OTHER_TOOLS}",status="completed"}`], 2)
  t.equal(of.latchd_client_connections, 1)
  t.notMatch(text, 'secret_tool')
})

t.test('labels of tools are bounded', t => {
  const labels = new ToolLabels(name => name.startsWith('own'))
  t.equal(labels.of('foreign'), OTHER_TOOLS)
  const given = Array.from({ length: MAX_TOOL_LABELS + 5 }, (_, i) => labels.of(`own${i}`))
  t.strictSame(given.slice(-6), [`own${MAX_TOOL_LABELS - 1}`, ...Array(5).fill(OTHER_TOOLS)])
  t.equal(labels.of('own0'), 'own0')
  t.end()
})

t.test('the metrics need the scope read, and tell what was refused', async t => {
  const { url } = guarded
  const status = async (headers = {}) => (await fetch(`${url}/metrics`, { headers })).status
  t.equal(await status(), 401)
  t.equal(await status(as('runner')), 403)
  await get(`${url}/v1/executions/exe_none`, as('reader'))
  await get(`${url}/nothing`, as('reader'))
  const { of, response } = await scrape(url, as('reader'))
  t.equal(response.status, 200)
  const refused = Object.entries(of).filter(([name]) => name.startsWith('latchd_http_refusals'))
  t.strictSame(Object.fromEntries(refused), {
    'latchd_http_refusals_total{code="UNAUTHENTICATED"}': 1,
    'latchd_http_refusals_total{code="FORBIDDEN"}': 1,
    'latchd_http_refusals_total{code="NOT_FOUND"}': 2,
  })
})

t.test('a token is not shown the names of tools that it may not use', async t => {
  const tokens = [{ name: 'all' }, { name: 'some', scopes: ['read'], tools: ['human_*'] }]
  const { url } = await tokenDaemon(t, tokens)
  await post(`${url}/v1/execute`, { source: 'sleep(1)' }, as('all'))
  const calls = { 'latchd_call_duration_seconds_count{tool="sleep",status="completed"}': 1 }
  t.strictSame(await scrapeUntil(url, calls, as('all')), calls)
  const { text } = await scrape(url, as('some'))
  t.notMatch(text, /sleep/)
  t.strictSame(expositionFaults(text), [])
})

t.test('two daemons of one process count apart', async t => {
  t.ok(((await scrape(url)).of.latchd_executions_started_total as number) > 0)
  t.equal((await scrape(guarded.url, as('reader'))).of.latchd_executions_started_total, 0)
})

t.test('programs in a process of their own count as busy, with its memory and CPU', async t => {
  const reader = as('reader')
  const { url } = guarded
  const source = 'for (;;) {}'
  const running = await post(`${url}/v1/execute`, { source, waitMs: 0 }, as('runner'))
  const busy = { latchd_workers: 1, latchd_workers_busy: 1 }
  t.strictSame(await scrapeUntil(url, busy, reader), busy)
  const first = await scrape(url, reader)
  t.match(first.text, /^latchd_info\{.*,isolation="process"\} 1$/m)
  const memory = 'latchd_worker_processes_resident_memory_bytes'
  const cpu = 'latchd_worker_processes_cpu_seconds_total'
  const held = 'latchd_worker_busy_seconds_total'
  // A process of Node's has more before it has done anything.
  t.ok((first.of[memory] as number) > 20_000_000, `${first.of[memory]} bytes`)
  let last = first
  for (let tries = 500; tries > 0 && last.of[cpu] === first.of[cpu]; tries--) {
    last = await scrape(url, reader)
  }
  for (const name of [cpu, held])
    t.ok((last.of[name] as number) > (first.of[name] as number), `${name} grows`)
  await post(`${url}/v1/executions/${running.body.executionId}/cancel`, {}, as('runner'))
  const free = { latchd_workers_busy: 0 }
  t.strictSame(await scrapeUntil(url, free, reader), free)
})

t.test('a program that does not let go of its worker is counted, at both levels', async t => {
  const source = `new Array(2 ** 32 - 1).join('x')`
  const lost = { 'latchd_workers_lost_total{reason="ended"}': 1 }
  for (const [daemon, runner, reader] of [
    [url, {}, {}],
    [guarded.url, as('runner'), as('reader')],
  ] as const) {
    const program = { source, limits: { cpuMs: 20 }, waitMs: 20_000 }
    const { body } = await post(`${daemon}/v1/execute`, program, runner)
    t.match(body, { error: { code: 'LIMIT_EXCEEDED' } })
    t.strictSame(await scrapeUntil(daemon, lost, reader), lost)
  }
})

t.test('why a run has lost its worker is told apart', async t => {
  const reasons: string[] = []
  const errors = [new ThreadEnded(), new ForgedMessage('x'), new SharedLoss('x'), new Error('x')]
  const closed = new LatchdError('EXECUTOR_CLOSED', 'closed')
  for (const error of [...errors, closed]) {
    const pool = {
      run: async (run: PoolRun) => {
        run.begin({} as GuestLink)
        throw error
      },
    } as unknown as GuestPool
    const observer = { onLease: () => {}, onLoss: (reason: string) => reasons.push(reason) }
    const run = { begin: () => ({}) } as unknown as PoolRun
    await t.rejects(new MeasuredPool(pool, observer).run(run), error)
  }
  t.strictSame(reasons, ['ended', 'forged', 'shared', 'lost'])
})

t.test('the CPU time of worker processes never falls when one ends', t => {
  let use: Record<number, ProcessUse> = {}
  const uses = new ProcessUses(pid => use[pid])
  const of = (...pids: number[]) => uses.of(pids)
  t.strictSame(of(), { residentBytes: 0, cpuSeconds: 0 })
  use = { 1: { residentBytes: 10, cpuSeconds: 5 }, 2: { residentBytes: 20, cpuSeconds: 1 } }
  t.strictSame(of(1, 2), { residentBytes: 30, cpuSeconds: 6 })
  t.strictSame(of(2), { residentBytes: 20, cpuSeconds: 6 }, 'what has ended is remembered')
  use = { 2: { residentBytes: 20, cpuSeconds: 0.5 } }
  t.strictSame(of(2), { residentBytes: 20, cpuSeconds: 6.5 }, 'another process of the same id')
  t.equal(readProcessUse(2 ** 30), undefined, 'one that is not there')
  t.end()
})

/** Keeps the event loop from anything else. */
function stall(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

t.test('a stall of the event loop is told to every scraper', async t => {
  const worst = 'latchd_event_loop_lag_seconds{percentile="100"}'
  stall(300)
  let first = await scrape(url)
  for (let tries = 500; tries > 0 && (first.of[worst] as number) < 0.2; tries--) {
    first = await scrape(url)
  }
  t.ok((first.of[worst] as number) >= 0.2, `${first.of[worst]} s`)
  const second = await scrape(url)
  t.ok((second.of[worst] as number) >= (first.of[worst] as number), 'also to the second one')
})

t.test('a stall of the event loop is forgotten after two windows', async t => {
  const lag = new LoopLag()
  t.teardown(() => lag.stop())
  // The first delay is counted from the first turn of its timer.
  for (let tries = 10; tries > 0 && lag.seconds(100) < 0.2; tries--) {
    stall(250)
    await new Promise(resolve => setImmediate(resolve))
  }
  const seen = [lag.seconds(100)]
  for (let turns = 0; turns < 2; turns++) {
    lag.turn()
    seen.push(lag.seconds(100))
  }
  t.strictSame(
    seen.map(seconds => seconds >= 0.2),
    [true, true, false],
  )
})

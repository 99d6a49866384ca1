import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { MAX_TOOL_LABELS, OTHER_TOOLS, ToolLabels } from '../../daemon/metrics/tool-labels.ts'
import { Latchd, tool } from '../../sdk/index.ts'
import { get, post, testDaemon } from '../support/daemon.ts'
import { stateFolder } from '../support/state-folder.ts'

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
async function scrapeUntil(url: string, wanted: Record<string, number>) {
  for (let tries = 500; ; tries--) {
    const { of } = await scrape(url)
    const found = Object.fromEntries(Object.keys(wanted).map(name => [name, of[name]]))
    const isThere = Object.entries(wanted).every(([name, value]) => found[name] === value)
    if (isThere || tries === 0) return found
  }
}

async function toolModule(t: Test, text: string): Promise<string> {
  const file = join(stateFolder(t), 'tools.mjs')
  writeFileSync(file, text)
  return file
}

t.test('executions, calls and decisions are counted', async t => {
  const module = await toolModule(t, `export default { fails: () => { throw new Error('no') } }`)
  const { url } = await testDaemon(t, { LATCHD_TOOLS: module })
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
    latchd_workers: 2,
    latchd_workers_busy: 0,
  }
  t.strictSame(await scrapeUntil(url, after), after)
})

t.test('what the daemon is and uses is told', async t => {
  const { url } = await testDaemon(t)
  await post(`${url}/v1/executions`, { source: 'sleep(1)' })
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
  const { url } = await testDaemon(t, { LATCHD_WORKERS: '1' })
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
  const { url } = await testDaemon(t)
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
  const { url } = await testDaemon(t, { LATCHD_TOKENS: 'a:secret-one:read,b:secret-two:execute' })
  const status = async (headers = {}) => (await fetch(`${url}/metrics`, { headers })).status
  const reader = { authorization: 'Bearer secret-one' }
  t.equal(await status(), 401)
  t.equal(await status({ authorization: 'Bearer secret-two' }), 403)
  await get(`${url}/v1/executions/exe_none`, reader)
  await get(`${url}/nothing`, reader)
  const { of, response } = await scrape(url, reader)
  t.equal(response.status, 200)
  const refused = Object.entries(of).filter(([name]) => name.startsWith('latchd_http_refusals'))
  t.strictSame(Object.fromEntries(refused), {
    'latchd_http_refusals_total{code="UNAUTHENTICATED"}': 1,
    'latchd_http_refusals_total{code="FORBIDDEN"}': 1,
    'latchd_http_refusals_total{code="NOT_FOUND"}': 2,
  })
})

t.test('two daemons of one process count apart', async t => {
  const [one, two] = await Promise.all([testDaemon(t), testDaemon(t)])
  await post(`${one.url}/v1/execute`, { source: '1' })
  t.equal((await scrape(one.url)).of.latchd_executions_started_total, 1)
  t.equal((await scrape(two.url)).of.latchd_executions_started_total, 0)
})

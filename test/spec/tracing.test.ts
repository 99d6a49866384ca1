import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { readTraceParent, writeTraceParent } from '../../daemon/telemetry/tracing/trace-parent.ts'
import { Latchd, type ToolContext } from '../../sdk/index.ts'
import { get, post, testDaemon } from '../support/daemon.ts'
import { stateFolder } from '../support/state-folder.ts'

/** A span as OTLP has it, its attributes as a record. */
interface Span {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly events: readonly string[]
  readonly links: readonly { traceId: string; spanId: string }[]
  readonly status: { code?: number; message?: string }
  readonly attributes: Record<string, unknown>
}

type Pairs = { key: string; value: Record<string, unknown> }[]

const record = (pairs: Pairs = []) =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, Object.values(value)[0]]))

/** A collector on the loopback, with what it was sent. */
async function collector(t: Test) {
  const spans: Span[] = []
  const resources: Record<string, unknown>[] = []
  const paths: string[] = []
  const server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await request.toArray()).toString())
    paths.push(`${request.method} ${request.url}`)
    for (const { resource, scopeSpans } of body.resourceSpans) {
      resources.push(record(resource.attributes))
      for (const span of scopeSpans.flatMap((scope: { spans: [] }) => scope.spans)) {
        const events = (span.events ?? []).map(({ name }: { name: string }) => name)
        spans.push({ links: [], ...span, events, attributes: record(span.attributes) })
      }
    }
    response.setHeader('content-type', 'application/json').end('{}')
  })
  server.listen(0, '127.0.0.1')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { spans, resources, paths, url: `http://127.0.0.1:${port}` }
}

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const PARENT = 'b7ad6b7169203331'
const traceparent = `00-${TRACE}-${PARENT}-01`

const named = (spans: readonly Span[], name: string) => spans.filter(span => span.name === name)

t.test(
  'calls are nested under their execution, in the trace of the request, each execution once',
  async t => {
    const { spans, resources, paths, url: collectorUrl } = await collector(t)
    const module = join(stateFolder(t), 'tools.mjs')
    writeFileSync(
      module,
      `export default {
      place: { description: '', execute: (_, { traceparent }) => traceparent },
      fails: () => { throw Object.assign(new Error('no luck'), { code: 'UNLUCKY' }) },
    }`,
    )
    const daemon = await testDaemon(t, {
      LATCHD_TOOLS: module,
      LATCHD_WORKERS: '1',
      OTEL_EXPORTER_OTLP_ENDPOINT: `${collectorUrl}/`,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=a%20test',
      OTEL_SERVICE_NAME: 'our-latchd',
    })
    const body = { source: 'try { fails() } catch {}\nplace()', metadata: { a: 1 } }
    const { body: execution } = await post(`${daemon.url}/v1/execute`, body, { traceparent })
    const submit = async (headers: Record<string, string>) =>
      (await post(`${daemon.url}/v1/execute`, { source: '1' }, headers)).body.executionId
    const first = await submit({ 'idempotency-key': 'once' })
    t.equal(await submit({ 'idempotency-key': 'once' }), first)
    await submit({ traceparent: `00-${TRACE}-${PARENT}-00` })
    await daemon.close()
    t.strictSame(new Set(paths), new Set(['POST /v1/traces']))
    t.match(resources[0], { 'service.name': 'our-latchd', 'deployment.environment': 'a test' })
    const [root, other, ...more] = named(spans, 'execution') as [Span, Span]
    t.strictSame(more, [], 'none of what was not taken, or is not to be recorded')
    t.equal(other.attributes['latchd.execution.id'], first)
    t.equal(spans.length, 4)
    t.strictSame([root.traceId, root.parentSpanId], [TRACE, PARENT])
    t.strictSame(root.events, ['execution-started'])
    t.match(root.attributes, {
      'latchd.execution.id': execution.executionId,
      'latchd.execution.status': 'completed',
      'latchd.execution.calls': 2,
      'latchd.caller': 'local',
    })
    t.equal(execution.output.value, `00-${TRACE}-${root.spanId}-01`, 'tools are told the place')
    const [failed] = named(spans, 'call fails') as [Span]
    const [given] = named(spans, 'call place') as [Span]
    for (const span of [failed, given]) {
      t.strictSame([span.traceId, span.parentSpanId], [TRACE, root.spanId])
      t.ok(BigInt(span.startTimeUnixNano) >= BigInt(root.startTimeUnixNano))
      t.ok(BigInt(span.endTimeUnixNano) <= BigInt(root.endTimeUnixNano))
    }
    t.match(failed.attributes, {
      'latchd.call.id': execution.calls[0].callId,
      'latchd.call.status': 'failed',
      'gen_ai.tool.name': 'fails',
      'error.type': 'UNLUCKY',
    })
    t.strictSame(failed.status, { code: 2, message: 'no luck' })
  },
)

t.test('an execution that outlives its daemon goes on in the same trace', async t => {
  const { spans, paths, url: collectorUrl } = await collector(t)
  const env = {
    LATCHD_STATE_DIR: stateFolder(t),
    LATCHD_WORKERS: '1',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${collectorUrl}/t`,
  }
  const first = await testDaemon(t, env)
  const source = 'sleep(1); human_approval("go on"); throw new Error("the end")'
  const { body } = await post(`${first.url}/v1/execute`, { source, waitMs: 20_000 })
  t.equal(body.status, 'waiting')
  await first.close()
  const second = await testDaemon(t, env)
  const { data } = (await get(`${second.url}/v1/approvals?status=pending`)).body
  await post(`${second.url}/v1/approvals/${data[0].approvalId}`, { decision: 'approve' })
  const ended = await get(`${second.url}/v1/executions/${body.executionId}?waitMs=20000`)
  t.equal(ended.body.status, 'failed')
  await second.close()
  t.strictSame(new Set(paths), new Set(['POST /t']))
  const [before, after, ...more] = named(spans, 'execution') as [Span, Span]
  t.strictSame(more, [])
  t.equal(before.parentSpanId ?? '', '')
  t.equal(after.traceId, before.traceId)
  t.equal(after.parentSpanId, before.spanId)
  t.match(after.links, [{ traceId: before.traceId, spanId: before.spanId }])
  t.strictSame(before.events, [
    'execution-started',
    'approval-requested',
    'execution-parked',
    'execution-put-away',
  ])
  t.strictSame(after.events, ['approval-decided', 'execution-resumed'])
  t.strictSame(after.status, { code: 2, message: 'the end' })
  t.equal(after.attributes['error.type'], 'GUEST_ERROR')
  const [approval] = named(spans, 'call human_approval') as [Span]
  t.equal(approval.parentSpanId, after.spanId)
  t.ok(BigInt(approval.startTimeUnixNano) < BigInt(after.startTimeUnixNano), 'it began before')
})

t.test('a collector that is away keeps nobody', async t => {
  // The exporter reads it itself; otherwise it would go on trying for the rest of this file.
  process.env.OTEL_EXPORTER_OTLP_TIMEOUT = '300'
  t.teardown(() => delete process.env.OTEL_EXPORTER_OTLP_TIMEOUT)
  const env = { LATCHD_WORKERS: '1', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' }
  const daemon = await testDaemon(t, env)
  const { body } = await post(`${daemon.url}/v1/execute`, { source: '1' })
  t.equal(body.status, 'completed')
  await daemon.close()
})

t.test(
  'without an exporter tools, those of a client too, are told the place of the request',
  async t => {
    const module = join(stateFolder(t), 'tools.mjs')
    writeFileSync(
      module,
      `export default { place: { description: '', execute: (_, { traceparent }) => traceparent ?? null } }`,
    )
    const { url } = await testDaemon(t, { LATCHD_TOOLS: module, LATCHD_WORKERS: '1' })
    const latchd = new Latchd({ url })
    t.teardown(() => latchd.close())
    const client_place = {
      name: 'client_place',
      description: '',
      inputSchema: { type: 'object', properties: {} },
      execute: (_: unknown, { traceparent }: ToolContext) => traceparent ?? null,
    }
    await latchd.serveTools([client_place])
    const placesOf = async (headers: Record<string, string>) =>
      (await post(`${url}/v1/execute`, { source: '[place(), client_place()]' }, headers)).body
        .output.value
    t.strictSame(await placesOf({ traceparent }), [traceparent, traceparent])
    t.strictSame(await placesOf({}), [null, null])
    t.strictSame(await placesOf({ traceparent: 'nonsense' }), [null, null])
  },
)

t.test('a header that names no place in a trace is passed over', async t => {
  t.strictSame(readTraceParent(traceparent), { traceId: TRACE, spanId: PARENT, isSampled: true })
  const later = readTraceParent(`cc-${TRACE}-${PARENT}-00-more`)
  t.strictSame(later, { traceId: TRACE, spanId: PARENT, isSampled: false })
  t.equal(later && writeTraceParent(later), `00-${TRACE}-${PARENT}-00`)
  for (const header of [
    undefined,
    '',
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}`,
  ]) {
    t.equal(readTraceParent(header), undefined, String(header))
  }
})

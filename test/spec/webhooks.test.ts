/** Webhooks: what is posted, how it is signed, and that it arrives. */

import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { loadConfig } from '../../daemon/config/config.ts'
import { type Daemon, startDaemon } from '../../daemon/start-daemon.ts'
import type { StoredWebhookMessage, WebhookMessage } from '../../daemon/store/store.ts'
import { messageFor } from '../../daemon/store/webhook-messages.ts'
import { backOffMs } from '../../daemon/webhooks/back-off.ts'
import type { PostOutcome } from '../../daemon/webhooks/post.ts'
import { WebhookSender } from '../../daemon/webhooks/webhook-sender.ts'
import type { Execution } from '../../protocol/execution/execution.ts'
import { get, post } from '../support/daemon.ts'
import { testFolder } from '../support/test-folder.ts'
import { privateWebhooks } from './attacks/outbound.ts'

interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
  // biome-ignore lint/suspicious/noExplicitAny: tests read bodies of every shape
  readonly json: any
}

interface Receiver {
  readonly url: string
  /** Resolves with the message number `index`, from 0, when it has come. */
  message(index: number): Promise<Received>
  readonly messages: readonly Received[]
}

/** A receiver that answers with these statuses in order, and then with 200. */
async function receiver(t: Test, statuses: number[] = []): Promise<Receiver> {
  const messages: Received[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const part of request) body += part
    messages.push({ headers: request.headers, body, json: JSON.parse(body) })
    response.writeHead(statuses.shift() ?? 200, { location: '/elsewhere' }).end()
    server.emit('told')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?a=1`,
    messages,
    async message(index) {
      while (messages.length <= index) await once(server, 'told')
      return messages[index] as Received
    },
  }
}

const SECRET = `whsec_${Buffer.from('a key of thirty-two bytes exactly').toString('base64')}`

async function start(t: Test, env: Record<string, string> = {}): Promise<Daemon> {
  const config = loadConfig({
    flags: {},
    env: {
      LATCHD_PORT: '0',
      LATCHD_WORKERS: '1',
      LATCHD_LOG_LEVEL: 'silent',
      LATCHD_DRAIN_MS: '100',
      LATCHD_WEBHOOK_SECRET: SECRET,
      // Made anew, and so emptied, whenever it is asked for.
      LATCHD_STATE_DIR: env.LATCHD_STATE_DIR ?? testFolder(t),
      ...env,
    },
    readFile: () => undefined,
    cwd: import.meta.dirname,
  })
  const daemon = await startDaemon(config)
  t.teardown(() => daemon.close())
  return daemon
}

/** The signature as the scheme's document has it. */
function signatureOf({ headers, body }: Received, key: Buffer): string {
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}

const keyOf = (secret: string) => Buffer.from(secret.slice('whsec_'.length), 'base64')

t.test('the end of an execution is posted, signed, to the webhook that it named', async t => {
  const { url, message } = await receiver(t)
  const daemon = await start(t)
  const ran = await post(`${daemon.url}/v1/execute`, { source: '1 + 1', webhook: { url } })
  t.equal(ran.status, 200)
  const told = await message(0)
  const { executionId } = ran.body
  t.match(told.json, { type: 'execution-ended', executionId })
  t.strictSame(told.json.execution, ran.body)
  t.equal(told.headers['content-type'], 'application/json')
  t.match(told.headers['webhook-id'], /^msg_\w+$/)
  t.ok(Math.abs(Number(told.headers['webhook-timestamp']) - Date.now() / 1000) < 60)
  t.equal(told.headers['webhook-signature'], signatureOf(told, keyOf(SECRET)))
})

t.test('an approval that is asked for is posted, and then the end', async t => {
  const { url, message } = await receiver(t)
  const daemon = await start(t)
  const source = 'human_approval("delete it").approved'
  const taken = await post(`${daemon.url}/v1/executions`, { source, webhook: { url } })
  const asked = await message(0)
  const { executionId } = taken.body
  t.match(asked.json, {
    type: 'approval-requested',
    executionId,
    approval: { executionId, tool: 'human_approval', status: 'pending' },
  })
  await post(`${daemon.url}/v1/approvals/${asked.json.approval.approvalId}`, {
    decision: 'approve',
  })
  const ended = await message(1)
  t.match(ended.json, {
    type: 'execution-ended',
    execution: { executionId, status: 'completed', output: { value: true } },
  })
  t.not(ended.headers['webhook-id'], asked.headers['webhook-id'])
})

t.test('without a webhook of its own an execution is told to the configured one', async t => {
  const configured = await receiver(t)
  const own = await receiver(t)
  const daemon = await start(t, { LATCHD_WEBHOOK_URL: configured.url })
  await post(`${daemon.url}/v1/execute`, { source: '"a"' })
  t.equal((await configured.message(0)).json.execution.output.value, 'a')
  await post(`${daemon.url}/v1/execute`, { source: '"b"', webhook: { url: own.url } })
  t.equal((await own.message(0)).json.execution.output.value, 'b')
  t.equal(configured.messages.length, 1)
})

t.test('a message that did not arrive is posted again with the same id and body', async t => {
  const { url, message } = await receiver(t, [500, 302])
  const daemon = await start(t)
  const sentMs = performance.now()
  await post(`${daemon.url}/v1/execute`, { source: '1', webhook: { url } })
  const [first, second] = [await message(0), await message(1)]
  t.ok(performance.now() - sentMs > 500, 'not at once')
  const third = await message(2)
  for (const again of [second, third]) {
    t.equal(again.headers['webhook-id'], first.headers['webhook-id'])
    t.equal(again.body, first.body)
    t.equal(again.headers['webhook-signature'], signatureOf(again, keyOf(SECRET)))
  }
})

t.test('a message that did not arrive is posted after a restart', async t => {
  const { url, message } = await receiver(t, [503])
  const env = { LATCHD_STATE_DIR: testFolder(t) }
  const first = await start(t, env)
  await post(`${first.url}/v1/execute`, { source: '1', webhook: { url } })
  const before = await message(0)
  await first.close()
  await start(t, env)
  const after = await message(1)
  t.equal(after.headers['webhook-id'], before.headers['webhook-id'])
  t.equal(after.body, before.body)
})

t.test('a daemon without a secret makes one and keeps it in its state folder', async t => {
  const { url, message } = await receiver(t)
  const env = { LATCHD_WEBHOOK_SECRET: '', LATCHD_STATE_DIR: testFolder(t) }
  const first = await start(t, env)
  const file = join(env.LATCHD_STATE_DIR, 'webhook-secret')
  const secret = readFileSync(file, 'utf8').trim()
  t.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  t.equal(statSync(file).mode & 0o777, 0o600)
  await first.close()
  const second = await start(t, env)
  await post(`${second.url}/v1/execute`, { source: '1', webhook: { url } })
  const told = await message(0)
  t.equal(told.headers['webhook-signature'], signatureOf(told, keyOf(secret)))
})

t.test('a secret that is not base64 signs by its own bytes', async t => {
  const { url, message } = await receiver(t)
  const daemon = await start(t, { LATCHD_WEBHOOK_SECRET: 'hunter2' })
  await post(`${daemon.url}/v1/execute`, { source: '1', webhook: { url } })
  const told = await message(0)
  t.equal(told.headers['webhook-signature'], signatureOf(told, Buffer.from('hunter2')))
})

t.test('with tokens a webhook at a private address is refused', async t => {
  const daemon = await start(t, { LATCHD_TOKENS: 'ci:s3cret' })
  const headers = { authorization: 'Bearer s3cret' }
  for (const url of privateWebhooks) {
    const { status, body } = await post(
      `${daemon.url}/v1/executions`,
      { source: '1', webhook: { url } },
      headers,
    )
    t.match({ status, body }, { status: 400, body: { code: 'INVALID_REQUEST' } }, url)
    t.strictSame(body.errors[0].pointer, '/webhook/url')
  }
})

t.test('with tokens a name that resolves to a private address is not posted to', async t => {
  const { url, messages } = await receiver(t)
  const other = await receiver(t)
  const daemon = await start(t, {
    LATCHD_TOKENS: 'ci:s3cret',
    LATCHD_WEBHOOK_ALLOW: `127.0.0.1:${new URL(other.url).port}`,
  })
  const run = (hook: string) =>
    post(
      `${daemon.url}/v1/execute`,
      { source: '1', webhook: { url: hook } },
      { authorization: 'Bearer s3cret' },
    )
  const byName = url.replace('127.0.0.1', 'localhost')
  t.equal((await run(byName)).status, 200)
  t.equal((await run(other.url)).status, 200)
  // The second was sent after the first had been tried.
  t.match((await other.message(0)).json, { type: 'execution-ended' })
  t.equal(messages.length, 0)
})

t.test('with tokens the configured webhook may be private', async t => {
  const { url, message } = await receiver(t)
  const daemon = await start(t, { LATCHD_TOKENS: 'ci:s3cret', LATCHD_WEBHOOK_URL: url })
  await post(`${daemon.url}/v1/execute`, { source: '1' }, { authorization: 'Bearer s3cret' })
  t.match((await message(0)).json, { type: 'execution-ended' })
})

t.test('an execution with a webhook is durable from the start', async t => {
  const { url } = await receiver(t)
  const env = { LATCHD_STATE_DIR: testFolder(t) }
  const first = await start(t, env)
  const { body } = await post(`${first.url}/v1/execute`, { source: '1', webhook: { url } })
  await first.close()
  const second = await start(t, env)
  t.strictSame((await get(`${second.url}/v1/executions/${body.executionId}`)).body, body)
})

const execution = (fields: object): Execution =>
  ({
    executionId: 'exe_1',
    status: 'completed',
    output: { value: 1, text: '1', exact: true },
    isFinalAnswer: false,
    logs: [],
    calls: [],
    ...fields,
  }) as unknown as Execution

const ended = (of: Execution) =>
  messageFor('http://a/', {
    type: 'execution-ended',
    executionId: 'exe_1',
    sequence: 7,
    atMs: 1,
    execution: of,
  }) as WebhookMessage

t.test('a message of a large execution lacks its large parts, and says which', async t => {
  const logs = Array.from({ length: 20 }, () => ({
    level: 'log',
    text: 'x'.repeat(100_000),
    atMs: 1,
  }))
  const { messageId, body } = ended(execution({ logs }))
  const told = JSON.parse(body)
  t.equal(messageId, 'msg_1_7')
  t.strictSame(told.omitted, ['execution.logs'])
  t.match(told.execution, { status: 'completed', output: { value: 1 }, calls: [] })
  t.notOk('logs' in told.execution)
  const output = { value: 'x'.repeat(2 ** 21), text: 'x', exact: true }
  const larger = ended(execution({ logs, output })).body
  t.ok(larger.length < 2 ** 20)
  t.strictSame(JSON.parse(larger).omitted, [
    'execution.logs',
    'execution.calls',
    'execution.output',
  ])
})

t.test(
  'attempts come after about a second, then twice as long each time, up to an hour',
  async t => {
    const middle = Array.from({ length: 14 }, (_, attempts) => backOffMs(attempts, 0.5))
    t.strictSame(middle.slice(0, 5), [1000, 2000, 4000, 8000, 16_000])
    t.strictSame(middle.slice(-2), [3_600_000, 3_600_000])
    t.strictSame([backOffMs(0, 0), backOffMs(0, 1)], [750, 1250])
  },
)

/** A sender over an outbox in memory, whose clock is moved by hand. */
function senderOf(t: Test, outcomes: PostOutcome[], keepMs: number) {
  let nowMs = 0
  const alarms = new Set<{ atMs: number; callback: () => void }>()
  const message = { ...ended(execution({})), owner: 'ann' }
  const outbox = new Map([['msg_1_7', { message, dueMs: 0 }]])
  const posts: number[] = []
  const failures: [string, boolean][] = []
  const settled: (() => void)[] = []
  const tell = () => {
    for (const wake of settled.splice(0)) wake()
  }
  const sender = new WebhookSender({
    store: {
      leaseWebhooks: async (now: number) =>
        [...outbox.values()].filter(({ dueMs }) => dueMs <= now).map(({ message }) => message),
      releaseWebhooks: async () => {},
      nextWebhookMs: async () => [...outbox.values()][0]?.dueMs,
      endWebhook: async id => {
        outbox.delete(id)
        tell()
      },
      delayWebhook: async (id, nextAtMs) => {
        const { message } = outbox.get(id) as { message: StoredWebhookMessage }
        outbox.set(id, {
          message: { ...message, attempts: message.attempts + 1 },
          dueMs: nextAtMs,
        })
        setImmediate(tell)
      },
    },
    post: async () => {
      posts.push(nowMs)
      return outcomes.shift() ?? { kind: 'failed', why: 'status 500' }
    },
    keepMs,
    now: () => nowMs,
    random: () => 0.5,
    at: (atMs, callback) => {
      const alarm = { atMs, callback }
      alarms.add(alarm)
      return () => alarms.delete(alarm)
    },
    onFailure: (_message, why, isLast) => failures.push([why, isLast]),
    onFault: error => t.fail('the store did not fail', { error }),
  })
  const attempt = () => new Promise<void>(resolve => settled.push(resolve))
  return {
    posts,
    failures,
    outbox,
    async run(): Promise<void> {
      let written = attempt()
      sender.wake()
      await written
      while (outbox.size > 0) {
        const alarm = [...alarms].sort((a, b) => a.atMs - b.atMs)[0]
        if (alarm === undefined) throw new Error('nothing wakes the sender')
        alarms.delete(alarm)
        nowMs = alarm.atMs
        written = attempt()
        alarm.callback()
        await written
      }
      await sender.close(0)
    },
  }
}

t.test(
  'a message that never arrives is tried less and less, and given up with its age',
  async t => {
    const { run, posts, failures } = senderOf(t, [], 10_000)
    await run()
    t.strictSame(posts, [0, 1000, 3000, 7000])
    t.strictSame(
      failures.map(([, isLast]) => isLast),
      [false, false, false, true],
    )
  },
)

t.test('a receiver that says 410 is told no more', async t => {
  const { run, posts, failures } = senderOf(
    t,
    [{ kind: 'failed', why: 'status 500' }, { kind: 'gone' }],
    1e9,
  )
  await run()
  t.strictSame(posts, [0, 1000])
  t.strictSame(failures, [
    ['status 500', false],
    ['status 410', true],
  ])
})

t.test(
  'a receiver that does not answer leaves room for others, and keeps its messages',
  async t => {
    const messages = Array.from({ length: 20 }, (_, n) => ({
      ...ended(execution({})),
      owner: 'ann',
      messageId: `msg_${n}`,
      url: n === 19 ? 'http://quick/' : 'http://slow/',
    }))
    const left = new Set(messages.map(({ messageId }) => messageId))
    const posted: string[] = []
    const delivered = Promise.withResolvers<void>()
    const sender = new WebhookSender({
      store: {
        leaseWebhooks: async () => messages.filter(({ messageId }) => left.has(messageId)),
        releaseWebhooks: async () => {},
        nextWebhookMs: async () => undefined,
        endWebhook: async id => {
          left.delete(id)
          delivered.resolve()
        },
        delayWebhook: async () => {
          t.fail('what is cut off is no failure')
        },
      },
      post: async ({ url }, signal) => {
        posted.push(new URL(url).host)
        if (url === 'http://quick/') return { kind: 'delivered' }
        await once(signal, 'abort')
        return { kind: 'failed', why: 'aborted' }
      },
      keepMs: 1e9,
      now: Date.now,
      random: Math.random,
      at: () => () => {},
      onFailure: () => t.fail('what is cut off is no failure'),
      onFault: error => t.fail('the store did not fail', { error }),
    })
    sender.wake()
    await delivered.promise
    await sender.close(0)
    t.strictSame(
      posted.sort(),
      ['quick', ...Array.from({ length: 8 }, () => 'slow')],
      'eight are under way to one receiver',
    )
    t.equal(left.size, 19, 'sent again by the next process')
  },
)

t.test("receivers that do not answer delay no other owner's messages", async t => {
  const owners = ['ann', 'ben', 'cai', 'dan', 'eve', 'bob']
  const outbox = owners.flatMap(owner =>
    Array.from({ length: owner === 'bob' ? 1 : 60 }, (_, n) => ({
      ...ended(execution({})),
      owner,
      messageId: `${owner}_${n}`,
      // Three receivers each, the last of them bob's as well.
      url: owner === 'bob' ? 'http://shared/bob' : `http://${['one', 'two', 'shared'][n % 3]}/slow`,
    })),
  )
  const left = new Set(outbox.map(({ messageId }) => messageId))
  const leased = new Set<string>()
  const posted: string[] = []
  const delivered = Promise.withResolvers<void>()
  const sender = new WebhookSender({
    store: {
      leaseWebhooks: async (_now, limit, busy) => {
        const found = outbox
          .filter(({ messageId, owner, url }) => {
            const { origin } = new URL(url)
            const isBusy =
              busy?.owners.includes(owner) || busy?.receivers.includes(`${owner} ${origin}`)
            return left.has(messageId) && !leased.has(messageId) && !isBusy
          })
          .slice(0, limit)
        for (const { messageId } of found) leased.add(messageId)
        return found
      },
      releaseWebhooks: async ids => {
        for (const id of ids) leased.delete(id)
      },
      nextWebhookMs: async () => undefined,
      endWebhook: async id => {
        left.delete(id)
        delivered.resolve()
      },
      delayWebhook: async () => {
        t.fail('what is cut off is no failure')
      },
    },
    post: async ({ messageId, url }, signal) => {
      posted.push(messageId)
      if (url === 'http://shared/bob') return { kind: 'delivered' }
      await once(signal, 'abort')
      return { kind: 'failed', why: 'aborted' }
    },
    keepMs: 1e9,
    now: Date.now,
    random: Math.random,
    at: () => () => {},
    onFailure: () => t.fail('what is cut off is no failure'),
    onFault: error => t.fail('the store did not fail', { error }),
  })
  sender.wake()
  await delivered.promise
  await sender.close(0)
  t.ok(posted.includes('bob_0'))
  const of = (owner: string) => posted.filter(id => id.startsWith(owner)).length
  t.strictSame(owners.map(of), [16, 16, 16, 16, 2, 1])
})

/** Waiting for an execution by its id: of a daemon, and of an executor in an app's own process. */

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import t, { type Test } from 'tap'
import { within } from '../../protocol/base/within.ts'
import { type Executor, Latchd, type Outcome } from '../../sdk/index.ts'
import { testDaemon } from '../support/daemon.ts'
import { startExecutor } from '../support/executor.ts'
import { LinkProxy } from '../support/link-proxy.ts'

type Waiting = Extract<Outcome, { status: 'waiting' }>

const executors: Record<string, (t: Test) => Promise<Executor>> = {
  'in this process': async t => startExecutor(t),
  'over a daemon': async t => {
    const { url } = await testDaemon(t)
    const latchd = new Latchd({ url })
    t.teardown(() => latchd.close())
    return latchd
  },
}

for (const [where, start] of Object.entries(executors)) {
  t.test(where, async t => {
    const executor = await start(t)
    const ask = async (source = 'ask_human("Which?")') => {
      const outcome = (await executor.execute({ source, waitMs: 30_000 })) as Waiting
      const [{ approvalId } = {}] = outcome.waitingFor
      return { outcome, executionId: outcome.executionId, approvalId: approvalId as string }
    }

    t.test('with waitMs it resolves at once when it still waits for a person', async t => {
      const { outcome, executionId } = await ask()
      const { status, waitingFor } = (await executor.wait(executionId, {
        waitMs: 30_000,
      })) as Waiting
      t.strictSame({ status, waitingFor }, { status: 'waiting', waitingFor: outcome.waitingFor })
    })

    t.test('it resolves with the end after the decision, however often', async t => {
      const { executionId, approvalId } = await ask()
      await executor.approvals.approve(approvalId, { answer: 'this one' })
      const waited = await executor.wait(executionId, { waitMs: 30_000 })
      t.match(waited, { status: 'completed', output: 'this one' })
      t.match(await executor.wait(executionId), { status: 'completed', output: 'this one' })
    })

    t.test('without waitMs it waits through approvals, to the end', async t => {
      const { executionId, approvalId } = await ask()
      const end = executor.wait(executionId)
      await executor.approvals.approve(approvalId, { answer: 'late' })
      t.match(await end, { status: 'completed', output: 'late' })
    })

    t.test('aborting cancels the execution', async t => {
      const { executionId } = await ask()
      const controller = new AbortController()
      const end = executor.wait(executionId, { signal: controller.signal })
      controller.abort()
      t.match(await end, { status: 'cancelled' })
      t.match(await executor.wait(executionId), { status: 'cancelled' })
    })

    t.test('an id that is not known is NOT_FOUND', async t => {
      await t.rejects(executor.wait('exe_none'), { code: 'NOT_FOUND' })
    })
  })
}

t.test('an app that answers approvals itself waits through them by id too', async t => {
  const { url } = await testDaemon(t)
  const asking = new Latchd({ url })
  const answering = new Latchd({
    url,
    onApproval: async () => ({ decision: 'approve', answer: 'answered' }),
  })
  t.teardown(() => Promise.all([asking.close(), answering.close()]))
  const source = '[ask_human("One?"), ask_human("Two?")]'
  const { executionId } = await asking.execute({ source, waitMs: 30_000 })
  t.match(await answering.wait(executionId), { output: ['answered', 'answered'] })
})

/** Ways to wait for an execution that does not end. */
const waits: Record<string, (latchd: Latchd) => Promise<unknown>> = {
  execute: latchd => latchd.execute({ source: 'sleep(3_600_000)' }),
  'execute with a key': latchd =>
    latchd.execute({ source: 'sleep(3_600_000)', idempotencyKey: 'closed' }),
  'execute with a signal': latchd =>
    latchd.execute({ source: 'sleep(3_600_000)', signal: new AbortController().signal }),
  'execute with onApproval': latchd =>
    latchd.execute({ source: 'human_approval("q")', onApproval: () => undefined }),
  'execute in a session': async latchd =>
    (await latchd.sessions.create()).execute({ source: 'sleep(3_600_000)' }),
  stream: async latchd => {
    for await (const _ of latchd.stream({ source: 'sleep(3_600_000)' }));
  },
}

t.test('closing a client ends what waits, and the execution goes on', async t => {
  const { url } = await testDaemon(t)
  const other = new Latchd({ url })
  t.teardown(() => other.close())
  for (const [what, wait] of Object.entries(waits)) {
    const latchd = new Latchd({
      url,
      fetch: (path, init) => {
        const isHeld = init.method === 'POST' && path.includes('/v1/execut')
        if (isHeld && !init.signal) throw new Error('this request cannot be given up')
        return fetch(path, init)
      },
    })
    const events = await other.allEvents()
    const waiting = t.rejects(wait(latchd), { code: 'EXECUTOR_CLOSED' }, what)
    for await (const event of events) {
      if (event.type !== 'call-started') continue
      await latchd.close()
      await waiting
      const { status } = await other.get(event.executionId)
      t.match(status, /^(running|waiting)$/, what)
      await other.cancel(event.executionId)
      break
    }
  }
})

/** Programs whose connection is lost while they run. */
const lost: Record<string, (latchd: Latchd, source: string) => Promise<unknown>> = {
  execute: (latchd, source) => latchd.execute({ source }),
  'execute for a while': (latchd, source) => latchd.execute({ source, waitMs: 60_000 }),
  executeOrThrow: (latchd, source) => latchd.executeOrThrow({ source }),
  run: (latchd, source) => latchd.run(source),
  'execute in a session': async (latchd, source) =>
    (await latchd.sessions.create()).execute({ source }),
}

t.test('a lost connection loses no outcome of an execution that is not durable', async t => {
  const { url } = await testDaemon(t)
  const link = await LinkProxy.open(Number(new URL(url).port))
  t.teardown(() => link.close())
  const other = new Latchd({ url })
  for (const [what, execute] of Object.entries(lost)) {
    const taken = Promise.withResolvers<void>()
    const latchd = new Latchd({
      url: link.url,
      fetch: async (path, init) => {
        const answer = await fetch(path, init)
        if (path.includes('/v1/execute')) taken.resolve()
        return answer
      },
    })
    let runs = 0
    const held = Promise.withResolvers<string>()
    const hold = () => {
      runs++
      return held.promise
    }
    const served = await other.serveTools({ hold })
    const waiting = execute(latchd, 'hold()')
    // The head of the answer has come, and its body has not.
    await within(taken.promise, 30_000, () => {
      throw new Error('no head came')
    })
    link.state = 'shut'
    link.state = 'open'
    held.resolve(what)
    t.match(await waiting, { output: what })
    t.equal(runs, 1, `${what}: the program ran once`)
    await served.close()
    await latchd.close()
  }
  await other.close()
})

t.test(
  'an execution that is nowhere after a lost connection is an error that names it',
  async t => {
    const { url } = await testDaemon(t)
    const link = await LinkProxy.open(Number(new URL(url).port))
    t.teardown(() => link.close())
    const taken = Promise.withResolvers<string>()
    const latchd = new Latchd({
      url: link.url,
      fetch: async (path, init) => {
        const answer = await fetch(path, init)
        if (path.endsWith('/v1/execute')) {
          taken.resolve(answer.headers.get('location')?.split('/').at(-1) as string)
        }
        return answer
      },
    })
    t.teardown(() => latchd.close())
    const waiting = latchd.execute({ source: 'sleep(3_600_000)' })
    waiting.catch(() => {})
    const executionId = await within(taken.promise, 30_000, () => {
      throw new Error('no head came')
    })
    link.state = 'silent'
    const other = new Latchd({ url })
    await other.cancel(executionId)
    await other.delete(executionId)
    await other.close()
    link.state = 'open'
    await t.rejects(waiting, { code: 'CONNECTION_LOST', message: new RegExp(executionId) })
  },
)

/** What waits for a daemon before it has begun anything. */
const attempts: Record<string, (latchd: Latchd) => Promise<unknown>> = {
  'execute with tools': latchd => latchd.execute({ source: '1', tools: { one: () => 1 } }),
  'stream with tools': latchd => latchd.stream({ source: '1', tools: { one: () => 1 } }).next(),
  serveTools: latchd => latchd.serveTools({ one: () => 1 }),
}

t.test('closing a client ends what waits for a daemon that does not answer', async t => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const [what, attempt] of Object.entries(attempts)) {
    const latchd = new Latchd({ url })
    const connected = once(server, 'connection')
    const waiting = t.rejects(attempt(latchd), { code: 'EXECUTOR_CLOSED' }, what)
    const [socket] = (await connected) as [Socket]
    await latchd.close()
    await waiting
    socket.destroy()
  }
  server.close()
})

t.test('closing a client ends the sending of files to a daemon that is away', async t => {
  const refused = Promise.withResolvers<void>()
  const latchd = new Latchd({
    url: 'http://127.0.0.1:1',
    fetch: (path, init) => {
      refused.resolve()
      return fetch(path, init)
    },
  })
  const inputs = { file: new File(['text'], 'a.txt') }
  const waiting = t.rejects(latchd.execute({ source: '1', inputs }), { code: 'EXECUTOR_CLOSED' })
  await refused.promise
  await latchd.close()
  await waiting
})

/** Programs in a process of their own: everything is as in a thread, and its loss loses nothing. */

import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { createExecutor, type ExecutorOptions } from '../../executor/index.ts'
import { get, post, testDaemon } from '../support/daemon.ts'
import { polled, unpolled } from '../support/hostile-programs.ts'
import { echo, exceeded, failure, unharmed } from '../support/one-worker.ts'
import { patience } from '../support/patience.ts'
import { canFindProcesses, workersProcesses } from '../support/workers-processes.ts'

const isolation = 'process'
const open = (t: { teardown(end: () => Promise<void>): unknown }, options: ExecutorOptions) => {
  const executor = createExecutor({ workers: 2, isolation, ...options })
  t.teardown(() => executor.close())
  return executor
}

const executor = open(t, {
  tools: {
    echo,
    later: async (value: unknown) => {
      await delay(20)
      return value
    },
    count: async function* (to: number) {
      for (let i = 0; i < to; i++) yield i
    },
    fail: async () => {
      throw new RangeError('from the tool')
    },
    never: () => new Promise<never>(() => {}),
  },
})

t.test('a tool is a plain function', async t => {
  const source = `const seen = [echo(1), [2, 3].map(x => echo(x)), await echo(4)]
    for (const i of count(3)) seen.push(i)
    try { fail() } catch (error) { seen.push([error.name, error.message, error.tool]) }
    console.log('seen', seen.length); seen`
  const { output, logText } = await executor.execute({ source })
  t.strictSame(output, [1, [2, 3], 4, 0, 1, 2, ['RangeError', 'from the tool', 'fail']])
  t.equal(logText, 'seen 7')
})

t.test('values cross exactly', async t => {
  const value = new Map<unknown, unknown>([
    [{ a: -0 }, new Set([1n, Number.NaN, undefined, '\ud800'])],
  ])
  const { output } = await executor.execute({ source: 'echo(value)', inputs: { value } })
  t.strictSame(output, value)
})

t.test('calls run concurrently where the source asks for it', async t => {
  const source = 'await Promise.all(Array.from({ length: 30 }, (_, i) => later(i)))'
  const { output, usage } = await executor.execute({ source })
  t.strictSame(
    output,
    Array.from({ length: 30 }, (_, i) => i),
  )
  t.ok(usage.wallMs < patience(30 * 20), `${usage.wallMs} ms`)
})

t.test('executions that wait leave their workers to others', async t => {
  const sources = Array.from({ length: 12 }, (_, i) => `later(${i}) + later(${i})`)
  const outcomes = await Promise.all(sources.map(source => executor.execute({ source })))
  t.strictSame(
    outcomes.map(({ output }) => output),
    sources.map((_, i) => 2 * i),
  )
  t.ok(
    outcomes.some(({ usage }) => usage.resumes > 0),
    'some were parked',
  )
})

t.test('an execution is cancelled while it runs and while it waits', async t => {
  for (const source of ['console.log(1); while (true);', 'console.log(1); never()']) {
    const ends: string[] = []
    const left = new AbortController()
    const request = { source, signal: left.signal }
    for await (const event of executor.stream(request)) {
      if (event.type === 'log-written') left.abort()
      if (event.type === 'execution-ended') ends.push(event.execution.status)
    }
    t.strictSame(ends, ['cancelled'], source)
  }
})

t.test('limits end a program', async t => {
  const end = async (source: string, limits: object) =>
    failure(await executor.execute({ source, limits }))
  t.strictSame(await end('while (true);', { cpuMs: 50 }), exceeded('cpuMs'))
  t.strictSame(
    await end('const a = []; while (true) a.push({})', { memoryBytes: 8_388_608 }),
    exceeded('memoryBytes'),
  )
  t.strictSame(await end('while (true) echo(1)', { maxCalls: 5 }), exceeded('maxCalls'))
  t.strictSame(await end('never()', { wallMs: 50 }), exceeded('wallMs'))
})

t.test('a session keeps what its programs leave', async t => {
  const session = await executor.sessions.create()
  await session.execute({ source: 'let n = 20; class A { get m() { return n + 2 } }' })
  const { output } = await session.execute({ source: 'n += echo(20); new A().m' })
  t.equal(output, 42)
})

t.test('a program waits for a person', async t => {
  const source = 'human_approval("delete it")'
  const onApproval = async () => ({ decision: 'approve' as const })
  const { output } = await executor.execute({ source, onApproval })
  t.match(output, { approved: true })
})

t.test('hostile programs are contained', async t => {
  const names = [
    'a busy loop',
    'promises around loops',
    'an array that grows',
    'deep recursion',
    'a storm of concurrent calls',
    'arguments that never end',
    'an output of 2^32 holes',
    'a thrown proxy',
  ]
  const limits = { cpuMs: 100, wallMs: 20_000, memoryBytes: 16 * 1_048_576, maxCalls: 100 }
  const attacks = polled.filter(([name]) => names.includes(name)).concat(unpolled.slice(0, 1))
  t.equal(attacks.length, names.length + 1)
  for (const [name, source, ...ends] of attacks) {
    const outcome = await executor.execute({ source, limits })
    const end = 'error' in outcome ? (outcome.error.limit ?? outcome.error.code) : 'value'
    t.ok(end === 'cpuMs' || (ends as string[]).includes(end), `${name} ended with ${end}`)
  }
  await unharmed(t, executor)
})

t.test('an isolation that there is not is refused', async t => {
  t.throws(() => createExecutor({ isolation: 'vm' as 'thread' }), { code: 'INVALID_REQUEST' })
})

t.test('a daemon says how it isolates programs, and from what', async t => {
  const { url } = await testDaemon(t, { LATCHD_ISOLATION: 'process' })
  const { body } = await get(`${url}/v1/info`)
  t.match(body, { isolation: 'process', protects: /child process/ })
  const answer = await post(`${url}/v1/execute`, { source: '6 * 7', durable: true })
  t.match(answer, { status: 200, body: { output: { value: 42 } } })
})

t.test(
  'when processes are killed under load nothing is lost, and nothing is done twice',
  {
    skip: !canFindProcesses,
  },
  async t => {
    const before = workersProcesses()
    const ledger: string[] = []
    let kills = 0
    const executor = open(t, {
      tools: {
        effect: async (name: string) => {
          ledger.push(name)
          if ([25, 70, 115].includes(ledger.length)) {
            // The oldest: in the process of the suspects a loss would count against an execution.
            const pid = workersProcesses().find(one => !before.includes(one))
            if (pid !== undefined) kills += Number(process.kill(pid, 'SIGKILL'))
          }
          await delay(2)
          return name
        },
      },
    })
    const sources = Array.from(
      { length: 30 },
      (_, n) =>
        `const seen = []; for (let i = 0; i < 5; i++) seen.push(effect('${n}.' + i)); seen.join()`,
    )
    const outcomes = await Promise.all(sources.map(source => executor.execute({ source })))
    const expected = sources.map((_, n) => Array.from({ length: 5 }, (_, i) => `${n}.${i}`))
    t.strictSame(
      outcomes.map(({ status, output }) => [status, output]),
      expected.map(names => ['completed', names.join()]),
    )
    t.strictSame(ledger.toSorted(), expected.flat().toSorted())
    t.ok(kills > 1, `${kills} were killed`)
  },
)

t.test(
  'a program that costs two processes ends with ENGINE_FAILURE, and no other does',
  {
    skip: !canFindProcesses,
  },
  async t => {
    const before = workersProcesses()
    const release = Promise.withResolvers<string>()
    const effects: string[] = []
    const executor = open(t, {
      tools: {
        wait: () => {
          effects.push('wait')
          return release.promise
        },
        crash: async () => {
          // The youngest is the one that this program is in.
          const pid = workersProcesses().findLast(one => !before.includes(one))
          if (pid !== undefined) process.kill(pid, 'SIGKILL')
        },
      },
    })
    const honest = executor.execute({ source: 'wait() + wait()' })
    const hostile = await executor.execute({ source: 'for (;;) crash()' })
    t.match(hostile, { status: 'failed', error: { code: 'ENGINE_FAILURE', message: /SIGKILL/ } })
    release.resolve('done')
    t.equal((await honest).output, 'donedone')
    t.strictSame(effects, ['wait', 'wait'])
  },
)

t.test('the process ends with its daemon', { skip: !canFindProcesses }, async t => {
  const before = workersProcesses()
  const executor = createExecutor({ workers: 1, isolation })
  await executor.start()
  const [pid = 0] = workersProcesses().filter(one => !before.includes(one))
  t.ok(pid > 0)
  await executor.close()
  t.notOk(workersProcesses().includes(pid))
})

/** Options of what an app makes: a misspelt one is refused, and what was meant is said. */

import t, { type Test } from 'tap'
import { createExecutor } from '../../executor/index.ts'
import { CodeAgent, ToolCallingAgent } from '../../sdk/agents/index.ts'
import { codeTool, type ExecuteRequest, type Executor, Latchd } from '../../sdk/index.ts'
import { testDaemon } from '../support/daemon.ts'
import { startExecutor } from '../support/executor.ts'

const model = { generate: async () => ({ text: 'done' }) }

t.test('a misspelt option is refused, with the name that was meant', async t => {
  const executor = startExecutor(t)
  const made: readonly [string, (options: never) => unknown, object, RegExp][] = [
    [
      'Latchd',
      options => new Latchd(options),
      { ur: 'http://127.0.0.1:1' },
      /no option ur; did you mean url\?/,
    ],
    ['Latchd', options => new Latchd(options), { clientID: 'a' }, /did you mean clientId\?/],
    [
      'createExecutor',
      options => createExecutor(options),
      { worker: 2 },
      /no option worker; did you mean workers\?/,
    ],
    [
      'createExecutor',
      options => createExecutor(options),
      { onAproval: () => undefined },
      /did you mean onApproval\?/,
    ],
    [
      'CodeAgent',
      options => new CodeAgent(options),
      { model, executor, maxStep: 2 },
      /did you mean maxSteps\?/,
    ],
    [
      'ToolCallingAgent',
      options => new ToolCallingAgent(options),
      { model, onAproval: () => undefined },
      /did you mean onApproval\?/,
    ],
    [
      'codeTool',
      options => codeTool(options),
      { executor, maxLogChar: 2 },
      /did you mean maxLogChars\?/,
    ],
    [
      'codeTool exec',
      options => codeTool(options),
      { executor, style: 'exec', inptus: {} },
      /did you mean inputs\?/,
    ],
    [
      'codeTool style',
      options => codeTool(options),
      { executor, style: 'exce' },
      /of the style "exce"/,
    ],
    [
      'no object',
      options => new Latchd(options),
      'http://127.0.0.1:1' as never,
      /an object of options is expected, not a string/,
    ],
  ]
  for (const [what, make, options, message] of made) {
    t.throws(() => make(options as never), { code: 'INVALID_REQUEST', message }, what)
  }
})

t.test('an option that is undefined is absent', async t => {
  const options = { ur: undefined, url: 'http://127.0.0.1:1' }
  t.equal(new Latchd(options).url, options.url)
})

t.test('a misspelt option of a run is refused', async t => {
  const agent = new ToolCallingAgent({ model })
  const options = { maxStep: 1 }
  await t.rejects(agent.run('work', options as never), {
    code: 'INVALID_REQUEST',
    message: /maxSteps\?/,
  })
  t.equal(await agent.run('work', { maxSteps: 1 }), 'done')
})

const refusedFields: readonly [object, string][] = [
  [{ waitMs: -1 }, '/waitMs'],
  [{ waitMs: '5' }, '/waitMs'],
  [{ waitMs: Number.NaN }, '/waitMs'],
  [{ signal: new AbortController() }, '/signal'],
]
const refusedInRequests: typeof refusedFields = [
  ...refusedFields,
  [{ onApproval: { decision: 'approve' } }, '/onApproval'],
  [{ limits: { cpuMs: -1 } }, '/limits/cpuMs'],
]

const executors: Record<string, (t: Test) => Promise<Executor>> = {
  'in this process': async t => startExecutor(t),
  'over a daemon': async t => {
    const latchd = new Latchd({ url: (await testDaemon(t)).url })
    t.teardown(() => latchd.close())
    return latchd
  },
}

for (const [where, start] of Object.entries(executors)) {
  t.test(`${where}, what cannot be used is refused, by its name`, async t => {
    const executor = await start(t)
    const session = await executor.sessions.create()
    const refusal = (pointer: string) => ({ code: 'INVALID_REQUEST', errors: [{ pointer }] })
    for (const [fields, pointer] of refusedInRequests) {
      const request = { source: '1', ...fields } as ExecuteRequest
      await t.rejects(executor.execute(request), refusal(pointer), pointer)
      await t.rejects(session.execute(request), refusal(pointer), pointer)
      const events = executor.stream(request)[Symbol.asyncIterator]()
      await t.rejects(events.next(), refusal(pointer), `${pointer} of a stream`)
    }
    for (const [fields, pointer] of refusedFields) {
      await t.rejects(executor.wait('exe_1', fields), refusal(pointer), pointer)
    }
    const { output } = await session.executeOrThrow({ source: '6 * 7', waitMs: 60_000.5 })
    t.equal(output, 42, 'the session is free, and parts of a millisecond are rounded')
    const other = await executor.sessions.create()
    const elsewhere = { source: '1', sessionId: other.sessionId }
    await t.rejects(session.execute(elsewhere), refusal('/sessionId'))
    await t.rejects(session.executeOrThrow(elsewhere), refusal('/sessionId'))
    t.throws(() => session.stream(elsewhere), refusal('/sessionId'))
    t.match(await other.execute(elsewhere), { output: 1, sessionId: other.sessionId })
    const status = 'penidng' as 'pending'
    await t.rejects(executor.approvals.list({ status }), refusal('/status'))
  })
}

t.test('counts of a code tool and of an agent are checked as they are made', async t => {
  const executor = startExecutor(t)
  for (const options of [{ maxImages: -1 }, { maxImageBytes: 0.5 }, { waitMs: -1 }]) {
    t.throws(() => codeTool({ executor, ...options }), { code: 'INVALID_REQUEST' })
  }
  t.throws(() => new ToolCallingAgent({ model, maxAnswerTokens: 0 }), { code: 'INVALID_REQUEST' })
})

t.test('what an app keeps beside the options is its own', async t => {
  const options = { model, baseURL: 'http://127.0.0.1:1', requests: [] }
  t.equal(await new ToolCallingAgent(options).run('work'), 'done')
})

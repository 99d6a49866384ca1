/** Declarations of a session that hide a tool or a standard global: a warning, and a hint later. */

import t from 'tap'
import { createParkingExecutor } from '../../executor/embedded/create-executor.ts'
import { Execution } from '../../protocol/execution/execution.ts'
import type { Executor, Outcome } from '../../protocol/execution/executor.ts'
import { Latchd } from '../../sdk/index.ts'
import { asked } from '../support/approvals.ts'
import { get, testDaemon } from '../support/daemon.ts'
import { openExecutor } from '../support/executor.ts'
import { stateFolder } from '../support/state-folder.ts'

const tools = { fetch_user: (id: number) => ({ id }), 'server.list-all': () => [1] }

const toolHidden = {
  code: 'TOOL_HIDDEN',
  message:
    'The declaration of fetch_user hides, for the rest of the session, the tool of that name, which is tools.fetch_user from now on',
}

t.test('a session warns of a declaration that hides a tool or a standard global', async t => {
  const executor = openExecutor(t, { workers: 1, tools })
  const session = await executor.sessions.create()
  const warned = async (source: string) =>
    (await session.execute({ source })).warnings?.map(({ code, line }) => [code, line])
  const cases: Record<string, unknown> = {
    'const fetch_user = 1': [['TOOL_HIDDEN', 1]],
    'const kept = 1, other = 2': undefined,
    'let kept2\nfunction fetch_user() {}': [['TOOL_HIDDEN', 2]],
    'class Map {}\n\nvar [JSON, { a: parallel = 1 }] = [1, {}]': [
      ['GLOBAL_HIDDEN', 1],
      ['GLOBAL_HIDDEN', 3],
      ['GLOBAL_HIDDEN', 3],
    ],
    'const server_list_all = 1; { const fetch_user = 2 }': [['TOOL_HIDDEN', 1]],
    'if (true) { var fetch_user = 2 }': [['TOOL_HIDDEN', undefined]],
    'const f = fetch_user => fetch_user': undefined,
    '```js\nconst fetch_user = 1\n```': [['TOOL_HIDDEN', 2]],
  }
  for (const [source, expected] of Object.entries(cases)) {
    t.strictSame(await warned(source), expected, source)
  }
  const { warnings } = await session.execute({ source: 'const fetch_user = 1' })
  t.strictSame(warnings, [{ ...toolHidden, line: 1 }])
  const alone = await executor.execute({ source: 'const fetch_user = 1' })
  t.equal(alone.warnings, undefined, 'outside of a session it ends with the program')
})

/** The hints of later executions, of an executor with the tools above. */
async function hints(executor: Executor) {
  const session = await executor.sessions.create()
  const first = await session.execute({ source: '// users\nconst fetch_user = [1, 2]' })
  const second = await session.execute({ source: 'const Map = 1, URL = 1' })
  const hintOf = async (source: string) => {
    const outcome = await session.execute({ source })
    return 'error' in outcome ? [outcome.error.name, outcome.error.hint] : outcome.output
  }
  return { first: first.executionId, second: second.executionId, hintOf }
}

t.test('what is no function any more says which execution declared it', async t => {
  const executors = [
    openExecutor(t, { workers: 1, tools }),
    createParkingExecutor({ workers: 1, tools }),
  ]
  t.teardown(() => executors[1]?.close())
  for (const executor of executors) {
    const { first, second, hintOf } = await hints(executor)
    const hidden = `fetch_user is what execution ${first} declared in line 2, in place of the tool; call tools.fetch_user.`
    const taken = `Map is what execution ${second} declared in line 1, in place of the standard global; use another name for it.`
    t.strictSame(await hintOf('fetch_user(1)'), ['TypeError', hidden])
    t.strictSame(await hintOf('let a = 1\na = fetch_user(1)'), ['TypeError', hidden])
    t.strictSame(await hintOf('new Map()'), ['TypeError', taken])
    t.strictSame(await hintOf('tools.fetch_user(1)'), { id: 1 })
    t.not(JSON.stringify(await hintOf('const other = 1; other()')).includes(first), true)
    t.strictSame(await hintOf('var fetch_user = id => ({ own: id }); fetch_user(2)'), { own: 2 })
  }
})

t.test('a declaration that hides the tools of a namespace is told as well', async t => {
  const find = { name: 'crm.find-user', namespace: 'crm', description: '', execute: () => 7 }
  const executor = openExecutor(t, { workers: 1, tools: [find] })
  const session = await executor.sessions.create()
  const { warnings, executionId } = await session.execute({ source: 'const crm = 1' })
  t.match(warnings, [
    { code: 'TOOL_HIDDEN', line: 1, message: /tools\["crm\.find-user"\] and so on/ },
  ])
  t.match(await session.execute({ source: 'crm.find_user()' }), {
    error: {
      hint: new RegExp(`^crm is what execution ${executionId} declared in line 1, in place`),
    },
  })
  t.equal((await session.execute({ source: 'tools["crm.find-user"]()' })).output, 7)
})

t.test('warnings are kept with durable executions, and the hint with the session', async t => {
  const env = { LATCHD_STATE_DIR: stateFolder(t), LATCHD_ISOLATION: 'process' }
  const connect = async () => {
    const daemon = await testDaemon(t, env)
    const latchd = new Latchd({ url: daemon.url })
    t.teardown(() => latchd.close())
    return { daemon, latchd }
  }
  const one = await connect()
  const session = await one.latchd.sessions.create()
  const source = 'const sleep = human_approval("go on?")\nsleep.approved'
  const { executionId } = await session.execute({ source, durable: true, waitMs: 0 })
  const [{ approvalId }] = await asked(one.latchd, executionId)
  const waiting = (await one.latchd.wait(executionId, { waitMs: 60_000 })) as Outcome
  t.match(waiting, { status: 'waiting', warnings: [{ code: 'TOOL_HIDDEN', line: 1 }] })
  await one.daemon.close()

  const two = await connect()
  const path = `${two.daemon.url}/v1/executions/${executionId}`
  t.match((await get(path)).body, { status: 'waiting', warnings: waiting.warnings })
  await two.latchd.approvals.approve(approvalId)
  t.match(await two.latchd.wait(executionId), { output: true, warnings: waiting.warnings })
  await two.daemon.close()

  const three = await connect()
  const { body } = await get(`${three.daemon.url}/v1/executions/${executionId}`)
  t.strictSame(body.warnings, waiting.warnings)
  t.strictSame(Execution.parse(body), body)
  const later = await (await three.latchd.sessions.open(session.sessionId)).execute({
    source: 'sleep(10)',
  })
  t.match(later, {
    status: 'failed',
    error: { hint: new RegExp(`^sleep is what execution ${executionId} declared in line 1`) },
  })
})

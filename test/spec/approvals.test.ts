/** Calls that wait for a person: over HTTP, through the client, and in an app's own process. */

import t, { type Test } from 'tap'
import { humanApprovalTool } from '../../executor/tools/builtin/ask-person.ts'
import { Approval, type Decision } from '../../protocol/approval.ts'
import type { Executor } from '../../protocol/execution/executor.ts'
import { Latchd, type LatchdOptions } from '../../sdk/index.ts'
import { made } from '../fixtures/tools/approval-tools.ts'
import { asked } from '../support/approvals.ts'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'
import { startExecutor } from '../support/executor.ts'
import { stateFolder } from '../support/state-folder.ts'

const tools = { LATCHD_TOOLS: fixture('tools/approval-tools.ts') }

function client(t: Test, options: LatchdOptions): Latchd {
  const latchd = new Latchd(options)
  t.teardown(() => latchd.close())
  return latchd
}

/** Submits a program and gives its id. */
async function submit(url: string, source: string, fields: object = {}): Promise<string> {
  const { status, body } = await post(`${url}/v1/executions`, { source, ...fields })
  if (status !== 202) throw new Error(JSON.stringify(body))
  return body.executionId
}

t.test('over HTTP', async t => {
  const { url } = await testDaemon(t, tools)
  const latchd = client(t, { url })
  // biome-ignore lint/suspicious/noExplicitAny: tests read outputs of every shape
  const ended = async (executionId: string): Promise<any> => {
    for await (const event of latchd.events(executionId)) {
      if (event.type === 'execution-ended') return event.execution
    }
  }
  const decide = (approvalId: string, decision: object) =>
    post(`${url}/v1/approvals/${approvalId}`, decision)

  t.test('a tool with needsApproval is called when a person has agreed, and once', async t => {
    made.length = 0
    const waiting = await post(`${url}/v1/execute`, { source: 'delete_account("u1")' })
    const { executionId, waitingFor } = waiting.body
    t.match(waiting, { status: 202, body: { status: 'waiting' } })
    t.match(waitingFor, [{ callId: String, tool: 'delete_account', approvalId: /^apr_\w{32}$/ }])
    t.equal(waitingFor.length, 1)
    const [{ approvalId, callId }] = waitingFor

    const shown = await get(`${url}/v1/approvals/${approvalId}`)
    t.equal(shown.status, 200)
    t.strictSame(Approval.parse(shown.body), shown.body, 'it is what the schema says')
    t.match(shown.body, {
      approvalId,
      executionId,
      callId,
      tool: 'delete_account',
      input: { id: 'u1' },
      status: 'pending',
      createdAtMs: Number,
      expiresAtMs: Number,
    })
    t.notOk('decidedAtMs' in shown.body)
    t.strictSame(made, [])

    const beforeMs = Date.now()
    const decided = await decide(approvalId, { decision: 'approve', reason: 'she asked for it' })
    t.match(decided, {
      status: 200,
      body: { approvalId, status: 'approved', reason: 'she asked for it', decidedBy: 'local' },
    })
    t.ok(decided.body.decidedAtMs >= beforeMs && decided.body.decidedAtMs <= Date.now())
    t.match(await ended(executionId), {
      status: 'completed',
      output: { value: 'deleted u1' },
      calls: [{ callId, tool: 'delete_account', status: 'completed' }],
    })
    t.strictSame(made, [{ id: 'u1' }])
  })

  t.test('needsApproval may be a function of input and context', async t => {
    const small = await post(`${url}/v1/execute`, { source: 'transfer("Bob", 50)' })
    t.match(small, { status: 200, body: { output: { value: '50 to Bob' } } })
    const large = await post(`${url}/v1/execute`, { source: 'transfer("Bob", 500)' })
    t.match(large, { status: 202, body: { waitingFor: [{ tool: 'transfer' }] } })
    await decide(large.body.waitingFor[0].approvalId, { decision: 'approve' })
    t.equal((await ended(large.body.executionId)).output.value, '500 to Bob')
  })

  t.test('args replace the input of the call; those that do not fit change nothing', async t => {
    made.length = 0
    const executionId = await submit(url, 'transfer({ to: "Bob", amount: 500 })')
    const [{ approvalId }] = await asked(latchd, executionId)
    const refused = await decide(approvalId, {
      decision: 'approve',
      args: { to: 7, amount: -1 },
    })
    t.match(refused, { status: 400, body: { code: 'INVALID_REQUEST' } })
    t.strictSame(refused.body.errors.map((one: { pointer: string }) => one.pointer).sort(), [
      '/args/amount',
      '/args/to',
    ])
    t.match(await decide(approvalId, { decision: 'maybe' }), {
      status: 400,
      body: { errors: [{ pointer: '/decision' }] },
    })
    t.equal((await latchd.approvals.get(approvalId)).status, 'pending')
    const args = { to: 'Bob', amount: 250 }
    t.match(await decide(approvalId, { decision: 'approve', args }), {
      status: 200,
      body: { status: 'approved', input: args },
    })
    t.equal((await ended(executionId)).output.value, '250 to Bob')
    t.strictSame(made, [args])
  })

  t.test('a rejection is an ApprovalRejectedError at that line, with the reason', async t => {
    made.length = 0
    const source = `let caught
      try { delete_account('u2') } catch (error) {
        const { name, code, tool, message, reason } = error
        const kinds = [error instanceof ApprovalRejectedError, error instanceof Error]
        caught = { name, code, tool, message, reason, kinds }
      }
      caught`
    const executionId = await submit(url, source)
    const [{ approvalId }] = await asked(latchd, executionId)
    await decide(approvalId, { decision: 'reject', reason: 'she did not ask' })
    const execution = await ended(executionId)
    t.strictSame(execution.output?.value ?? execution.error, {
      name: 'ApprovalRejectedError',
      code: 'APPROVAL_REJECTED',
      tool: 'delete_account',
      message: 'delete_account was rejected: she did not ask',
      reason: 'she did not ask',
      kinds: [true, true],
    })
    t.match(execution.calls, [{ tool: 'delete_account', status: 'rejected' }])
    t.strictSame(made, [])
  })

  t.test('a rejection that nobody catches fails the program at its place', async t => {
    const executionId = await submit(url, 'const id = "u3"\ndelete_account(id)')
    const [{ approvalId }] = await asked(latchd, executionId)
    await decide(approvalId, { decision: 'reject' })
    t.match(await ended(executionId), {
      status: 'failed',
      error: { code: 'GUEST_ERROR', name: 'ApprovalRejectedError', line: 2 },
    })
  })

  t.test('an approval expires when its tool says so', async t => {
    const source = 'try { hurried() } catch ({ name, code, tool }) { ({ name, code, tool }) }'
    const executionId = await submit(url, source)
    const [{ approvalId, createdAtMs, expiresAtMs }] = await asked(latchd, executionId)
    t.equal(expiresAtMs - createdAtMs, 30)
    const execution = await ended(executionId)
    t.strictSame(execution.output?.value ?? execution.error, {
      name: 'ApprovalExpiredError',
      code: 'APPROVAL_EXPIRED',
      tool: 'hurried',
    })
    t.match(await get(`${url}/v1/approvals/${approvalId}`), { body: { status: 'expired' } })
    t.match(await decide(approvalId, { decision: 'approve' }), {
      status: 409,
      body: { code: 'ALREADY_DECIDED' },
    })
  })

  t.test('a decision without the arguments or the answer of the first is another one', async t => {
    const edited = await asked(latchd, await submit(url, 'transfer("Bea", 500)'))
    const args = { to: 'Bea', amount: 200 }
    const [{ approvalId }] = edited
    t.match(await decide(approvalId, { decision: 'approve', args }), { status: 200 })
    t.match(await decide(approvalId, { decision: 'approve', args }), { status: 200 })
    t.match(await decide(approvalId, { decision: 'approve' }), {
      status: 409,
      body: { code: 'ALREADY_DECIDED', detail: /with other arguments/ },
    })
    const [question] = await asked(latchd, await submit(url, 'ask_human("Which?")'))
    const answer = { decision: 'approve', answer: 'this' }
    t.match(await decide(question.approvalId, answer), { status: 200 })
    const other = { ...answer, answer: 'that' }
    t.match(await decide(question.approvalId, other), { status: 409 })
    t.match(await decide(question.approvalId, answer), { status: 200 })
    const plain = await asked(latchd, await submit(url, 'transfer("Bea", 500)'))
    const own = { decision: 'approve', args: { to: 'Bea', amount: 500 } }
    t.match(await decide(plain[0].approvalId, { decision: 'approve' }), { status: 200 })
    t.match(await decide(plain[0].approvalId, own), { status: 200 })
  })

  t.test('without its own time an approval expires with its execution', async t => {
    const executionId = await submit(url, 'human_approval("x")', { limits: { wallMs: 200 } })
    const [{ approvalId, expiresAtMs }] = await asked(latchd, executionId)
    const execution = await ended(executionId)
    t.match(execution, { error: { code: 'LIMIT_EXCEEDED', limit: 'wallMs' } })
    t.equal(expiresAtMs, execution.createdAtMs + 200)
    t.equal((await latchd.approvals.get(approvalId)).status, 'expired')
  })

  t.test('human_approval gives the decision and does not throw', async t => {
    const source = '[human_approval("one", { n: 1 }), human_approval("two")]'
    const executionId = await submit(url, source)
    const [first] = await asked(latchd, executionId)
    t.strictSame(first.input, { action: 'one', details: { n: 1 } })
    await decide(first.approvalId, { decision: 'approve' })
    const [, second] = await asked(latchd, executionId, 2)
    await decide((second as Approval).approvalId, { decision: 'reject', reason: 'not that' })
    t.strictSame((await ended(executionId)).output.value, [
      { approved: true, by: 'local', reason: null },
      { approved: false, by: 'local', reason: 'not that' },
    ])
    t.strictSame(humanApprovalTool.answer?.({ ...first, status: 'expired' }), {
      approved: false,
      by: null,
      reason: 'expired',
    })
  })

  t.test('ask_human gives what is answered, or the reason, and throws a rejection', async t => {
    const source = `const answers = [ask_human('a?'), ask_human({ question: 'b?' })]
      try { ask_human('c?') } catch (error) { answers.push(error.name) }
      answers`
    const executionId = await submit(url, source)
    const decisions = [
      { decision: 'approve', answer: 'Ada' },
      { decision: 'approve', reason: 'Bea' },
      { decision: 'reject' },
    ]
    for (const [i, decision] of decisions.entries()) {
      const approvals = await asked(latchd, executionId, i + 1)
      t.strictSame(approvals.at(-1)?.input, { question: `${'abc'[i]}?` })
      t.equal((await decide(approvals.at(-1)?.approvalId as string, decision)).status, 200)
    }
    t.strictSame((await ended(executionId)).output.value, ['Ada', 'Bea', 'ApprovalRejectedError'])
  })

  t.test(
    'a question is not approved without an answer, nor anything with args for nothing',
    async t => {
      const executionId = await submit(url, '[ask_human("a?"), human_approval("b").approved]')
      const [question] = await asked(latchd, executionId)
      t.match(await decide(question.approvalId, { decision: 'approve' }), {
        status: 400,
        body: { code: 'INVALID_REQUEST', errors: [{ pointer: '/answer' }] },
      })
      t.match(
        await decide(question.approvalId, { decision: 'approve', args: { question: 'c?' } }),
        {
          status: 400,
          body: { errors: [{ pointer: '/args' }] },
        },
      )
      await decide(question.approvalId, { decision: 'approve', answer: '' })
      const [, plain] = await asked(latchd, executionId, 2)
      const { approvalId } = plain as Approval
      t.match(await decide(approvalId, { decision: 'approve', args: { action: 'c' } }), {
        status: 400,
        body: { errors: [{ pointer: '/args' }] },
      })
      t.equal((await latchd.approvals.get(approvalId)).status, 'pending')
      await decide(approvalId, { decision: 'approve' })
      t.strictSame((await ended(executionId)).output.value, ['', true])
    },
  )

  t.test('args that replace the input leave the original in the record', async t => {
    made.length = 0
    const executionId = await submit(url, 'delete_account("u5")')
    const [{ approvalId, input }] = await asked(latchd, executionId)
    const wrong = await decide(approvalId, { decision: 'approve', args: { id: 7 } })
    t.match(wrong, { status: 400, body: { code: 'INVALID_REQUEST', errors: [{}] } })
    t.match(await latchd.approvals.get(approvalId), { status: 'pending', input })
    const edited = { ...(input as object), id: 'u6' }
    const decided = await decide(approvalId, { decision: 'approve', args: edited })
    t.match(decided, { status: 200, body: { input: edited, originalInput: input } })
    await ended(executionId)
    t.match(made, [{ id: 'u6' }])
    t.match(await latchd.approvals.get(approvalId), { input: edited, originalInput: input })
  })

  t.test('the same decision again is the same answer, another one is 409', async t => {
    const executionId = await submit(url, 'human_approval("x").approved')
    const [{ approvalId }] = await asked(latchd, executionId)
    const both = await Promise.all([
      decide(approvalId, { decision: 'approve', reason: 'yes' }),
      decide(approvalId, { decision: 'approve', reason: 'yes' }),
    ])
    t.strictSame(
      both.map(({ status }) => status),
      [200, 200],
    )
    t.strictSame(both[0]?.body, both[1]?.body)
    await ended(executionId)
    t.strictSame((await decide(approvalId, { decision: 'approve' })).body, both[0]?.body)
    const other = await decide(approvalId, { decision: 'reject' })
    t.match(other, { status: 409, body: { code: 'ALREADY_DECIDED', detail: /by local/ } })
    t.equal((await ended(executionId)).output.value, true)
  })

  t.test('of different decisions at once exactly one wins', async t => {
    const executionId = await submit(url, 'human_approval("x").approved')
    const [{ approvalId }] = await asked(latchd, executionId)
    const answers = await Promise.all(
      ['approve', 'reject', 'approve', 'reject'].map(decision => decide(approvalId, { decision })),
    )
    const { status } = await latchd.approvals.get(approvalId)
    const won = answers.filter(answer => answer.status === 200)
    t.equal(won.length, 2)
    t.ok(won.every(answer => answer.body.status === status))
    t.equal((await ended(executionId)).output.value, status === 'approved')
  })

  t.test('what was cancelled cannot be decided any more', async t => {
    made.length = 0
    const executionId = await submit(url, 'delete_account("u4")')
    const [{ approvalId }] = await asked(latchd, executionId)
    t.equal((await latchd.cancel(executionId)).status, 'cancelled')
    t.equal((await latchd.approvals.get(approvalId)).status, 'expired')
    t.match(await decide(approvalId, { decision: 'approve' }), {
      status: 409,
      body: { code: 'ALREADY_DECIDED' },
    })
    t.strictSame(made, [])
  })

  t.test('five at once are decided in any order', async t => {
    made.length = 0
    const ids = ['a', 'b', 'c', 'd', 'e']
    const source = `(await Promise.allSettled(${JSON.stringify(ids)}.map(id => delete_account(id))))
      .map(({ value, reason }) => value ?? reason.message)`
    const executionId = await submit(url, source)
    const approvals = await asked(latchd, executionId, 5)
    const byId = new Map(
      approvals.map(({ input, approvalId }) => [(input as { id: string }).id, approvalId]),
    )
    for (const id of ['c', 'e', 'a', 'd', 'b']) {
      const decision = id === 'd' ? { decision: 'reject', reason: 'no' } : { decision: 'approve' }
      t.equal((await decide(byId.get(id) as string, decision)).status, 200)
    }
    t.strictSame((await ended(executionId)).output.value, [
      'deleted a',
      'deleted b',
      'deleted c',
      'delete_account was rejected: no',
      'deleted e',
    ])
    t.strictSame(new Set(made.map(input => (input as { id: string }).id)), new Set('abce'))
  })

  t.test('Promise.race takes the first decision, and the end expires the other', async t => {
    const source = `const first = await Promise.race([
        human_approval('slow').then(() => 'slow'),
        human_approval('fast').then(() => 'fast'),
      ])
      final_answer(first)`
    const executionId = await submit(url, source)
    const approvals = await asked(latchd, executionId, 2)
    const of = (action: string) =>
      approvals.find(({ input }) => (input as { action: string }).action === action)
        ?.approvalId as string
    await decide(of('fast'), { decision: 'approve' })
    t.equal((await ended(executionId)).output.value, 'fast')
    t.equal((await latchd.approvals.get(of('slow'))).status, 'expired')
  })

  t.test('a program may ask anywhere: in loops, callbacks and getters', async t => {
    const source = `const asked = []
      for (let i = 0; i < 2; i++) asked.push(human_approval('loop ' + i).approved)
      asked.push(...[1, 2].map(n => human_approval('map ' + n).approved))
      const account = { get isClosed() { return human_approval('getter').approved } }
      console.log('half')
      asked.push(account.isClosed)
      const sorted = [2, 1].sort((a, b) => human_approval('sort').approved ? a - b : b - a)
      ;[...asked, ...sorted]`
    const executionId = await submit(url, source)
    const actions: unknown[] = []
    for (let i = 0; i < 6; i++) {
      const approval = (await asked(latchd, executionId, i + 1))[i] as Approval
      actions.push((approval.input as { action: string }).action)
      await decide(approval.approvalId, { decision: i % 2 === 0 ? 'approve' : 'reject' })
    }
    t.strictSame(actions, ['loop 0', 'loop 1', 'map 1', 'map 2', 'getter', 'sort'])
    const execution = await ended(executionId)
    t.strictSame(execution.output?.value ?? execution.error, [true, false, true, false, true, 2, 1])
    t.strictSame(
      execution.logs.map((line: { text: string }) => line.text),
      ['half'],
    )
  })

  t.test('approvals are listed newest first, by status and execution, page by page', async t => {
    const source = 'await Promise.all([1, 2, 3].map(n => human_approval("list " + n))); 0'
    const executionId = await submit(url, source)
    const approvals = await asked(latchd, executionId, 3)
    const list = async (query: string) =>
      (await get(`${url}/v1/approvals?executionId=${executionId}&${query}`)).body
    const all = (await list('')).data as Approval[]
    t.strictSame(
      new Set(all.map(({ approvalId }) => approvalId)),
      new Set(approvals.map(({ approvalId }) => approvalId)),
    )
    const sorted = all.toSorted((a, b) => b.createdAtMs - a.createdAtMs)
    t.strictSame(all, sorted)
    const pages: unknown[] = []
    let page = await list('limit=1')
    for (; page.nextCursor !== undefined; page = await list(`limit=1&after=${page.nextCursor}`)) {
      pages.push(...page.data)
    }
    t.strictSame(pages, all)
    await decide(all[1]?.approvalId as string, { decision: 'approve' })
    t.equal((await list('status=pending')).data.length, 2)
    t.strictSame(
      (await list('status=approved')).data.map((one: Approval) => one.approvalId),
      [all[1]?.approvalId],
    )
    t.equal((await get(`${url}/v1/approvals?status=maybe`)).status, 400)
    t.equal((await get(`${url}/v1/approvals?after=nowhere`)).status, 400)
    t.strictSame(await latchd.approvals.list({ executionId }), (await list('')).data)
    await latchd.cancel(executionId)
    t.strictSame((await list('status=pending')).data, [])
  })

  t.test('an approval that is not there is 404', async t => {
    t.match(await get(`${url}/v1/approvals/apr_none`), { status: 404, body: { code: 'NOT_FOUND' } })
    t.match(await decide('apr_none', { decision: 'approve' }), { status: 404 })
  })

  t.test('the events of an execution tell what was asked and decided', async t => {
    const executionId = await submit(url, 'human_approval("x"); "done"')
    const types: string[] = []
    for await (const event of latchd.events(executionId)) {
      types.push(event.type)
      if (event.type === 'approval-requested') {
        t.equal(event.approval.status, 'pending')
        await latchd.approvals.approve(event.approval.approvalId)
      }
      if (event.type === 'approval-decided') {
        t.match(event.approval, { status: 'approved', decidedBy: 'local' })
      }
    }
    t.strictSame(
      types.filter(type => !/parked|resumed/.test(type)),
      [
        'execution-started',
        'call-started',
        'approval-requested',
        'approval-decided',
        'call-completed',
        'execution-ended',
      ],
    )
  })

  t.test('a session remembers, when the decision says so', async t => {
    const session = await latchd.sessions.create()
    let count = 0
    const request = {
      source: 'delete_account("u5")',
      onApproval: () => {
        count++
        return { decision: 'approve', remember: 'session' } as const
      },
    }
    t.equal((await session.executeOrThrow(request)).output, 'deleted u5')
    t.equal((await session.executeOrThrow(request)).output, 'deleted u5')
    t.equal(count, 1)
    t.equal((await latchd.executeOrThrow(request)).output, 'deleted u5')
    t.equal(count, 2, 'another session is asked again')
  })
})

t.test('an approval belongs to its token, and deciding needs the scope approve', async t => {
  const { url } = await testDaemon(t, {
    LATCHD_TOKENS:
      'ann:secret-of-ann:execute+read+approve,bob:secret-of-bob:execute+read+approve,' +
      'cat:secret-of-cat:execute+read,root:secret-of-root:admin',
  })
  const as = (name: string) => client(t, { url, token: `secret-of-${name}` })
  const [ann, bob, cat, root] = ['ann', 'bob', 'cat', 'root'].map(as) as [
    Latchd,
    Latchd,
    Latchd,
    Latchd,
  ]
  const start = async (latchd: Latchd) => {
    const { executionId } = await latchd.execute({
      source: 'human_approval("x").by',
      waitMs: 10_000,
    })
    return { executionId, approvalId: (await asked(latchd, executionId))[0].approvalId }
  }
  const one = await start(ann)
  await t.rejects(bob.approvals.get(one.approvalId), { code: 'NOT_FOUND' })
  await t.rejects(bob.approvals.approve(one.approvalId), { code: 'NOT_FOUND' })
  t.strictSame(await bob.approvals.list(), [])
  t.equal((await root.approvals.list()).length, 1)
  const two = await start(cat)
  await t.rejects(cat.approvals.approve(two.approvalId), { code: 'FORBIDDEN' })
  t.equal((await cat.approvals.get(two.approvalId)).status, 'pending')
  t.match(await ann.approvals.approve(one.approvalId), { decidedBy: 'ann' })
  t.match(await root.approvals.approve(two.approvalId), { decidedBy: 'root' })
  t.match(await ann.get(one.executionId, { waitMs: 10_000 }), { output: { value: 'ann' } })
  t.match(await cat.get(two.executionId, { waitMs: 10_000 }), { output: { value: 'root' } })
})

t.test('an approval survives the daemon', async t => {
  made.length = 0
  const LATCHD_STATE_DIR = stateFolder(t)
  const first = await testDaemon(t, { ...tools, LATCHD_STATE_DIR })
  const before = client(t, { url: first.url })
  const source = `console.log('before')
    const gone = delete_account('u6')
    console.log('after')
    gone`
  const executionId = await submit(first.url, source)
  const [approval] = await asked(before, executionId)
  await first.close()

  const second = await testDaemon(t, { ...tools, LATCHD_STATE_DIR })
  const latchd = client(t, { url: second.url })
  t.match(await latchd.get(executionId), {
    status: 'waiting',
    waitingFor: [{ approvalId: approval.approvalId }],
  })
  t.strictSame(await latchd.approvals.list({ status: 'pending' }), [approval])
  await latchd.approvals.approve(approval.approvalId)
  const execution = await latchd.get(executionId, { waitMs: 20_000 })
  t.match(execution, { status: 'completed', output: { value: 'deleted u6' } })
  t.strictSame(
    execution.logs.map(({ text }) => text),
    ['before', 'after'],
  )
  t.strictSame(made, [{ id: 'u6' }])
})

/** Results of `onApproval` that are no decision. */
const notDecisions: readonly unknown[] = [
  { decision: 'approved' },
  { decision: 'APPROVE' },
  { decision: 'maybe' },
  {},
  true,
  'approve',
  null,
  { decision: 'approve', reson: 'x' },
  { decision: 'approve', reason: 5 },
  { decision: 'approve', remember: 'always' },
]

/** Options of `approve` that are none. */
const notOptions: readonly object[] = [{ foo: 1 }, { reason: 5 }, { remember: 'always' }]

/** Checks that an executor refuses what is no decision, and leaves the approval as it was. */
async function refusesOthers(t: Test, executor: Executor): Promise<void> {
  for (const said of notDecisions) {
    let approvalId = ''
    const outcome = executor.execute({
      source: 'human_approval("q").approved',
      onApproval: approval => {
        approvalId = approval.approvalId
        return said as Decision
      },
    })
    await t.rejects(outcome, { code: 'INVALID_REQUEST' }, JSON.stringify(said))
    for (const options of notOptions) {
      const approving = executor.approvals.approve(approvalId, options)
      await t.rejects(approving, { code: 'INVALID_REQUEST' }, JSON.stringify(options))
    }
    t.equal((await executor.approvals.get(approvalId)).status, 'pending')
    const contradiction = { decision: 'approve' } as object
    t.equal((await executor.approvals.reject(approvalId, contradiction)).status, 'rejected')
  }
}

/** Checks that a program goes on with the decision that came first. */
async function takesTheFirst(t: Test, executor: Executor): Promise<void> {
  const outcome = await executor.execute({
    source: 'human_approval("q").approved',
    onApproval: async ({ approvalId }) => {
      await executor.approvals.approve(approvalId)
      return { decision: 'reject' }
    },
  })
  t.equal(outcome.output, true)
}

const askThree = `const asked = await Promise.all(['a', 'b', 'c'].map(id => human_approval(id)))
  asked.map(({ approved, reason }) => approved ? 'yes' : reason)`

t.test('the client answers inline', async t => {
  const { url } = await testDaemon(t, tools)
  const latchd = client(t, { url })

  t.test('several at once, each once', async t => {
    const all = Promise.withResolvers<void>()
    const seen: unknown[] = []
    const outcome = await latchd.executeOrThrow({
      source: askThree,
      onApproval: async ({ input }) => {
        seen.push((input as { action: string }).action)
        if (seen.length === 3) all.resolve()
        await all.promise
        return (input as { action: string }).action === 'b'
          ? { decision: 'reject', reason: 'no b' }
          : { decision: 'approve' }
      },
    })
    t.strictSame(outcome.output, ['yes', 'no b', 'yes'])
    t.strictSame(seen.sort(), ['a', 'b', 'c'])
  })

  t.test('while it streams', async t => {
    const types: string[] = []
    const onApproval = () => ({ decision: 'approve' }) as const
    for await (const event of latchd.stream({
      source: 'human_approval("x").approved',
      onApproval,
    })) {
      types.push(event.type)
      if (event.type === 'execution-ended') t.match(event.execution, { output: { value: true } })
    }
    t.equal(types.at(-1), 'execution-ended')
  })

  t.test('by the answer of the client, unless the request has its own', async t => {
    const other = client(t, { url, onApproval: () => ({ decision: 'reject', reason: 'never' }) })
    const source = 'human_approval("x").approved'
    t.equal((await other.executeOrThrow({ source })).output, false)
    const onApproval = () => ({ decision: 'approve' }) as const
    t.equal((await other.executeOrThrow({ source, onApproval })).output, true)
  })

  t.test('what onApproval throws is thrown, and the approval stays', async t => {
    const boom = new Error('no person here')
    let approvalId = ''
    const throwing = latchd.execute({
      source: 'human_approval("x").approved',
      onApproval: approval => {
        approvalId = approval.approvalId
        throw boom
      },
    })
    t.equal(await throwing.catch(error => error), boom)
    const { status, executionId } = await latchd.approvals.get(approvalId)
    t.equal(status, 'pending')
    await latchd.approvals.approve(approvalId)
    t.match(await latchd.get(executionId, { waitMs: 10_000 }), { output: { value: true } })
  })

  t.test('a decision that the tool refuses is thrown', async t => {
    const onApproval = () => ({ decision: 'approve', args: { id: 7 } }) as const
    await t.rejects(latchd.execute({ source: 'delete_account("u7")', onApproval }), {
      code: 'INVALID_REQUEST',
      errors: [{ pointer: '/args/id' }],
    })
  })

  t.test('what is no decision is refused', t => refusesOthers(t, latchd))

  t.test('a decision that was faster counts', t => takesTheFirst(t, latchd))

  t.test('without an answer it waits, without asking again and again', async t => {
    let requests = 0
    const counting = client(t, {
      url,
      fetch: (url, init) => {
        requests++
        return fetch(url, init)
      },
    })
    const outcome = counting.execute({ source: 'human_approval("patience").by' })
    let pending: readonly Approval[] = []
    while (pending.length === 0) pending = await patiently(latchd)
    const [{ approvalId, executionId }] = pending as [Approval]
    t.match(await latchd.get(executionId, { waitMs: 5000 }), { status: 'waiting' })
    await latchd.approvals.approve(approvalId)
    t.equal((await outcome).output, 'local')
    t.ok(requests <= 3, `${requests} requests`)
  })

  t.test('with waitMs it resolves as soon as the program waits for a person', async t => {
    const outcome = await latchd.execute({ source: 'human_approval("x")', waitMs: 20_000 })
    t.match(outcome, { status: 'waiting', waitingFor: [{ tool: 'human_approval' }] })
    await latchd.cancel(outcome.executionId)
  })

  t.test('with waitMs and an answer that does not come it resolves in time', async t => {
    const onApproval = () => undefined
    const source = 'human_approval("x")'
    const outcome = await latchd.execute({ source, waitMs: 200, onApproval })
    t.match(outcome.status, /^(running|waiting)$/)
    await latchd.cancel(outcome.executionId)
  })
})

/** The pending approvals of the program that tests patience, by events rather than by asking. */
async function patiently(latchd: Latchd): Promise<readonly Approval[]> {
  const { data } = await latchd.list({ limit: 1 })
  if (data[0] === undefined) return []
  return (await asked(latchd, data[0].executionId)).filter(
    ({ input }) => (input as { action: string }).action === 'patience',
  )
}

t.test('in the app itself', async t => {
  const executor = startExecutor(t, {
    transfer: {
      description: 'Sends money.',
      needsApproval: true,
      inputSchema: {
        type: 'object',
        properties: { amount: { type: 'number' } },
        required: ['amount'],
      },
      execute: async ({ amount }: { amount: number }) => `sent ${amount}`,
    },
  })

  t.test('onApproval answers, several at once', async t => {
    const outcome = await executor.executeOrThrow({
      source: askThree,
      onApproval: async ({ input }) =>
        (input as { action: string }).action === 'b'
          ? { decision: 'reject', reason: 'no b' }
          : { decision: 'approve' },
    })
    t.strictSame(outcome.output, ['yes', 'no b', 'yes'])
  })

  t.test('approvals are listed and decided by the app', async t => {
    const shown = Promise.withResolvers<Approval>()
    const outcome = executor.execute({
      source: 'transfer(500)',
      onApproval: approval => {
        shown.resolve(approval)
        return undefined
      },
    })
    const { approvalId } = await shown.promise
    t.match(await executor.approvals.list({ status: 'pending' }), [
      { approvalId, tool: 'transfer', input: { amount: 500 } },
    ])
    await t.rejects(executor.approvals.approve(approvalId, { args: { amount: 'x' } }), {
      code: 'INVALID_REQUEST',
      errors: [{ pointer: '/args/amount' }],
    })
    await executor.approvals.approve(approvalId, { args: { amount: 5 } })
    t.equal((await outcome).output, 'sent 5')
    await t.rejects(executor.approvals.reject(approvalId), { code: 'ALREADY_DECIDED' })
    t.match(await executor.approvals.get(approvalId), { status: 'approved', decidedBy: 'local' })
    await t.rejects(executor.approvals.get('apr_none'), { code: 'NOT_FOUND' })
  })

  t.test('what is no decision is refused', t => refusesOthers(t, executor))

  t.test('a decision that was faster counts', t => takesTheFirst(t, executor))

  t.test('a rejection is caught by the program', async t => {
    const outcome = await executor.executeOrThrow({
      source: 'try { transfer(1) } catch (error) { [error.name, error.code, error.reason] }',
      onApproval: () => ({ decision: 'reject', reason: 'poor' }),
    })
    t.strictSame(outcome.output, ['ApprovalRejectedError', 'APPROVAL_REJECTED', 'poor'])
  })
})

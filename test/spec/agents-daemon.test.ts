/** Agents whose programs run in a daemon, while their tools stay in the app. */

import t from 'tap'
import { z } from 'zod'
import { CodeAgent, ToolCallingAgent } from '../../sdk/agents/index.ts'
import { Latchd, tool } from '../../sdk/index.ts'
import { testDaemon } from '../support/daemon.ts'
import { calling, programs as program, scriptedModel } from '../support/model-server.ts'

t.test('with a daemon for executor', async t => {
  const { url } = await testDaemon(t)
  const latchd = new Latchd({ url })
  t.teardown(() => latchd.close())
  const approve = tool({
    name: 'approve',
    description: 'Asks a person.',
    inputSchema: z.object({ action: z.string() }),
    execute: async ({ action }) => `approved: ${action}`,
  })

  t.test("programs call the app's tools and keep their variables", async t => {
    const script = [
      program('const said = approve("delete user account")'),
      program('final_answer(said)'),
    ]
    for (const isStreamed of [false, true]) {
      const { client, model } = await scriptedModel(t, script)
      const agent = new CodeAgent({ client, model, tools: [approve, 'sleep'], executor: latchd })
      if (isStreamed) {
        const events = await Array.fromAsync(agent.stream('Get approval'))
        t.match(events.at(-1), { type: 'final-answer', output: 'approved: delete user account' })
      } else t.equal(await agent.run('Get approval'), 'approved: delete user account')
      t.strictSame(await latchd.sessions.list(), [])
    }
  })

  t.test('a session is kept for another process, with the memory', async t => {
    const { client, model } = await scriptedModel(t, [
      program('const kept = 7; final_answer(kept)'),
      program('final_answer(kept)'),
    ])
    const first = new CodeAgent({ client, model, tools: [], executor: latchd })
    await first.run('Keep', { reset: false })
    const memory = JSON.parse(JSON.stringify(first.memory))
    const other = new Latchd({ url })
    t.teardown(() => other.close())
    const next = new CodeAgent({ client, model, tools: [], executor: other, memory })
    t.equal(await next.run('Use', { reset: false }), 7)
    await next.close()
    t.strictSame(await latchd.sessions.list(), [])
  })

  t.test('leaving a stream cancels the program and forgets the session', async t => {
    const aborted = Promise.withResolvers<void>()
    const hang = tool({
      name: 'hang',
      description: 'Never answers.',
      inputSchema: z.object({}),
      execute: (_input, { signal }) =>
        new Promise(() => signal.addEventListener('abort', () => aborted.resolve())),
    })
    const { client, model } = await scriptedModel(t, [program('hang()')])
    const agent = new CodeAgent({ client, model, tools: [hang], executor: latchd })
    for await (const event of agent.stream('Hang')) {
      if (event.type === 'execution-event' && event.event.type === 'call-started') break
    }
    await aborted.promise
    t.strictSame(await latchd.sessions.list(), [])
  })

  t.test("a model's own calls go through the daemon, with its approvals", async t => {
    const remove = tool({
      name: 'remove',
      description: 'Deletes a path.',
      inputSchema: z.object({ path: z.string() }),
      needsApproval: true,
      execute: ({ path }) => `removed ${path}`,
    })
    const { client, model } = await scriptedModel(t, [
      calling(['remove', { path: '/a' }], ['approve', { action: 'b' }]),
      calling(['final_answer', { answer: 'done' }]),
    ])
    const agent = new ToolCallingAgent({
      client,
      model,
      tools: [remove, approve],
      executor: latchd,
      onApproval: () => ({ decision: 'approve' }),
    })
    const { output, steps } = await agent.runFull('Remove')
    t.equal(output, 'done')
    t.match(steps[1], { calls: [{ answer: 'removed /a' }, { answer: 'approved: b' }] })
  })
})

/** The examples and features of both origin systems, with ours. */

import { AgentMemory } from '../../sdk/agents/index.ts'
import { webApp } from '../../sdk/examples/web-server/app.ts'
import { nativeAsync, threading } from '../../sdk/examples/web-server/approaches.ts'
import { calling, programs } from '../support/model-server.ts'
import { OverlapRecord } from '../support/overlap-tool.ts'
import { all, asking, later, meeting, type OriginCases } from './origin-ground.ts'

export const smolagentsExamples: OriginCases = {
  examples: [
    {
      origin: 'fetch, then approve',
      async test(t, { codeAgent }) {
        const source = `const { name, plan } = fetch_user_data('user_456')
final_answer(plan === 'free' && human_approval('delete ' + name).approved)`
        const agent = codeAgent([programs(source)], {
          onApproval: ({ input }) => {
            t.strictSame(input, { action: 'delete Grace Hopper' })
            return { decision: 'approve' }
          },
        })
        t.equal(await agent.run('Delete user_456 if they are on the plan "free"'), true)
      },
    },
    {
      origin: 'three concurrent agents in about the time of one',
      async test(t, { codeAgent }) {
        const record = new OverlapRecord(3)
        const tools = record.tools('wait')
        const runs = [1, 2, 3].map(n =>
          codeAgent([programs(`final_answer(wait(${n}))`)], { tools }).run('Wait'),
        )
        t.strictSame(await Promise.all(runs), ['wait(1)', 'wait(2)', 'wait(3)'])
        t.equal(record.peak, 3)
      },
    },
    {
      origin: 'streaming',
      async test(t, { codeAgent }) {
        const agent = codeAgent([programs('print("working")\nfinal_answer(1)')])
        const types = (await all(agent.stream('Work'))).map(event =>
          event.type === 'execution-event' ? event.event.type : event.type,
        )
        const told = ['model-delta', 'action-started', 'log-written', 'action-step', 'final-answer']
        t.strictSame(
          [...new Set(types)].filter(type => told.includes(type)),
          told,
        )
      },
    },
    {
      origin: 'the model directly',
      async test(t, { model }) {
        const { text, usage } = await model('Paris.').generate(asking('Capital of France?'))
        t.equal(text, 'Paris.')
        t.ok((usage?.outputTokens ?? 0) > 0)
      },
    },
    {
      origin: 'three requests concurrently against one after another',
      async test(t, { model }) {
        const together = meeting(3)
        const atOnce = model(async () => {
          await together()
          return 'Yes.'
        })
        await Promise.all([1, 2, 3].map(n => atOnce.generate(asking(`${n}`))))
        const oneByOne = model('Yes.')
        for (const n of [1, 2, 3])
          t.match(await oneByOne.generate(asking(`${n}`)), { text: 'Yes.' })
      },
    },
    {
      origin: 'a web server with POST /run-agent and POST /run-agent-threading',
      async test(t, { settings }) {
        const place = settings(programs("final_answer(get_approval('delete user account'))"))
        const routes = {
          '/run-agent': nativeAsync(place),
          '/run-agent-threading': threading(place, 1),
        }
        for (const approach of Object.values(routes)) t.teardown(() => approach.close())
        const app = webApp(routes)
        const send = async (path: string, body: object) => {
          const response = await app.request(path, { method: 'POST', body: JSON.stringify(body) })
          return [response.status, await response.json()]
        }
        const task = 'Get approval to delete user account'
        for (const [path, { name }] of Object.entries(routes)) {
          const expected = { result: 'approved: delete user account', approach: name }
          t.strictSame(await send(path, { task }), [200, expected])
          t.match(await send(path, {}), [400, { error: String }])
        }
      },
    },
    {
      origin: 'the web server answers 500 when the agent fails',
      async test(t, { settings }) {
        const approach = nativeAsync(settings())
        t.teardown(() => approach.close())
        const app = webApp({ '/run-agent': approach })
        const body = JSON.stringify({ task: 'Anything' })
        const response = await app.request('/run-agent', { method: 'POST', body })
        t.match([response.status, await response.json()], [500, { error: /^Agent failed: / }])
      },
    },
  ],
  features: [
    {
      origin: 'asynchronous tools: a person, an API, a long operation, a database',
      async test(t, { executor }) {
        const { output } = await executor.execute({
          source: `const { approved } = human_approval('go on')
const user = fetch_user_data('user_123')
sleep(20)
const id = db_insert('pen', 2)
;[approved, user.plan, db_delete(id)]`,
          onApproval: () => ({ decision: 'approve' }),
        })
        t.strictSame(output, [true, 'pro', true])
      },
    },
    {
      origin: 'programs need no await: the executor waits',
      async test(t, { run }) {
        const without = await run("get_weather('Paris').sky + get_weather('Tokyo').sky")
        const withIt = await run(
          "(await get_weather('Paris')).sky + (await get_weather('Tokyo')).sky",
        )
        t.strictSame([without.output, withIt.output], ['cloudssun', 'cloudssun'])
      },
    },
    {
      origin: 'asynchronous tool calls of the tool-calling agent, those of a turn concurrently',
      async test(t, { callingAgent }) {
        const record = new OverlapRecord(2)
        const agent = callingAgent(
          [
            calling(['look', { args: [1] }], ['look', { args: [2] }], ['add', { args: [1, 2] }]),
            calling(['final_answer', { answer: 'seen' }]),
          ],
          { ...record.tools('look'), add: (a: number, b: number) => a + b },
        )
        const { output, steps } = await agent.runFull('Look twice')
        const answers = steps.flatMap(step =>
          step.type === 'action-step' && step.action === 'tool-calls'
            ? step.calls.map(call => call.answer)
            : [],
        )
        t.strictSame(
          [output, record.peak, answers],
          ['seen', 2, ['look(1)', 'look(2)', '3', 'The answer was given.']],
        )
      },
    },
    {
      origin: 'one agent object runs one task at a time',
      async test(t, { codeAgent }) {
        const agent = codeAgent([programs('final_answer(sleep(20))')])
        const first = agent.run('Sleep')
        await t.rejects(agent.run('Sleep'), { code: 'AGENT_BUSY' })
        await first
      },
    },
    {
      origin: 'synchronous tools work unchanged, as smolagents has them',
      async test(t, { run }) {
        const multiply = {
          name: 'multiply',
          description: 'Multiplies.',
          inputs: { a: { type: 'number' }, b: { type: 'number' } },
          output_type: 'number',
          forward: (a: number, b: number) => a * b,
        }
        t.equal((await run('multiply(6, 7)', [multiply])).output, 42)
      },
    },
    {
      origin: 'thousands of tasks that wait, on few threads',
      async test(t, { executor }) {
        const waiting = Array.from({ length: 200 }, (_, n) =>
          executor.execute({ source: `sleep(200); ${n}`, tools: ['sleep'] }),
        )
        const outputs = (await Promise.all(waiting)).map(({ output }) => output)
        t.strictSame(
          outputs,
          outputs.map((_, n) => n),
        )
      },
    },
  ],
}

export const minionFeatures: OriginCases = {
  features: [
    {
      origin: 'asynchronous functions, tools and agents are called from programs',
      async test(t, ground) {
        const helper = ground.codeAgent([programs('final_answer("helped")')], { name: 'helper' })
        const agent = ground.codeAgent(
          [programs("final_answer([shout('hi'), get_weather('Paris').sky, helper('Help')])")],
          {
            tools: [
              { name: 'shout', execute: later((text: string) => text.toUpperCase()) },
              'get_weather',
              helper,
            ],
          },
        )
        t.strictSame(await agent.run('Use all'), ['HI', 'clouds', 'helped'])
      },
    },
    {
      origin: 'asynchronous functions and results are detected, without a switch on the agent',
      async test(t, { run }) {
        const tools = {
          promise: () => Promise.resolve(1),
          // biome-ignore lint/suspicious/noThenProperty: a thenable is what is meant
          thenable: () => ({ then: (done: (value: number) => void) => done(2) }),
          plain: () => 3,
        }
        t.strictSame((await run('[promise(), thenable(), plain()]', tools)).output, [1, 2, 3])
      },
    },
    {
      origin: 'tools are classes with name, description and async forward',
      async test(t, { run }) {
        class CalculatePi {
          name = 'calculate_pi'
          description = 'Gives pi with so many decimals.'
          async forward(decimals: number) {
            return Math.PI.toFixed(decimals)
          }
        }
        t.equal((await run('calculate_pi(4)', [new CalculatePi()])).output, '3.1416')
      },
    },
    {
      origin: 'agent.add_tool',
      async test(t, { codeAgent }) {
        const agent = codeAgent([programs('final_answer(late())')], { tools: [] })
        agent.addTool({ name: 'late', description: 'Came late.', execute: async () => 'here' })
        t.equal(await agent.run('Call it'), 'here')
      },
    },
    {
      origin: 'send_tools_to_executor',
      async test(t, { executor, run }) {
        executor.addTools({ sent_later: async () => 'sent' })
        t.equal((await run('sent_later()')).output, 'sent')
      },
    },
    {
      origin: 'output, logs, is_final = await executor(code)',
      async test(t, { executor }) {
        const { output, logs, isFinal } = await executor.run('print("on it"); final_answer(6 * 7)')
        t.strictSame([output, logs, isFinal], [42, 'on it', true])
      },
    },
    {
      origin: 'the memory of an agent is read, saved and continued',
      async test(t, { codeAgent }) {
        const agent = codeAgent([
          programs('const n = 1; final_answer(n)'),
          programs('final_answer(n + 1)'),
        ])
        await agent.run('One', { reset: false })
        const saved = JSON.parse(JSON.stringify(agent.memory))
        t.strictSame(AgentMemory.from(saved).messages(), agent.memory.messages())
        t.equal(await agent.run('And one more', { reset: false }), 2)
        await agent.close()
      },
    },
    {
      origin: 'limits that are lifted: generators, context managers, concurrency within a program',
      async test(t, { run }) {
        const record = new OverlapRecord(2)
        const closed: string[] = []
        const tools = {
          ...record.tools('pair'),
          async *count(to: number) {
            for (let n = 1; n <= to; n++) yield n
          },
          close: later((name: string) => closed.push(name)),
        }
        const source = `const seen = []
{
  await using file = { [Symbol.asyncDispose]: async () => { close('file') } }
  for (const n of count(3)) seen.push(n)
}
;[seen, pair.map(['a', 'b'])]`
        const { output } = await run(source, tools)
        t.strictSame(
          [output, record.peak, closed],
          [
            [
              [1, 2, 3],
              ['pair(a)', 'pair(b)'],
            ],
            2,
            ['file'],
          ],
        )
      },
    },
  ],
}

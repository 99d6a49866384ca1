/** The test functions of smolagents' asynchronous agents, in their groups, with ours. */

import { CodeAgent, type Model, rateLimited } from '../../sdk/agents/index.ts'
import { programs } from '../support/model-server.ts'
import { OverlapRecord } from '../support/overlap-tool.ts'
import { patience } from '../support/patience.ts'
import { all, asking, later, meeting, type OriginCases } from './origin-ground.ts'

const answer = (value: string) => programs(`final_answer(${JSON.stringify(value)})`)
/** Types of what an agent's stream tells, without the parts of replies. */
const typesOf = (events: readonly { type: string }[]) =>
  events.map(({ type }) => type).filter(type => type !== 'model-delta')

export const smolagentsTests: OriginCases = {
  models: [
    {
      origin: 'a model has asynchronous generation, and says so clearly when it lacks it',
      async test(t, ground) {
        const model = ground.model('Hello.')
        t.strictSame([typeof model.generate, typeof model.stream], ['function', 'function'])
        const none = { name: 'none' } as unknown as Model
        t.throws(() => new CodeAgent({ model: none, executor: ground.executor }), {
          code: 'INVALID_REQUEST',
          message: 'Cannot use the model: it has no method generate(request, {signal})',
        })
      },
    },
    {
      origin: 'a model generates asynchronously',
      async test(t, ground) {
        t.match(await ground.model('Hello.').generate(asking('Greet')), { text: 'Hello.' })
      },
    },
    {
      origin: 'a model streams 3 chunks',
      async test(t, ground) {
        // The server cuts a text into pieces of 20 letters.
        const text = 'a'.repeat(20) + 'b'.repeat(20) + 'c'.repeat(20)
        const deltas = await all(ground.model(text).stream(asking('Count')))
        const texts = deltas.filter(delta => delta.type === 'text').map(delta => delta.text)
        t.strictSame(texts, ['a'.repeat(20), 'b'.repeat(20), 'c'.repeat(20)])
      },
    },
    {
      origin: '3 concurrent calls of a model',
      async test(t, ground) {
        const model = ground.model('Yes.')
        const replies = await Promise.all(['a', 'b', 'c'].map(q => model.generate(asking(q))))
        t.strictSame(
          replies.map(({ text }) => text),
          ['Yes.', 'Yes.', 'Yes.'],
        )
      },
    },
    {
      origin: '3 concurrent calls take less than half of the time of 3 sequential ones',
      async test(t, ground) {
        // Exact instead of timed: no call is answered before all three are there.
        const together = meeting(3)
        const model = ground.model(async () => {
          await together()
          return 'Yes.'
        })
        const replies = await Promise.all(['a', 'b', 'c'].map(q => model.generate(asking(q))))
        t.equal(replies.length, 3)
      },
    },
  ],
  agents: [
    {
      origin: 'an agent has an asynchronous run',
      async test(t, ground) {
        const running = ground.codeAgent([answer('done')]).run('Do it')
        t.ok(running instanceof Promise)
        t.equal(await running, 'done')
      },
    },
    {
      origin: 'an agent runs asynchronously',
      async test(t, ground) {
        const { output, state } = await ground.codeAgent([answer('42')]).runFull('What is it?')
        t.strictSame([output, state], ['42', 'completed'])
      },
    },
    {
      origin: 'an agent streams action steps and a final-answer step',
      async test(t, ground) {
        const events = await all(ground.codeAgent([programs('1'), answer('two')]).stream('Count'))
        t.strictSame(
          typesOf(events).filter(type => type !== 'execution-event'),
          ['action-started', 'action-step', 'action-started', 'action-step', 'final-answer'],
        )
        t.match(events.at(-1), { type: 'final-answer', output: 'two' })
      },
    },
    {
      origin: '3 concurrent agents as separate instances',
      async test(t, ground) {
        const record = new OverlapRecord(3)
        const tools = record.tools('work')
        const agents = ['a', 'b', 'c'].map(name =>
          ground.codeAgent([programs(`final_answer(work('${name}'))`)], { tools }),
        )
        const answers = await Promise.all(agents.map(agent => agent.run('Work')))
        t.strictSame([answers, record.peak], [['work(a)', 'work(b)', 'work(c)'], 3])
      },
    },
    {
      origin: 'the state of 2 agents stays apart',
      async test(t, ground) {
        const agents = ['one', 'two'].map(name =>
          ground.codeAgent([
            programs(`const mine = '${name}'; sleep(5)`),
            programs('final_answer(mine)'),
          ]),
        )
        t.strictSame(await Promise.all(agents.map(agent => agent.run('Remember'))), ['one', 'two'])
        t.strictSame(
          agents.map(agent => agent.memory.steps.length),
          [3, 3],
        )
      },
    },
  ],
  helpers: [
    {
      origin: 'a forced final answer',
      async test(t, ground) {
        const agent = ground.codeAgent([programs('1'), 'As far as I see: 1.'], { maxSteps: 1 })
        t.equal(await agent.run('Count'), 'As far as I see: 1.')
      },
    },
    {
      origin: 'reaching the step limit is handled',
      async test(t, ground) {
        const agent = ground.codeAgent([programs('1'), programs('2'), 'Two.'], { maxSteps: 2 })
        const { state, steps } = await agent.runFull('Count')
        t.strictSame(
          [state, steps.map(({ type }) => type)],
          ['max-steps', ['task-step', 'action-step', 'action-step', 'forced-answer-step']],
        )
      },
    },
    {
      origin: 'a planning step is generated',
      async test(t, ground) {
        const agent = ground.codeAgent(['1. Answer.', answer('done')], { planningInterval: 1 })
        const events = await all(agent.stream('Do it'))
        t.match(
          events.find(({ type }) => type === 'planning-step'),
          { reply: '1. Answer.' },
        )
      },
    },
  ],
  integration: [
    {
      origin: 'streaming end to end: 2 steps and the final one',
      async test(t, ground) {
        const agent = ground.codeAgent([
          programs("const user = fetch_user_data('user_123')", 'First the user.'),
          programs('final_answer(user.name)', 'Then the name.'),
        ])
        const steps = (await all(agent.stream('Who is it?'))).filter(
          ({ type }) => type === 'action-step' || type === 'final-answer',
        )
        t.match(steps, [
          { type: 'action-step', number: 1, thought: 'First the user.', isFinalAnswer: false },
          { type: 'action-step', number: 2, thought: 'Then the name.', isFinalAnswer: true },
          { type: 'final-answer', output: 'Ada Lovelace' },
        ])
      },
    },
    {
      origin: 'synchronous and asynchronous models side by side',
      async test(t, { codeAgent, executor }) {
        const synchronous: Model = { generate: () => ({ text: answer('at once') }) }
        const agents = [
          new CodeAgent({ model: synchronous, executor }),
          codeAgent([answer('later')]),
        ]
        t.strictSame(await Promise.all(agents.map(agent => agent.run('Answer'))), [
          'at once',
          'later',
        ])
      },
    },
  ],
  errors: [
    {
      origin: 'generation is not implemented',
      async test(t, { executor }) {
        const model: Model = {
          generate() {
            throw new Error('generation is not implemented')
          },
        }
        await t.rejects(new CodeAgent({ model, executor }).run('Answer'), {
          message: 'generation is not implemented',
        })
      },
    },
    {
      origin: 'step streaming is not implemented',
      async test(t, { executor }) {
        // A model without streaming: the steps are streamed all the same.
        const model: Model = { generate: async () => ({ text: answer('whole') }) }
        const events = await all(new CodeAgent({ model, executor }).stream('Answer'))
        t.notOk(events.some(({ type }) => type === 'model-delta'))
        t.match(events.at(-1), { type: 'final-answer', output: 'whole' })
      },
    },
    {
      origin: 'an exception of a model propagates with its type',
      async test(t, { executor }) {
        class Overloaded extends Error {}
        const model: Model = { generate: () => Promise.reject(new Overloaded('too much')) }
        const thrown = await new CodeAgent({ model, executor }).run('Answer').catch(error => error)
        t.ok(thrown instanceof Overloaded)
      },
    },
  ],
  tools: [
    {
      origin: 'a synchronous tool',
      async test(t, { run }) {
        t.equal((await run('double(21)', { double: (n: number) => n * 2 })).output, 42)
      },
    },
    {
      origin: 'an asynchronous tool',
      async test(t, { run }) {
        t.equal((await run('double(21)', { double: later((n: number) => n * 2) })).output, 42)
      },
    },
    {
      origin: 'an agent runs a synchronous tool',
      async test(t, { codeAgent }) {
        const tools = { double: (n: number) => n * 2 }
        t.equal(await codeAgent([programs('final_answer(double(21))')], { tools }).run('21?'), 42)
      },
    },
    {
      origin: 'an agent runs an asynchronous tool from a synchronous context',
      async test(t, { codeAgent }) {
        const tools = { double: later((n: number) => n * 2) }
        const source = 'const twice = n => double(n)\nfinal_answer([1, 2].map(twice))'
        t.strictSame(await codeAgent([programs(source)], { tools }).run('Double'), [2, 4])
      },
    },
    {
      origin: 'an agent awaits an asynchronous tool',
      async test(t, { codeAgent }) {
        const tools = { double: later((n: number) => n * 2) }
        t.equal(
          await codeAgent([programs('final_answer(await double(21))')], { tools }).run('21?'),
          42,
        )
      },
    },
    {
      origin: 'a human-in-the-loop tool',
      async test(t, { codeAgent }) {
        const asked: unknown[] = []
        const agent = codeAgent(
          [programs("final_answer(human_approval('delete file').approved)")],
          {
            onApproval: ({ input }) => {
              asked.push(input)
              return { decision: 'approve' }
            },
          },
        )
        t.equal(await agent.run('Delete it'), true)
        t.strictSame(asked, [{ action: 'delete file' }])
      },
    },
  ],
  'code agent': [
    {
      origin: 'async_tool("hello")',
      async test(t, { run }) {
        const tools = { async_tool: later((text: string) => `async: ${text}`) }
        t.equal((await run('async_tool("hello")', tools)).output, 'async: hello')
      },
    },
    {
      origin: 'result = human_approval("delete file"); final_answer(result) is a final answer',
      async test(t, { run }) {
        const tools = { human_approval: later((action: string) => `approved: ${action}`) }
        const source = 'const result = human_approval("delete file"); final_answer(result)'
        const { output, isFinalAnswer } = await run(source, tools)
        t.strictSame([output, isFinalAnswer], ['approved: delete file', true])
      },
    },
    {
      origin: 'the code agent has step streaming',
      async test(t, { codeAgent }) {
        const events = codeAgent([answer('done')]).stream('Do it')
        t.equal(typeof events[Symbol.asyncIterator], 'function')
        t.match((await all(events)).at(-1), { type: 'final-answer' })
      },
    },
    {
      origin: 'synchronous and asynchronous tools mixed, with an interpolated final answer',
      async test(t, { run }) {
        const tools = { at_once: (n: number) => n + 1, in_time: later((n: number) => n * 2) }
        const source = 'const a = at_once(1), b = in_time(a); final_answer(`${a} and ${b}`)'
        t.equal((await run(source, tools)).output, '2 and 4')
      },
    },
    {
      origin: '5 approvals of 0.1 s concurrently in under 0.2 s',
      async test(t, { run }) {
        // Each waits for the other four, so that the clock does not matter.
        const record = new OverlapRecord(5)
        const source = 'Promise.all([1, 2, 3, 4, 5].map(n => approve(n)))'
        const { output } = await run(source, record.tools('approve'))
        t.strictSame([output, record.peak], [[1, 2, 3, 4, 5].map(n => `approve(${n})`), 5])
      },
    },
  ],
  'real-world patterns': [
    {
      origin: 'request_approval("delete /data/users", "high") gives APPROVED: … (risk: high)',
      async test(t, { run }) {
        const request_approval = later(
          (action: string, risk: string) => `APPROVED: ${action} (risk: ${risk})`,
        )
        const { output } = await run('request_approval("delete /data/users", "high")', {
          request_approval,
        })
        t.equal(output, 'APPROVED: delete /data/users (risk: high)')
      },
    },
    {
      origin: 'fetch_user_data("user_123") gives the user, read by field',
      async test(t, { run }) {
        const source = 'const user = fetch_user_data("user_123"); `${user.name} <${user.email}>`'
        t.equal((await run(source)).output, 'Ada Lovelace <ada@example.com>')
      },
    },
  ],
  'rate limiter': [
    {
      origin: 'at 60 a minute the second call waits about a second',
      async test(t, ground) {
        const model = rateLimited(ground.model('Yes.'), { requestsPerMinute: 60 })
        const fromMs = performance.now()
        await model.generate(asking('a'))
        await model.generate(asking('b'))
        const tookMs = performance.now() - fromMs
        t.ok(tookMs >= 900 && tookMs < patience(5000), `${tookMs} ms`)
      },
    },
    {
      origin: 'another task runs during the wait',
      async test(t, ground) {
        const model = rateLimited(ground.model('Yes.'), { requestsPerMinute: 120 })
        await model.generate(asking('a'))
        const order: string[] = []
        const call = later(() => order.push('call'), 0)
        const task = later(() => order.push('task'))
        await Promise.all([Promise.resolve(model.generate(asking('b'))).then(call), task()])
        t.strictSame(order, ['task', 'call'])
      },
    },
    {
      origin: 'a disabled limiter does not wait',
      async test(t, ground) {
        const model = ground.model('Yes.')
        t.equal(rateLimited(model, { requestsPerMinute: undefined }), model)
      },
    },
  ],
}

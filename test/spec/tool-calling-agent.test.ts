/** Agents whose models call tools by themselves, in this process and through an executor. */

import t, { type Test } from 'tap'
import { z } from 'zod'
import type { ToolSet } from '../../protocol/execution/executor.ts'
import { ToolCallingAgent, type ToolCallingAgentOptions } from '../../sdk/agents/index.ts'
import { tool } from '../../sdk/index.ts'
import { startExecutor } from '../support/executor.ts'
import { calling, type Script, type ScriptedReply, scriptedModel } from '../support/model-server.ts'
import { OverlapRecord } from '../support/overlap-tool.ts'

const executor = startExecutor(t)

const greet = tool({
  name: 'greet',
  description: 'Greets somebody.',
  inputSchema: z.object({ name: z.string(), loud: z.boolean().optional() }),
  execute: ({ name, loud = false }) => (loud ? `HELLO ${name}` : `hello ${name}`),
})

const later = tool({
  name: 'later',
  description: 'Answers later.',
  inputSchema: z.object({}),
  execute: async () => ({ at: new Date(0), list: [1, 2] }),
})

/** Where the tools run. */
const places = { 'in this process': {}, 'through an executor': { executor } }

for (const [place, where] of Object.entries(places)) {
  const scripted = async (
    t: Test,
    script: Script | readonly ScriptedReply[],
    tools: ToolSet,
    options: Partial<ToolCallingAgentOptions> = {},
  ) => {
    const { client, model, requests } = await scriptedModel(t, script)
    const agent = new ToolCallingAgent({ client, model, tools, ...where, ...options })
    /** What the model was answered in its last turn. */
    const answers = () =>
      (requests.at(-1)?.messages ?? []).flatMap(message =>
        message.role === 'tool' ? [[message.tool_call_id, message.content]] : [],
      )
    return { agent, requests, answers }
  }
  const done = calling(['final_answer', { answer: 'done' }])

  t.test(place, async t => {
    t.test('synchronous and asynchronous tools are called and answered in order', async t => {
      const { agent, requests, answers } = await scripted(
        t,
        [
          calling(
            ['later', {}],
            ['greet', { name: 'Ada' }],
            ['greet', { name: 'Bob', loud: true }],
          ),
          done,
        ],
        [greet, later],
      )
      const { output, steps, state } = await agent.runFull('Greet')
      t.strictSame([output, state], ['done', 'completed'])
      t.strictSame(answers(), [
        ['call_later_0', '{"at":"1970-01-01T00:00:00.000Z","list":[1,2]}'],
        ['call_greet_1', 'hello Ada'],
        ['call_greet_2', 'HELLO Bob'],
      ])
      t.match(steps[1], {
        type: 'action-step',
        action: 'tool-calls',
        calls: [{ name: 'later', status: 'completed' }, { name: 'greet' }, { name: 'greet' }],
      })
      t.match(requests[0]?.tools, [
        {
          type: 'function',
          function: {
            name: 'greet',
            description: 'Greets somebody.',
            parameters: {
              type: 'object',
              properties: { name: { type: 'string' } },
              required: ['name'],
            },
          },
        },
        { function: { name: 'later' } },
        { function: { name: 'final_answer' } },
      ])
    })

    t.test('calls of one turn are made at once, within their limit', async t => {
      const record = new OverlapRecord(3)
      const turn = calling(...[1, 2, 3].map(n => ['work', { args: [n] }] as const))
      const { agent } = await scripted(t, [turn, done], record.tools('work'))
      await agent.run('Work')
      t.equal(record.peak, 3)
      const narrow = new OverlapRecord(2)
      const many = calling(...[1, 2, 3, 4, 5].map(n => ['work', { args: [n] }] as const))
      const limits = { maxConcurrentCalls: 2 }
      const next = await scripted(t, [many, done], narrow.tools('work'), { limits })
      await next.agent.run('Work')
      t.equal(narrow.peak, 2)
      t.strictSame(
        next.answers().map(([, answer]) => answer),
        ['work(1)', 'work(2)', 'work(3)', 'work(4)', 'work(5)'],
      )
    })

    t.test('a call that cannot be made is an error that the model reads', async t => {
      const fail = {
        name: 'fail',
        description: '',
        inputSchema: z.object({}),
        execute: async () => {
          throw new RangeError('out of range')
        },
      }
      const { agent, answers } = await scripted(
        t,
        [
          calling(
            ['greet', { name: 7 }],
            ['greet', { nam: 'x' }],
            ['greet', '{"name":'],
            ['greet', '[1]'],
            ['nothing', {}],
            ['fail', {}],
            ['greet', { name: 'Ada' }],
          ),
          done,
        ],
        [greet, fail],
      )
      t.equal(await agent.run('Try'), 'done')
      t.match(
        answers().map(([, answer]) => answer),
        [
          /^Error: ToolInputError: Cannot call greet: the input does not fit\n- name: /,
          'Error: Cannot call greet: unknown arguments nam; there are: name, loud',
          /^Error: Cannot call greet: the arguments are no JSON/,
          'Error: Cannot call greet: the arguments are no JSON object',
          'Error: There is no tool nothing; there are: greet, fail, final_answer',
          'Error: RangeError: out of range',
          'hello Ada',
        ],
      )
    })

    t.test('tools of every form and name can be called', async t => {
      const { agent, requests, answers } = await scripted(
        t,
        [
          calling(
            ['my_sum_v1', { args: [1, 2] }],
            ['size', { input: ['a', 'b'] }],
            ['count', {}],
            ['my_sum_v1_2', { args: [3, 4] }],
          ),
          done,
        ],
        {
          'my.sum v1': (a: number, b: number) => a + b,
          size: {
            description: '',
            inputSchema: z.array(z.string()),
            execute: (list: string[]) => list.length,
          },
          count: {
            description: '',
            inputSchema: z.object({}),
            async *execute() {
              yield 1
              yield 2
            },
          },
          'my/sum/v1': (a: number, b: number) => a * b,
        },
      )
      t.equal(await agent.run('Call'), 'done')
      t.strictSame(
        answers().map(([, answer]) => answer),
        ['3', '2', '[1,2]', '12'],
      )
      t.match(requests[0]?.tools?.[1], {
        function: { parameters: { properties: { input: { type: 'array' } } } },
      })
    })

    t.test('approvals are asked for and answered, with a reason for the model', async t => {
      const remove = tool({
        name: 'remove',
        description: '',
        inputSchema: z.object({ path: z.string() }),
        needsApproval: true,
        execute: ({ path }) => `removed ${path}`,
      })
      const { agent, answers } = await scripted(
        t,
        [calling(['remove', { path: '/a' }], ['remove', { path: '/b' }]), done],
        [remove],
        {
          onApproval: ({ input }) =>
            (input as { path: string }).path === '/a'
              ? { decision: 'approve', args: { path: '/c' } }
              : { decision: 'reject', reason: 'still needed' },
        },
      )
      await agent.run('Remove')
      t.strictSame(
        answers().map(([, answer]) => answer),
        ['removed /c', 'Error: ApprovalRejectedError: remove was rejected: still needed'],
      )
    })

    t.test('a tool that takes too long is given up', async t => {
      const hang = {
        description: '',
        inputSchema: z.object({}),
        timeoutMs: 20,
        execute: () => new Promise(() => {}),
      }
      const { agent, answers } = await scripted(t, [calling(['hang', {}]), done], { hang })
      await agent.run('Hang')
      t.match(answers(), [['call_hang_0', /^Error: ToolTimeoutError: .* within 20 ms/]])
    })

    t.test('aborting a run aborts its calls', async t => {
      const started = Promise.withResolvers<void>()
      const aborted = Promise.withResolvers<void>()
      const hang = {
        description: '',
        inputSchema: z.object({}),
        execute: (_input: unknown, { signal }: { signal: AbortSignal }) => {
          signal.addEventListener('abort', () => aborted.resolve())
          started.resolve()
          return new Promise(() => {})
        },
      }
      const { agent } = await scripted(t, [calling(['hang', {}])], { hang })
      const controller = new AbortController()
      const running = agent.run('Hang', { signal: controller.signal })
      await started.promise
      const reason = new Error('enough')
      controller.abort(reason)
      await t.rejects(running, reason)
      await aborted.promise
    })

    t.test('another agent is a tool', async t => {
      const helper = await scripted(t, ['The capital is Paris.'], [], { name: 'helper' })
      const { agent, answers } = await scripted(
        t,
        [calling(['helper', { task: 'The capital of France?' }]), done],
        [helper.agent],
      )
      await agent.run('Ask')
      t.strictSame(answers(), [['call_helper_0', 'The capital is Paris.']])
    })
  })
}

t.test('a reply of text alone is the answer, an empty one is not', async t => {
  const { client, model, requests } = await scriptedModel(t, ['', 'It is 42.'])
  const agent = new ToolCallingAgent({ client, model, tools: [greet] })
  t.equal(await agent.run('What is it?'), 'It is 42.')
  t.match(requests[1]?.messages.at(-1), { role: 'user', content: /The reply is empty/ })
})

t.test('final_answer ends the run with any value, after the other calls of its turn', async t => {
  const answer = { list: [1, { a: null }] }
  const { client, model } = await scriptedModel(t, [
    calling(['final_answer', {}]),
    calling(['greet', { name: 'Ada' }], ['final_answer', { answer }]),
  ])
  const agent = new ToolCallingAgent({ client, model, tools: [greet] })
  const { output, steps } = await agent.runFull('Answer')
  t.strictSame(output, answer)
  t.match(steps.slice(1), [
    { calls: [{ status: 'failed', answer: /`answer` is missing/ }] },
    { calls: [{ answer: 'hello Ada' }, { status: 'completed' }] },
  ])
})

t.test('steps are streamed, planned, limited, checked and remembered', async t => {
  const { client, model, requests } = await scriptedModel(t, (request, turn) => {
    const last = String(request.messages.at(-1)?.content)
    if (/write a plan/.test(last)) return 'Facts.\n1. Greet.'
    if (/limit of steps/.test(last)) return 'Nothing was accepted.'
    return calling(['final_answer', { answer: turn }])
  })
  const agent = new ToolCallingAgent({
    client,
    model,
    tools: [greet],
    maxSteps: 2,
    planningInterval: 5,
    finalAnswerChecks: [() => 'never good enough'],
  })
  const events = await Array.fromAsync(agent.stream('Answer'))
  t.strictSame(
    events.map(({ type }) => type).filter(type => type !== 'model-delta'),
    [
      'planning-step',
      'action-started',
      'action-step',
      'action-started',
      'action-step',
      'final-answer',
    ],
  )
  t.match(events.at(-1), { output: 'Nothing was accepted.', state: 'max-steps' })
  t.notOk(requests[0]?.tools, 'a plan calls nothing')
  t.match(requests[2]?.messages.at(-1), { role: 'user', content: /never good enough/ })

  const memory = JSON.parse(JSON.stringify(agent.memory))
  const next = await scriptedModel(t, ['Going on.'])
  const heir = new ToolCallingAgent({ ...next, tools: [greet], memory })
  t.equal(await heir.run('Go on', { reset: false }), 'Going on.')
  const roles = next.requests[0]?.messages.map(({ role }) => role)
  t.strictSame(roles, [
    'system',
    'user',
    'assistant',
    'user',
    'assistant',
    'tool',
    'user',
    'assistant',
    'tool',
    'user',
    'assistant',
    'user',
  ])
})

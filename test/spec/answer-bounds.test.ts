/** What model loops get of programs: answers of a bounded size, images, and how to read the rest. */

import { generateText, isStepCount } from 'ai'
import type OpenAI from 'openai'
import t from 'tap'
import { z } from 'zod'
import { AgentMemory, CodeAgent, ToolCallingAgent } from '../../sdk/agents/index.ts'
import { type CodeToolOptions, codeTool, tool } from '../../sdk/index.ts'
import { aiSdkModel } from '../support/ai-sdk-model.ts'
import { startExecutor } from '../support/executor.ts'
import { lastText, programs as program, scriptedModel } from '../support/model-server.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
)
const url = `data:image/png;base64,${PNG.toString('base64')}`

const shot = tool({
  name: 'shot',
  description: 'Takes a picture.',
  inputSchema: z.object({}),
  execute: () => new File([PNG], 'shot.png', { type: 'image/png' }),
})

const executor = startExecutor(t, [shot])
const make = (options: Omit<CodeToolOptions, 'executor'> = {}) => codeTool({ executor, ...options })
const call = (input: object, id = 'c1') => ({
  id,
  call_id: id,
  name: 'run_program',
  arguments: JSON.stringify(input),
})

t.test('a result has at most maxAnswerTokens, whatever is long in it', async t => {
  const code = make({ maxAnswerTokens: 300, maxOutputChars: 1e6, maxLogChars: 1e6 })
  const long = '"\\n😀".repeat(5000)'
  const sources = [
    `print(${long}); ${long}`,
    `[${long}, { a: ${long} }]`,
    `print(${long})`,
    `new Map([[1, ${long}]])`,
    `throw new Error(${long})`,
    `for (let i = 0; i < 40; i++) emit(i, 'n'.repeat(200)); 1`,
    `human_approval(${long})`,
    `ask_human(${long}, {})`,
  ]
  for (const source of sources) {
    const text = await code.handle(call({ source }))
    t.ok(Buffer.byteLength(text) <= 300 * 4, `${Buffer.byteLength(text)} bytes of ${source}`)
    t.ok(JSON.parse(text).status)
  }
  t.throws(() => make({ maxAnswerTokens: 255 }), { code: 'INVALID_REQUEST' })
  t.throws(() => make({ maxAnswerTokens: 1e4 + 0.5 }), { code: 'INVALID_REQUEST' })
})

t.test('the model reads what was left out', async t => {
  const code = make({ maxAnswerTokens: 300 })
  const source = `print('a'.repeat(3000)); 'b'.repeat(3000)`
  const { output, executionId } = (await code.run({ source })) as {
    output: string
    executionId: string
  }
  const [, from, to] = /"from": (\d+), "to": (\d+)\} to read them …/.exec(output) ?? []
  t.match(await code.run({ executionId, from: Number(from), to: Number(from) + 500 }), {
    status: 'read',
    executionId,
    text: 'b'.repeat(500),
    from: Number(from),
    total: 6002,
  })
  const rest = await code.run({ executionId, from: 0, to: Number(to) })
  t.match(rest, { status: 'read', from: 0, to: /^\d{3}$/ }, 'no more than fits')
  t.match(await code.run({ executionId: 'exe_none', from: 0, to: 1 }), { status: 'refused' })
  t.match(await code.handle(call({ executionId, from: -1 })), /from is -1, a number from 0/)
})

t.test('in a session the value stays in _', async t => {
  const session = await executor.sessions.create()
  const run = async (source: string) => (await session.execute({ source })).output
  t.equal(await run(`typeof _`), 'undefined')
  t.equal(await run(`[1, 2].map(n => n * 2)`).then(String), '2,4')
  t.equal(await run(`_.length`), 2)
  t.equal(await run(`_ + 40`), 42)
  t.equal((await session.execute({ source: `throw new Error('x')` })).status, 'failed')
  t.equal(await run(`_`), 42, 'a failure leaves it')
  t.equal(await run(`final_answer({ deep: 'value' }); 1`).then(JSON.stringify), '{"deep":"value"}')
  t.equal(await run(`_.deep`), 'value')
  t.equal(await run(`const _ = 'mine'; 1`), 1)
  t.equal(await run(`_`), 'mine', "a program's own stands before it")
  const code = make({ session: true, maxAnswerTokens: 300 })
  const { output } = (await code.run({ source: `'x'.repeat(5000)` })) as { output: string }
  t.match(output, /the next program has it in _/)
  t.match(await code.run({ source: `_.length` }), { output: 5000 })
  await code.close()
})

t.test('images that a program gives out go to the model as images', async t => {
  t.test('Chat Completions', async t => {
    const code = make()
    const source = `emit(shot()); emit(new File(['t'], 't.txt')); 'seen'`
    const messages = await code.chatMessages([call({ source }), call({ source: '1' }, 'c2')])
    t.match(messages, [
      { role: 'tool', tool_call_id: 'c1', content: /"files":\[\{"fileId":"fil_[^}]*shot\.png/ },
      { role: 'tool', tool_call_id: 'c2' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Images that the program gave out: shot.png' },
          { type: 'image_url', image_url: { url } },
        ],
      },
    ])
    messages satisfies OpenAI.ChatCompletionMessageParam[]
    t.equal((await code.chatMessages([call({ source: '1' })])).length, 1)
    t.notMatch(messages[0], /base64/, 'never as text')
  })

  t.test('Responses', async t => {
    const code = make()
    const items = await code.responsesItems([
      call({ source: 'shot()' }),
      call({ source: '1' }, 'c2'),
    ])
    t.match(items, [
      {
        type: 'function_call_output',
        call_id: 'c1',
        output: [{ type: 'input_text' }, { type: 'input_image', image_url: url }],
      },
      { call_id: 'c2', output: /completed/ },
    ])
    items satisfies OpenAI.Responses.ResponseInput
  })

  t.test('the AI SDK', async t => {
    const code = make()
    const model = aiSdkModel((results, turn) =>
      turn === 0 ? [{ source: 'emit(shot()); 7' }] : `${results[0][0].text.length}`,
    )
    const { steps } = await generateText({
      model,
      prompt: 'Look',
      tools: { run_program: code.aiTool },
      stopWhen: isStepCount(3),
    })
    t.equal(steps.length, 2)
    const [, second] = model.doGenerateCalls
    t.match(second?.prompt.at(-1), {
      role: 'tool',
      content: [
        {
          output: {
            type: 'content',
            value: [
              { type: 'text', text: /"output":7/ },
              { type: 'file', mediaType: 'image/png', filename: 'shot.png' },
            ],
          },
        },
      ],
    })
  })

  t.test('few, and none that is large', async t => {
    const code = make({ maxImages: 1, maxImageBytes: 1000 })
    const source = `emit(shot()); emit(shot()); emit(new File([new Uint8Array(2000)], 'l', { type: 'image/png' }))`
    const [item] = await code.responsesItems([call({ source })])
    t.equal(item?.output.length, 2)
  })
})

t.test(
  'an agent sees the images of its programs, the latest ones, and reports are bounded',
  async t => {
    const { client, model, requests } = await scriptedModel(t, [
      program('emit(shot()); print("one")'),
      program('"z".repeat(100_000)'),
      program('print(_.length); final_answer("done")'),
    ])
    const agent = new CodeAgent({
      client,
      model,
      executor,
      typecheck: 'off',
      maxAnswerTokens: 1000,
    })
    t.equal(await agent.run('Look'), 'done')
    const users = (requests[1] as { messages: { role: string; content: unknown }[] }).messages
    t.match(users.at(-1)?.content, [
      { type: 'text', text: /Files given out:\n- shot.png \(image\/png, \d+ bytes\)/ },
      { type: 'image_url', image_url: { url } },
    ])
    const text = lastText(requests[2] as never)
    t.match(text, /characters left out; the next program has the whole value in _/)
    t.ok(Buffer.byteLength(text) <= 4100)
    const saved = JSON.stringify(agent.memory)
    t.notMatch(saved, /base64|iVBOR/, 'a saved memory has no bytes of images')
    t.ok(AgentMemory.from(JSON.parse(saved)).messages().length > 0)
  },
)

t.test('a model that calls tools itself sees their images', async t => {
  const calls = [{ id: 'a', name: 'shot', arguments: '{}' }]
  for (const runner of [executor, undefined]) {
    const { client, model, requests } = await scriptedModel(t, [
      { toolCalls: calls } as never,
      { toolCalls: [{ id: 'b', name: 'final_answer', arguments: '{"answer":"seen"}' }] } as never,
    ])
    const options = { client, model, tools: [shot], ...(runner && { executor: runner }) }
    t.equal(await new ToolCallingAgent(options).run('Look'), 'seen')
    const { messages } = requests[1] as { messages: { role: string; content: unknown }[] }
    t.match(messages.at(-1), { role: 'user', content: [{ type: 'text' }, { image_url: { url } }] })
    t.match(messages.at(-2), { role: 'tool', content: /shot\.png/ })
  }
})

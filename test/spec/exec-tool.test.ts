/** Code mode as `exec` and `wait`, the shape that models of the Codex family know. */

import { generateText, isStepCount } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import type OpenAI from 'openai'
import t, { type Test } from 'tap'
import { z } from 'zod'
import { readExec } from '../../sdk/code-tool/exec-source.ts'
import { codeTool, type ExecToolOptions, tool } from '../../sdk/index.ts'
import { startExecutor } from '../support/executor.ts'

let release = Promise.withResolvers<string>()
let called = Promise.withResolvers<void>()
const slow = tool({
  name: 'slow',
  description: 'Waits.',
  inputSchema: z.object({}),
  execute: () => {
    called.resolve()
    return release.promise
  },
})
const add = tool({
  name: 'add',
  description: 'Adds.',
  inputSchema: z.object({ a: z.number(), b: z.number() }),
  execute: async ({ a, b }) => a + b,
})
const executor = startExecutor(t, [slow, add])

function make(t: Test, options: Partial<ExecToolOptions> = {}) {
  const code = codeTool({ style: 'exec', executor, ...options })
  t.teardown(() => code.close().catch(() => {}))
  return code
}

const exec = (input: string, id = 'c1') => ({
  type: 'custom_tool_call',
  call_id: id,
  name: 'exec',
  input,
})
const wait = (input: object, id = 'w1') => ({
  type: 'function_call',
  call_id: id,
  name: 'wait',
  arguments: JSON.stringify(input),
})
const outputOf = (text: string) => text.slice(text.indexOf('Output:\n') + 8)

t.test('the first line sets how long to wait and how much to give', t => {
  t.match(readExec('// @exec: {"yield_time_ms": 5, "max_output_tokens": 7}\nreturn 1'), {
    ok: true,
    yieldMs: 5,
    maxTokens: 7,
    source: /^\/\/ @exec.*\nreturn 1$/,
  })
  t.match(readExec('  // @exec: {}\r\nx'), { ok: true, yieldMs: undefined })
  t.match(readExec('x\n// @exec: {"yield_time_ms": 5}'), { ok: true, yieldMs: undefined })
  const bad: [unknown, RegExp][] = [
    ['', /Cannot run nothing/],
    [undefined, /Cannot run nothing/],
    ['// @exec: {"yield_time_ms": 5}', /no program follows it/],
    ['// @exec: {"yield_time_ms": 5}\n \n', /no program follows it/],
    ['// @exec: {yield}\n1', /not JSON/],
    ['// @exec: [1]\n1', /no object/],
    ['// @exec: {"timeout": 5}\n1', /timeout is none of its options/],
    ['// @exec: {"yield_time_ms": -1}\n1', /yield_time_ms is -1/],
    ['// @exec: {"max_output_tokens": "1"}\n1', /max_output_tokens is "1"/],
  ]
  for (const [input, problem] of bad) t.match(readExec(input), { ok: false, problem })
  t.end()
})

t.test('exec runs a program as such models write it', async t => {
  const code = make(t)
  const source = `// @exec: {"max_output_tokens": 1000}
const [one, two] = await Promise.all([tools.add({ a: 1, b: 2 }), tools.add({ a: 3, b: 4 })]);
text({ one, two }); text("plain"); store("kept", { one });
text(ALL_TOOLS.map(({ name }) => name).includes("add"));`
  const { text } = await code.answer(exec(source))
  t.match(text, /^Script completed\nWall time \d+\.\d seconds\nOutput:\n/)
  t.equal(outputOf(text), '{"one":3,"two":7}\nplain\ntrue')
  t.equal(
    outputOf((await code.answer(exec('load("kept").one'))).text),
    '3',
    'a value where nothing is printed',
  )
  t.equal(outputOf((await code.answer(exec('text("a"); exit(); text("b")'))).text), 'a')
  const failed = (await code.answer(exec('text("before");\nnothing()'))).text
  t.match(
    failed,
    /^Script failed\n[\s\S]*Output:\nbefore\nScript error:\nReferenceError: [\s\S]*> 2 \| nothing\(\)/,
  )
  t.match((await code.answer(exec(' '))).text, /Cannot run nothing/)
  t.match(
    (await code.answer({ name: 'shell', arguments: '{}' })).text,
    /the tools are exec and wait/,
  )
})

t.test('a program that takes longer goes on, and wait gives what is new', async t => {
  release = Promise.withResolvers()
  called = Promise.withResolvers()
  const code = make(t)
  const first = await code.answer(
    exec('// @exec: {"yield_time_ms": 50}\ntext("begun"); text(slow()); text("done")'),
  )
  const [, cell] = /^Script running with cell ID (exe_\w+)\n/.exec(first.text) ?? []
  // On a busy machine the program may begin after the first answer.
  await called.promise
  const second = await code.answer(wait({ cell_id: cell, yield_time_ms: 1 }))
  t.match(second.text, /^Script running with cell ID/)
  const outputs = [outputOf(first.text), outputOf(second.text)]
  t.strictSame(outputs.filter(Boolean), ['begun'], 'nothing twice')
  release.resolve('answered')
  const third = await code.answer(wait({ cell_id: cell }))
  t.match(third.text, /^Script completed/)
  t.equal(outputOf(third.text), 'answered\ndone')
  t.match((await code.answer(wait({ cell_id: cell }))).text, /no program goes on with cell ID/)
  t.match((await code.answer(wait({}))).text, /cell_id is expected/)
  t.match((await code.answer(wait({ cell_id: 'x', max_tokens: -1 }))).text, /max_tokens is -1/)
})

t.test('wait ends a program', async t => {
  release = Promise.withResolvers()
  const code = make(t)
  const { text } = await code.answer(exec('// @exec: {"yield_time_ms": 0}\ntext(slow())'))
  const [, cell] = /cell ID (exe_\w+)/.exec(text) ?? []
  t.match((await code.answer(wait({ cell_id: cell, terminate: true }))).text, /^Script terminated/)
  t.match((await code.answer(exec('text("next")'))).text, /^Script completed/)
})

t.test('a person is asked, and wait goes on', async t => {
  const code = make(t)
  const { text } = await code.answer(exec('text(human_approval("Buy it?").approved)'))
  t.match(
    text,
    /^Script running with cell ID exe_\w+: a person has to decide first, tell them: Buy it\?/,
  )
  const [, cell] = /cell ID (exe_\w+)/.exec(text) ?? []
  const [asked] = await executor.approvals.list({ status: 'pending' })
  await executor.approvals.approve(asked?.approvalId as string)
  t.equal(outputOf((await code.answer(wait({ cell_id: cell }))).text), 'true')
})

t.test('output has a bound, of the app and of the program', async t => {
  const code = make(t, { maxAnswerTokens: 1000 })
  for (const [pragma, most] of [
    ['// @exec: {"max_output_tokens": 200}\n', 800],
    ['// @exec: {"max_output_tokens": 100000}\n', 4000],
    ['', 4000],
  ] as const) {
    const { text } = await code.answer(exec(`${pragma}text("😀".repeat(10_000))`))
    t.ok(Buffer.byteLength(text) <= most, `${Buffer.byteLength(text)} of ${most}`)
    t.match(text, /characters left out; print less at once/)
    t.ok(text.isWellFormed())
  }
})

t.test('images go to the model as images', async t => {
  const code = make(t)
  const data = Buffer.from('89504e470d0a1a0a', 'hex').toString('base64')
  const source = `image("data:image/png;base64,${data}"); image({ type: 'image', data: '${data}', mimeType: 'image/png' });
image({ image_url: 'data:image/png;base64,${data}' }); image(new File(['x'], 'x.png', { type: 'image/png' })); text('four')`
  const items = await code.responsesItems([exec(source), wait({ cell_id: 'none' })])
  items satisfies OpenAI.Responses.ResponseInput
  t.match(items, [
    {
      type: 'custom_tool_call_output',
      call_id: 'c1',
      output: [
        { type: 'input_text', text: /four$/ },
        { type: 'input_image', image_url: `data:image/png;base64,${data}` },
        ...Array.from({ length: 3 }, () => ({ type: 'input_image' })),
      ],
    },
    { type: 'function_call_output', call_id: 'w1', output: /no program goes on/ },
  ])
  t.match((await code.answer(exec('image(1)'))).text, /TypeError: image takes a File/)
})

t.test('the definitions are those that the services take', async t => {
  const code = make(t)
  code.responsesTools satisfies readonly OpenAI.Responses.Tool[]
  code.chatTools satisfies readonly OpenAI.ChatCompletionTool[]
  const [custom, func] = code.responsesTools
  t.match(custom, {
    type: 'custom',
    name: 'exec',
    format: { type: 'grammar', syntax: 'lark', definition: /PRAGMA_LINE/ },
  })
  t.match(func.parameters, {
    required: ['cell_id'],
    properties: { terminate: { type: 'boolean' } },
  })
  t.ok(custom.description.length <= 1024)
  t.match(await code.prompt(), /run it with the tool exec[\s\S]*declare function add/)
  const chat = await code.chatMessages([
    { id: 'a', type: 'custom', custom: { name: 'exec', input: 'text(1)' } },
    { id: 'b', type: 'function', function: { name: 'exec', arguments: '{"input":"text(2)"}' } },
  ])
  t.match(chat, [
    { role: 'tool', tool_call_id: 'a', content: /\n1$/ },
    { role: 'tool', tool_call_id: 'b', content: /\n2$/ },
  ])
})

t.test('in the AI SDK', async t => {
  const code = make(t)
  let turn = 0
  const model = new MockLanguageModelV4({
    async doGenerate() {
      const call = {
        type: 'tool-call' as const,
        toolCallId: 'c',
        toolName: 'exec',
        input: JSON.stringify({ input: 'text(add(20, 22))' }),
      }
      const content = turn++ === 0 ? [call] : [{ type: 'text' as const, text: 'It is 42.' }]
      return {
        content,
        finishReason: { unified: turn === 1 ? 'tool-calls' : 'stop', raw: undefined },
        usage: {
          inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
          outputTokens: { total: 1, text: 1, reasoning: 0 },
        },
        warnings: [],
      }
    },
  })
  const { text } = await generateText({
    model,
    prompt: 'Go',
    tools: code.aiTools,
    stopWhen: isStepCount(3),
  })
  t.equal(text, 'It is 42.')
  t.match(model.doGenerateCalls[1]?.prompt.at(-1), {
    content: [{ output: { type: 'text', value: /Script completed[\s\S]*\n42$/ } }],
  })
})

t.test('a session that could not be prepared is not left behind', async t => {
  const before = await executor.sessions.list()
  const code = make(t, { limits: { maxSourceBytes: 1 } })
  t.match((await code.answer(exec('1'))).text, 'maxSourceBytes')
  t.strictSame(await executor.sessions.list(), before)
})

t.test('closing cancels what goes on, and deletes the session', async t => {
  const before = await executor.sessions.list()
  const code = make(t)
  const { text } = await code.answer(exec('// @exec: {"yield_time_ms": 1}\nask_human("Who?")'))
  const cellId = /cell ID (\S+?)[:\s]/.exec(text)?.[1] as string
  await t.rejects(code.close(), { code: 'SESSION_BUSY' })
  await code.close({ cancel: true })
  t.match(await executor.wait(cellId), { status: 'cancelled' })
  t.strictSame(await executor.sessions.list(), before)
})

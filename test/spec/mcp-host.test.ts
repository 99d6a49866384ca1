/** `/mcp`: programs as a tool of MCP hosts. */

import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import {
  CreateTaskResultV2Schema,
  DetailedTaskV2Schema,
  GetTaskResultV2Schema,
} from '@modelcontextprotocol/ext-tasks/core/v2'
import t from 'tap'
import { fixture, get, post, testDaemon } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { callTool, connectHost, rawRequest } from '../support/mcp-host.ts'
import { stateFolder } from '../support/state-folder.ts'

const daemon = await testDaemon(t, {})
const { url } = daemon
const eras = ['legacy', 'modern'] as const
const longAgo = new Date(0).toISOString()
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkqM9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

for (const era of eras) {
  t.test(`${era}: a host lists the tools and runs programs`, async t => {
    const host = await connectHost(t, url, { era })
    const { tools } = await host.listTools()
    t.strictSame(
      tools.map(({ name }) => name),
      [
        'run_program',
        'wait',
        'read_output',
        'search_tools',
        'describe_tools',
        'cancel',
        'decide_approval',
      ],
    )
    t.match(tools[0]?.description, /declare function human_approval\(/)
    const run = (source: string, more = {}) => callTool(host, 'run_program', { source, ...more })
    t.match(await run(`console.log('a'); ({ b: 2 })`), {
      ...{ status: 'completed', output: { b: 2 }, logs: 'a' },
      text: /"output":\{"b":2\}/,
    })
    t.match(await run('let x: number = 1; x', { language: 'typescript' }), { output: 1 })
    const { body: info } = await get(`${url}/v1/info`)
    t.match(tools[0]?.inputSchema.properties?.language, { type: 'string', enum: info.languages })
    t.ok(info.languages.includes('python'))
    t.match(await run('[n * 2 for n in range(3)]', { language: 'python' }), { output: [0, 2, 4] })
    t.match(await run('1', { language: 'cobol' }), {
      ...{ isError: true, error: { code: 'INVALID_REQUEST', message: /language/ } },
    })
    t.match(await run('new Date(0).getHours()', { timeZone: 'Asia/Tokyo' }), { output: 9 })
    t.match(await run('nope()'), {
      ...{ status: 'failed', isError: true },
      error: { code: 'GUEST_ERROR', line: 1, frame: /nope\(\)\n/, hint: /tools/ },
    })
    t.match(await run('for (;;) {}', { limits: { cpuMs: 20 } }), {
      error: { code: 'LIMIT_EXCEEDED', limit: 'cpuMs' },
    })
    t.match(await callTool(host, 'run_program', { sauce: '1' }), {
      ...{ isError: true, error: { code: 'INVALID_REQUEST', message: /source/ } },
    })
    t.match(await run('1', { limits: { nonsense: 1 } }), {
      ...{ isError: true, error: { code: 'INVALID_REQUEST', message: /nonsense/ } },
    })
    const tooMuch = await run('1', { limits: { cpuMs: 1e9 } })
    t.equal(JSON.stringify(tooMuch.error).split('cpuMs').length, 2, 'it is said once')
    await t.rejects(callTool(host, 'no_such_tool'), { code: -32602 })
  })

  t.test(`${era}: progress of a program, and its end by the host's cancellation`, async t => {
    const host = await connectHost(t, url, { era })
    const messages: string[] = []
    const answer = await host.callTool(
      { name: 'run_program', arguments: { source: `print('begun'); sleep(1300); 5` } },
      { onprogress: ({ message }) => messages.push(message ?? '') },
    )
    t.match(answer.structuredContent, { status: 'completed', output: 5 })
    t.match(messages.join(), /begun,calls sleep,sleep: completed/)
    const cancel = new AbortController()
    const source = `sleep(60_000) // ${era}`
    const cut = host.callTool(
      { name: 'run_program', arguments: { source } },
      { signal: cancel.signal, onprogress: () => cancel.abort() },
    )
    await t.rejects(cut)
    const list = () => get(`${url}/v1/executions?limit=5`)
    await eventually(list, ({ body }) =>
      body.data.some(
        ({ sourceLine, status }: { sourceLine: string; status: string }) =>
          sourceLine === source && status === 'cancelled',
      ),
    )
  })

  t.test(`${era}: a pending approval is put to the person at the host`, async t => {
    const questions: string[] = []
    const answers: object[] = [
      { action: 'accept', content: { decision: 'approve', reason: 'fine' } },
      { action: 'decline' },
      { action: 'accept', content: { answer: 'blue' } },
      { action: 'cancel' },
    ]
    const host = await connectHost(t, url, {
      era,
      onQuestion: ({ message }) => {
        questions.push(message)
        return answers.shift() as object
      },
    })
    const source = `const { approved, reason } = human_approval('first'); [approved, reason, human_approval('second').approved, ask_human('Which colour?')]`
    t.match(await callTool(host, 'run_program', { source }), {
      ...{ status: 'completed', output: [true, 'fine', false, 'blue'] },
    })
    t.strictSame(questions, [
      'Approve human_approval? first',
      'Approve human_approval? second',
      'Which colour?',
    ])
    const dismissed = await callTool(host, 'run_program', { source: `human_approval('third')` })
    t.match(dismissed, { status: 'waiting', hint: /call wait/ }, 'a dismissed question stays open')
    const { approvalId, executionId } = dismissed
    t.match(
      await callTool(host, 'decide_approval', { approvalId, decision: 'reject', reason: 'no' }),
      {
        status: 'rejected',
      },
    )
    t.match(await callTool(host, 'wait', { executionId, waitMs: 10_000 }), {
      output: { approved: false, reason: 'no' },
    })
  })

  t.test(`${era}: a host that cannot ask gets a handle, and goes on with wait`, async t => {
    const host = await connectHost(t, url, { era })
    const answer = await callTool(host, 'run_program', { source: `human_approval('x').approved` })
    t.match(answer, { status: 'waiting', approvals: [{ tool: 'human_approval', question: 'x' }] })
    const { executionId, approvalId } = answer
    t.match(await callTool(host, 'wait', { executionId, waitMs: 0 }), { status: 'waiting' })
    await post(`${url}/v1/approvals/${approvalId}`, { decision: 'approve' })
    t.match(await callTool(host, 'wait', { executionId, waitMs: 10_000 }), { output: true })
    t.match(await callTool(host, 'wait', { executionId: 'exe_none' }), {
      ...{ isError: true, error: { code: 'NOT_FOUND' } },
    })
    const other = await callTool(host, 'run_program', { source: `human_approval('y')` })
    t.match(await callTool(host, 'cancel', { executionId: other.executionId }), {
      status: 'cancelled',
    })
  })
}

const unfitContents: object[] = [
  ...['rejected', 'Reject', 'deny', 'zzz', '', false, null].map(decision => ({ decision })),
  ...[{ approve: 'no' }, { approve: false }, {}, { decision: 'approve', reason: 5 }],
]
const unfitAnswers: object[] = [
  ...unfitContents.map(content => ({ action: 'accept', content })),
  ...[{ action: 'accept' }, { action: 'accept', content: 'approve' }, { action: 'yes' }, {}],
  ...[{ result: { action: 'accept', content: { decision: 'approve' } } }],
]
const stillOpen = async (approvalId: string) =>
  (await get(`${url}/v1/approvals/${approvalId}`)).body.status === 'pending'
const elicitation = (params: Record<string, unknown>) =>
  rawRequest(url, 'tools/call', params, {}, { elicitation: {} })

t.test('an answer that does not fit the form of its question decides nothing', async t => {
  const program = {
    name: 'run_program',
    arguments: { source: `[human_approval('q').approved, ask_human('Which?')]` },
  }
  const { result: asking } = await elicitation(program)
  const { requestState, inputRequests } = asking
  const [[approvalId, { params }]] = Object.entries(inputRequests) as [[string, { params: object }]]
  t.strictSame(params, {
    mode: 'form',
    message: 'Approve human_approval? q',
    requestedSchema: {
      type: 'object',
      properties: {
        decision: { type: 'string', title: 'Decision', enum: ['approve', 'reject'] },
        reason: { type: 'string', title: 'Reason', description: 'The program gets it' },
      },
      required: ['decision'],
    },
  })
  for (const answer of unfitAnswers) {
    const { result } = await elicitation({
      ...program,
      requestState,
      inputResponses: { [approvalId]: answer },
    })
    const error = { code: 'INVALID_REQUEST', message: new RegExp(`Cannot decide ${approvalId}: `) }
    t.match(
      result,
      {
        isError: true,
        structuredContent: { status: 'waiting', executionId: requestState, approvalId, error },
      },
      JSON.stringify(answer),
    )
    t.ok(await stillOpen(approvalId), JSON.stringify(answer))
  }
  const approved = { [approvalId]: { action: 'accept', content: { decision: 'approve' } } }
  const next = await elicitation({ ...program, requestState, inputResponses: approved })
  const [question] = Object.keys(next.result.inputRequests) as [string]
  const wordless = { [question]: { action: 'accept', content: {} } }
  t.match(await elicitation({ ...program, requestState, inputResponses: wordless }), {
    result: { isError: true, structuredContent: { error: { message: /content\.answer: / } } },
  })
  const words = { [question]: { action: 'accept', content: { answer: 'this' } } }
  t.match(await elicitation({ ...program, requestState, inputResponses: words }), {
    result: { structuredContent: { output: [true, 'this'] } },
  })
})

t.test(
  'an answer to a task that does not fit its form is an error, and decides nothing',
  async t => {
    const { result } = await rawRequest(url, 'tools/call', {
      name: 'run_program',
      arguments: { source: `human_approval('q').approved` },
    })
    const { taskId } = result
    const asking = await eventually(
      async () => (await rawRequest(url, 'tasks/get', { taskId })).result,
      ({ status }) => status === 'input_required',
    )
    const [approvalId] = Object.keys(asking.inputRequests) as [string]
    for (const answer of unfitAnswers) {
      const inputResponses = { [approvalId]: answer }
      t.match(
        await rawRequest(url, 'tasks/update', { taskId, inputResponses }),
        { error: { code: -32602, message: new RegExp(`Cannot decide ${approvalId}: `) } },
        JSON.stringify(answer),
      )
      t.ok(await stillOpen(approvalId), JSON.stringify(answer))
    }
    await rawRequest(url, 'tasks/cancel', { taskId })
  },
)

t.test('an answer of a session that does not fit its form decides nothing', async t => {
  // The library of the host sends no answers without an action, and none in another form.
  const sendable = unfitContents.filter(content => !('decision' in content) || content.decision)
  const answers = [
    ...sendable.map(content => ({ action: 'accept', content })),
    { action: 'accept' },
  ]
  let answer: object | undefined
  const host = await connectHost(t, url, { era: 'legacy', onQuestion: () => answer as object })
  answer = { action: 'cancel' }
  const { executionId, approvalId } = await callTool(host, 'run_program', {
    source: `human_approval('q').approved`,
  })
  for (answer of answers) {
    t.match(
      await callTool(host, 'wait', { executionId }),
      {
        ...{ isError: true, status: 'waiting' },
        error: { code: 'INVALID_REQUEST', message: new RegExp(`Cannot decide ${approvalId}: `) },
      },
      JSON.stringify(answer),
    )
    t.ok(await stillOpen(approvalId), JSON.stringify(answer))
  }
  answer = { action: 'accept', content: { decision: 'reject' } }
  t.match(await callTool(host, 'wait', { executionId }), { output: false })
})

t.test('a long output is cut for a model, and read in parts', async t => {
  const host = await connectHost(t, url)
  const source = `print('l'.repeat(100_000)); '🙂'.repeat(30_000) + 'end'`
  const answer = await callTool(host, 'run_program', { source })
  t.ok(Buffer.byteLength(answer.text) <= 40_000, `${Buffer.byteLength(answer.text)} bytes`)
  t.match(answer.logs, /l\n… \d+ characters left out; read_output\(.*\) reads them …\nl/)
  t.match(
    answer.output,
    /^🙂+\n… \d+ characters left out; read_output\(.*\) reads them …\n🙂+end$/u,
  )
  const [, given] = /read_output\((.*)\) reads/.exec(answer.output) ?? []
  let { executionId, from, to } = JSON.parse(given as string)
  let middle = ''
  while (from < to) {
    const part = await callTool(host, 'read_output', { executionId, from, to })
    t.ok(Buffer.byteLength(part.text) <= 40_000)
    const { text } = JSON.parse(part.text)
    middle += text
    from += text.length
  }
  const [head, tail] = answer.output.split(/\n….*…\n/u)
  t.equal(head + middle + tail, `${'🙂'.repeat(30_000)}end`)
})

t.test('what a program gives out is an image to look at, and a link to each file', async t => {
  const host = await connectHost(t, url)
  const source = `
    const png = Uint8Array.from(atob('${PNG}'), c => c.charCodeAt(0))
    emit(new File([png], 'shot.png', { type: 'image/png' }))
    emit(new File(['a,b'], 'rows.csv', { type: 'text/csv' }))
    1`
  const { content } = await host.callTool({ name: 'run_program', arguments: { source } })
  const [text, image, ...links] = content as { type: string; uri: string }[]
  t.match(text, { type: 'text', text: /"files":\[\{"fileId"/ })
  t.strictSame(image, { type: 'image', mimeType: 'image/png', data: PNG })
  t.match(links, [
    { type: 'resource_link', name: 'shot.png', mimeType: 'image/png', size: 70 },
    { type: 'resource_link', name: 'rows.csv', mimeType: 'text/csv', size: 3 },
  ])
  const read = async (uri: string) => (await host.readResource({ uri })).contents[0]
  t.match(await read(links[0]?.uri as string), { mimeType: 'image/png', blob: PNG })
  t.match(await read(links[1]?.uri as string), { mimeType: 'text/csv', text: 'a,b' })
  await t.rejects(host.readResource({ uri: 'latchd://files/fil_none' }), { code: -32602 })
})

t.test('an execution is a task of a host that speaks tasks', async t => {
  const call = (source: string) =>
    rawRequest(url, 'tools/call', { name: 'run_program', arguments: { source } })
  const quick = await call('1 + 1')
  t.match(quick.result, { resultType: 'complete', structuredContent: { output: 2 } })
  const { result: created } = await call(`[human_approval('task').approved, sleep(10)]`)
  t.strictSame(
    stripMeta(CreateTaskResultV2Schema.parse(created)),
    stripMeta(created),
    'it is what the schema says, and no more',
  )
  const { taskId } = created
  t.equal(
    (await get(`${url}/v1/executions/${taskId}`)).status,
    200,
    'its id is that of the execution',
  )
  const { result: asking } = await rawRequest(url, 'tasks/get', { taskId })
  t.ok(GetTaskResultV2Schema.safeParse(asking).success)
  t.match(asking, { resultType: 'complete', status: 'input_required' })
  const [[key, request]] = Object.entries(asking.inputRequests) as [[string, unknown]]
  t.match(request, { method: 'elicitation/create', params: { message: /task/ } })
  const answers = {
    other: { action: 'accept' },
    [key]: { action: 'accept', content: { decision: 'approve' } },
  }
  t.match(await rawRequest(url, 'tasks/update', { taskId, inputResponses: answers }), {
    result: { resultType: 'complete' },
  })
  const ended = await eventually(
    async () => (await rawRequest(url, 'tasks/get', { taskId })).result,
    ({ status }) => status === 'completed',
  )
  t.ok(DetailedTaskV2Schema.safeParse(stripMeta(ended)).success)
  t.match(ended.result.structuredContent, { status: 'completed', output: [true, null] })
  t.ok(ended.createdAt > longAgo && ended.lastUpdatedAt >= ended.createdAt)

  const { result: second } = await call('sleep(60_000)')
  t.match(await rawRequest(url, 'tasks/cancel', { taskId: second.taskId }), { result: {} })
  t.match(await rawRequest(url, 'tasks/get', { taskId: second.taskId }), {
    result: { status: 'cancelled' },
  })
  const failed = await call(`sleep(1200); throw new Error('late')`)
  const over = await eventually(
    async () => (await rawRequest(url, 'tasks/get', { taskId: failed.result.taskId })).result,
    ({ status }) => status !== 'working',
  )
  t.match(
    over,
    { status: 'completed', result: { isError: true } },
    "a program's failure is a result",
  )
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
    const params = { taskId: 'exe_none', ...(method === 'tasks/update' && { inputResponses: {} }) }
    t.match(await rawRequest(url, method, params), { error: { code: -32602 } }, method)
    t.match(
      await rawRequest(url, method, params, {}),
      { error: { code: -32021 } },
      `${method}, not declared`,
    )
  }
})

t.test('resources and the prompt', async t => {
  const host = await connectHost(t, url)
  const { executionId } = await callTool(host, 'run_program', { source: '6 * 7' })
  const uri = `latchd://executions/${executionId}`
  const { contents } = await host.readResource({ uri })
  t.match(JSON.parse((contents[0] as { text: string }).text), {
    executionId,
    output: { value: 42 },
  })
  await t.rejects(host.readResource({ uri: 'latchd://executions/exe_none' }), { code: -32602 })
  const { resourceTemplates } = await host.listResourceTemplates()
  t.match(resourceTemplates, [
    { uriTemplate: 'latchd://executions/{executionId}' },
    { uriTemplate: 'latchd://files/{fileId}' },
  ])
  await callTool(host, 'run_program', { source: `human_approval('durable')` })
  const { resources } = await host.listResources()
  t.ok(
    resources.length > 0 && resources.every(one => one.uri.startsWith('latchd://executions/exe_')),
  )
  const { prompts } = await host.listPrompts()
  t.match(prompts, [{ name: 'programs' }])
  const { messages } = await host.getPrompt({ name: 'programs' })
  t.match(
    (messages as { content: { text: string } }[])[0]?.content.text,
    /A program is one script[\s\S]*declare function sleep/,
  )
})

t.test('the conformance suite: what does not need tools of its own', async t => {
  const folder = stateFolder(t)
  const needsOwn = [
    ...['completion-complete', 'logging-set-level', 'json-schema-2020-12'],
    ...[
      'tools-call-simple-text',
      'tools-call-image',
      'tools-call-audio',
      'tools-call-embedded-resource',
    ],
    ...['tools-call-mixed-content', 'tools-call-with-logging', 'tools-call-error'],
    ...['tools-call-with-progress', 'tools-call-sampling', 'tools-call-elicitation'],
    ...['elicitation-sep1034-defaults', 'elicitation-sep1330-enums'],
    ...['resources-read-text', 'resources-read-binary', 'resources-templates-read'],
    ...[
      'resources-subscribe',
      'resources-unsubscribe',
      'prompts-get-simple',
      'prompts-get-with-args',
    ],
    ...['prompts-get-embedded-resource', 'prompts-get-with-image'],
  ]
  const baseline = join(folder, 'baseline.yml')
  writeFileSync(baseline, `server:\n${needsOwn.map(name => `  - ${name}\n`).join('')}`)
  const main = resolve(
    import.meta.dirname,
    '../../node_modules/@modelcontextprotocol/conformance/dist/index.js',
  )
  const args = [main, 'server', '--url', `${url}/mcp`, '--expected-failures', baseline]
  const { stdout } = await promisify(execFile)(process.execPath, args).catch(error => {
    throw new Error(`${error.stdout}${error.stderr}`.slice(-3000))
  })
  t.match(stdout, /server-initialize/)
})

t.test('tokens, scopes, Host and Origin are those of the API', async t => {
  const secret = (name: string) => `the-long-secret-of-${name}`
  const own = await testDaemon(t, {
    LATCHD_TOKENS: `all:${secret('all')},run:${secret('run')}:execute,read:${secret('read')}:read`,
    LATCHD_TOOLS: fixture('tools/one-tool.ts'),
  })
  const plain = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const body = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }
  t.equal((await post(`${own.url}/mcp`, body, plain)).status, 401)
  const foreign = {
    ...plain,
    authorization: `Bearer ${secret('all')}`,
    origin: 'https://evil.example',
  }
  t.equal((await post(`${own.url}/mcp`, body, foreign)).status, 403)

  const all = await connectHost(t, own.url, { token: secret('all'), era: 'legacy' })
  const run = await connectHost(t, own.url, { token: secret('run') })
  const read = await connectHost(t, own.url, { token: secret('read') })
  const names = async (host: typeof all) => (await host.listTools()).tools.map(({ name }) => name)
  t.ok((await names(all)).includes('decide_approval'))
  t.notOk((await names(run)).includes('decide_approval'))
  t.match(await callTool(run, 'run_program', { source: 'double(21)' }), { output: 42 })
  t.match(await callTool(read, 'run_program', { source: '1' }), {
    isError: true,
    error: { code: 'FORBIDDEN' },
  })

  // What a token may not decide, its host is not asked about either.
  const asking = await connectHost(t, own.url, {
    token: secret('run'),
    onQuestion: () => ({ action: 'accept' }),
  })
  const waiting = await callTool(asking, 'run_program', { source: `human_approval('x').approved` })
  t.equal(waiting.status, 'waiting')
  const { executionId, approvalId } = waiting
  t.match(await callTool(run, 'decide_approval', { approvalId, decision: 'approve' }), {
    ...{ isError: true, error: { code: 'FORBIDDEN' } },
  })
  const other = await connectHost(t, own.url, { token: secret('read') })
  t.match(await callTool(other, 'wait', { executionId }), {
    isError: true,
    error: { code: 'NOT_FOUND' },
  })

  const initialize = {
    ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
    params: {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: { name: 'x', version: '1' },
    },
  }
  const started = await fetch(`${own.url}/mcp`, {
    method: 'POST',
    headers: { ...plain, authorization: `Bearer ${secret('all')}` },
    body: JSON.stringify(initialize),
  })
  await started.text()
  const session = { 'mcp-session-id': started.headers.get('mcp-session-id') as string }
  const asOther = { ...plain, ...session, authorization: `Bearer ${secret('run')}` }
  t.equal(
    (await post(`${own.url}/mcp`, body, asOther)).status,
    404,
    'a session is of its token alone',
  )
})

function stripMeta<T extends object>(result: T): Omit<T, '_meta'> {
  const { _meta, ...rest } = result as T & { _meta?: unknown }
  return rest as Omit<T, '_meta'>
}

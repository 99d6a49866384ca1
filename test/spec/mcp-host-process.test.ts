/** Approvals that MCP hosts decide after their daemon was killed; and hosts that start latchd themselves. */

import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import t from 'tap'
import { commandFile } from '../support/built.ts'
import { startHere } from '../support/command-here.ts'
import { startProcess } from '../support/command-process.ts'
import { testDaemon } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { callTool, connectHost, rawRequest } from '../support/mcp-host.ts'
import { serve } from '../support/running-command.ts'
import { stateFolder } from '../support/state-folder.ts'

t.test(
  'an approval is decided after the daemon was killed and started again: by task, by question, by wait',
  async t => {
    const state = ['--state-dir', stateFolder(t)]
    const first = await serve(startProcess, t, state)
    const source = (name: string) =>
      `const seen = []; seen.push('${name}'); seen.push(human_approval('${name}').approved); seen`
    const begun = { name: 'run_program', arguments: { source: source('task') } }
    const { result: task } = await rawRequest(first.url, 'tools/call', begun)
    const cannotAsk = await connectHost(t, first.url)
    const byQuestion = await callTool(cannotAsk, 'run_program', { source: source('question') })
    const byWait = await callTool(cannotAsk, 'run_program', { source: source('wait') })
    // A question that is on the screen when the daemon is killed: its answer goes to the next one.
    const open = await rawRequest(
      first.url,
      'tools/call',
      { ...begun, arguments: { source: source('open') } },
      {},
    )
    t.match(open.result, { structuredContent: { status: 'waiting' } })
    first.signal('SIGKILL' as never)
    await first.ended

    const second = await serve(startProcess, t, state)
    const { url } = second
    const { taskId } = task
    const { result: asking } = await rawRequest(url, 'tasks/get', { taskId })
    t.equal(asking.status, 'input_required')
    const [key] = Object.keys(asking.inputRequests) as [string]
    const inputResponses = { [key]: { action: 'accept', content: { decision: 'approve' } } }
    await rawRequest(url, 'tasks/update', { taskId, inputResponses })
    const ended = await eventually(
      async () => (await rawRequest(url, 'tasks/get', { taskId })).result,
      ({ status }) => status === 'completed',
    )
    t.strictSame(ended.result.structuredContent.output, ['task', true])

    const asked: string[] = []
    const onQuestion = ({ message }: { message: string }) => {
      asked.push(message)
      return { action: 'accept', content: { decision: 'approve' } }
    }
    for (const [era, { executionId }] of [
      ['modern', byQuestion],
      ['legacy', open.result.structuredContent],
    ] as const) {
      const host = await connectHost(t, url, { era, onQuestion })
      const answer = await callTool(host, 'wait', { executionId, waitMs: 20_000 })
      t.match(answer.output, [/question|open/, true])
    }
    t.strictSame(asked, ['Approve human_approval? question', 'Approve human_approval? open'])

    const host = await connectHost(t, url)
    const { executionId, approvalId } = byWait
    await callTool(host, 'decide_approval', { approvalId, decision: 'reject' })
    const answer = await callTool(host, 'wait', { executionId, waitMs: 20_000 })
    t.strictSame(answer.output, ['wait', false])
  },
)

t.test('latchd mcp: a host starts it, on a daemon', async t => {
  const daemon = await testDaemon(t)
  const transport = new StdioClientTransport({
    command: 'env',
    // tap has its own code loaded into every child.
    args: ['-u', 'NODE_OPTIONS', process.execPath, commandFile, 'mcp', '--url', daemon.url],
    stderr: 'pipe',
  })
  let said = ''
  transport.stderr?.on('data', chunk => {
    said += chunk
  })
  const mode = { pin: '2026-07-28' } as const
  const client = new Client({ name: 'host', version: '1' }, { versionNegotiation: { mode } })
  await client.connect(transport)
  t.match(await callTool(client, 'run_program', { source: '6 * 7' }), { output: 42 })
  const { tools } = await client.listTools()
  t.ok(tools.some(({ name }) => name === 'decide_approval'))
  t.match(said, `running programs on the daemon at ${daemon.url}`)
  await client.close()
})

t.test(
  'latchd mcp without a daemon has one of its own, and answers what a script has written before it closed the pipe',
  async t => {
    const request = (id: number, method: string, params: object) =>
      `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`
    const input = [
      request(1, 'initialize', {
        protocolVersion: '2025-06-18',
        capabilities: {},
        clientInfo: { name: 'script', version: '1' },
      }),
      'this is no message\n',
      request(2, 'tools/call', { name: 'run_program', arguments: { source: `sleep(50); 'late'` } }),
    ].join('')
    const { code, stdout, stderr } = await startHere(t, ['mcp', '--log-level', 'silent'], { input })
      .ended
    t.equal(code, 0, stderr)
    t.match(stderr, /running programs in this process/)
    const answers = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    t.match(answers, [
      { id: 1, result: { protocolVersion: '2025-06-18', serverInfo: { name: 'latchd' } } },
      { id: 2, result: { structuredContent: { output: 'late' } } },
    ])
  },
)

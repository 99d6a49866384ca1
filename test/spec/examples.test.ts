import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { decide } from '../../sdk/examples/demo/decisions.ts'
import { Latchd } from '../../sdk/index.ts'
import { runScript } from '../support/child-script.ts'
import { testDaemon } from '../support/daemon.ts'

const examples = new URL('../../sdk/examples/', import.meta.url)

const outputs: Record<string, unknown> = {
  '01-no-await.js': 'Ada, it is 19 °C in Paris',
  '02-concurrent.js': ['London: rain', 'Paris: clouds', 'Tokyo: sun'],
  '03-weather-and-money.js': {
    mean: 19,
    go_to: 'Tokyo',
    fahrenheit: 75.2,
    hundred_dollars: '15120 JPY',
  },
  '04-database.js': { cheap: ['pen', 'book'], stillCheap: ['pen'], left: 0 },
  '05-files.js': { lines: ['first line', 'second line'], missing: 'FileError ENOENT' },
  '06-parallel-tools.js': {
    total_calls: 4,
    successful_calls: 3,
    failed_calls: 1,
    reason: 'No user nobody',
  },
  '07-budgets.js': ['Alice: 100 over', 'Bob: 50 over'],
  '08-stream.js': [10, 9, 8],
  '09-typed.ts': 'Tokyo',
  '10-approval.js': 'Deleted: local agreed',
  '11-five-approvals.js': [
    'order_1: 20 EUR refunded',
    'ApprovalRejectedError: 900 is too much',
    'order_3: 35 EUR refunded',
    'order_4: 10 EUR refunded',
    'order_5: 55 EUR refunded',
  ],
  '12-haggle.js': { offers: [100, 90, 80], bought_for: 80, by: 'local' },
}

t.test('each example program gives its value through the client', async t => {
  const { url } = await testDaemon(t, {
    LATCHD_TOOLS: fileURLToPath(new URL('tools.ts', examples)),
  })
  const latchd = new Latchd({ url, onApproval: decide })
  t.strictSame(readdirSync(new URL('programs/', examples)).sort(), Object.keys(outputs))
  for (const [file, output] of Object.entries(outputs)) {
    const source = readFileSync(new URL(`programs/${file}`, examples), 'utf8')
    const outcome = await latchd.execute({
      source,
      language: file.endsWith('.ts') ? 'typescript' : 'javascript',
    })
    t.strictSame('error' in outcome ? outcome.error : outcome.output, output, file)
  }
})

t.test('each program of the example session finds what the one before has left', async t => {
  const { url } = await testDaemon(t)
  const session = await new Latchd({ url }).sessions.create()
  const values: unknown[] = []
  for (const file of readdirSync(new URL('session/', examples)).sort()) {
    const source = readFileSync(new URL(`session/${file}`, examples), 'utf8')
    values.push((await session.executeOrThrow({ source })).output)
  }
  t.strictSame(values, [1, 17])
})

t.test('the demo runs them all, through the loss of its daemon', async t => {
  const { code, stdout, stderr } = await runScript('sdk/examples/demo.ts')
  t.strictSame([code, stderr], [0, ''])
  t.match(
    stdout,
    /killing the daemon \(SIGKILL\)[\s\S]*listening on [^\n]*again[\s\S]*bought_for: 80/,
  )
  for (const line of stdout.split('\n')) t.ok(line.length <= 80, line)
  for (const part of stdout.split('\n\n')) t.ok(part.split('\n').length <= 30, part)
  t.match(stdout, /\n▸ now try\n {4}npm start /)
  t.match(
    stdout,
    /final answer {2}"Tokyo, 24 °C"\n[^\n]*\n\n▸ the notebook [^\n]*\["Tokyo is the warmest"\]/,
  )
  t.match(stdout, /^▸ (\d+) of \1 programs completed in [\d.]+ s$/m)
})

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { Latchd } from '../../sdk/index.ts'
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
}

t.test('each example program gives its value through the client', async t => {
  const { url } = await testDaemon(t, {
    LATCHD_TOOLS: fileURLToPath(new URL('tools.ts', examples)),
  })
  const latchd = new Latchd({ url })
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

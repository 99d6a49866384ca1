/**
 * Runs the suites that attack latchd at both levels of isolation, several times in a row, and exits
 * with 1 when an attack gets through.
 *
 *     npm run attacks -- --times 3
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { parseArgs } from 'node:util'
import { isolationLevels } from '../../protocol/execution/isolation.ts'

/** Of escape, of resources, and of the API. */
const suites = [
  'test/escape/{,python/}*.test.ts',
  'test/python/limits.test.ts',
  'test/spec/{hostile-programs,limits,patched-builtins,worker-loss,isolation}.test.ts',
  'test/spec/{api-*,audit,redaction,fetch-url,outbound-attacks,webhooks}.test.ts',
]

const { values } = parseArgs({ options: { times: { type: 'string', default: '1' } } })
const times = Number(values.times)
if (!Number.isInteger(times) || times < 1) {
  console.error('attacks: --times is a whole number from 1')
  process.exit(2)
}

for (let time = 1; time <= times; time++) {
  for (const isolation of isolationLevels) {
    const { isPassed, summary, failures } = await run(isolation)
    console.log(`${time} of ${times}, ${isolation}: ${summary}`)
    for (const line of failures) console.error(line)
    if (!isPassed) process.exitCode = 1
  }
}

async function run(isolation: string) {
  const args = ['run', '--jobs=2', '--timeout=300', '--reporter=tap', ...suites]
  const child = spawn('tap', args, {
    env: { ...process.env, TEST_ISOLATION: isolation, TEST_LENGTH: 'long' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exit = once(child, 'exit')
  const lines = (await text(child.stdout)).split('\n')
  const [code] = await exit
  return {
    isPassed: code === 0,
    summary: lines.findLast(line => line.startsWith('# {')) ?? `tap has ended with ${code}`,
    failures: lines.filter(line => /^\s*not ok/.test(line)),
  }
}

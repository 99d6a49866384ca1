import t from 'tap'
import { createParkingExecutor } from '../../executor/embedded/create-executor.ts'
import type { Outcome } from '../../protocol/execution/executor.ts'
import { toolFree, withTools } from './corpus.ts'
import { pythonExecutor } from './python-executor.ts'
import { shapes } from './shapes.ts'

const one = (name: string) => ({ type: 'object', properties: { [name]: {} } })
const tools = {
  slow: {
    description: 'Gives its value back',
    inputSchema: one('value'),
    execute: async ({ value }: { value: unknown }) => {
      await new Promise(resolve => setTimeout(resolve, 5))
      return value
    },
  },
  fetch_url: {
    description: 'Fetches',
    inputSchema: one('url'),
    execute: async ({ url }: { url: string }) => JSON.stringify({ login: 'octo', url }),
  },
  human_approval: {
    description: 'Asks',
    inputSchema: one('action'),
    execute: async ({ action }: { action: string }) => `approved: ${action}`,
  },
  boom: async () => {
    throw new Error('kaputt')
  },
  count: async function* () {
    yield 1
    yield 2
  },
}

const whole = pythonExecutor(t, { tools: tools as never })
const parked = pythonExecutor(t, { tools: tools as never }, createParkingExecutor)

t.test('a program that is torn down at every wait gives what it gives in one go', async t => {
  const programs = {
    ...withTools,
    ...Object.fromEntries(Object.entries(shapes).map(([name, { source }]) => [name, source])),
    stream: 'print("a")\n[i + 1 for i in count()]',
    'an asynchronous stream':
      'out = []\nasync for i in count():\n    out.append(await slow(i))\nout',
    'a function and a handler': `def ask(i):
    try:
        return slow(i) + boom()
    except ToolError as e:
        return slow(f"{i} {e}")
    finally:
        print("asked", i)
[ask(i) for i in range(2)]`,
    clocks: `import time, random, uuid, os
a = [time.time(), random.random(), str(uuid.uuid4()), os.urandom(4)]
slow(1)
a[1] == a[1] and slow(2)
time.sleep(0.01)
[len(a), slow(3)]`,
  }
  for (const [name, source] of Object.entries(programs)) {
    const expected = await whole.run(source)
    const found = await parked.run(source)
    t.strictSame(found.output, expected.output, name)
    t.equal(found.error, expected.error, name)
    t.strictSame(found.logs, expected.logs, name)
  }
})

t.test('a resumed program sees the same times and the same random values', async t => {
  const source = `import time, random, uuid, os, secrets, datetime
before = [time.time(), random.random(), str(uuid.uuid4()), os.urandom(4).hex(), secrets.token_hex(4)]
print(before)
slow(1)
print(before, time.time() - before[0] > 0)
slow(2)
before[2]`
  const { logs, outcome } = await parked.run(source)
  t.equal(logs.length, 2)
  t.equal(logs[1], `${logs[0]} True`)
  t.ok((outcome.usage?.resumes ?? 0) >= 2)
})

t.test('programs without tools are not changed by the place where they run', async t => {
  for (const [name, source] of Object.entries(toolFree)) {
    t.strictSame((await parked.run(source)).output, (await whole.run(source)).output, name)
  }
})

t.test(
  'a session whose programs are torn down at every wait leaves what it leaves in one go',
  async t => {
    const programs = [
      'seen = [slow(1)]\ndef ask(i):\n    seen.append(slow(i))\n    return len(seen), id(seen)',
      'ask(2)',
      'print(ask(3))\nboom()',
      '[i for i in count()], ask(4), seen',
    ]
    const [expected, found] = await Promise.all(
      [whole, parked].map(async ({ executor }) => {
        const session = await executor.sessions.create()
        const outcomes = []
        for (const source of programs) {
          const outcome = await session.execute({ source, language: 'python' })
          const { status, logs } = outcome
          outcomes.push({ status, logs: logs.map(({ text }) => text), ...outputOf(outcome) })
        }
        return outcomes
      }),
    )
    t.strictSame(found, expected)
  },
)

const outputOf = (outcome: Outcome) =>
  outcome.status === 'completed' ? { output: outcome.output } : {}

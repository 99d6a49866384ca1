import t from 'tap'
import { limitTable } from '../../protocol/limits.ts'
import { pythonBombs } from '../escape/attempts/python.ts'
import { pythonExecutor } from './python-executor.ts'

const { run, executor } = pythonExecutor(t, {
  tools: {
    num: async (n: unknown) => {
      return n
    },
    wide: async () => 'x'.repeat(3_000_000),
    never: async () => await new Promise(() => {}),
  } as never,
})

/** The next program on the same worker is right, whatever the last one did. */
async function isWell(t: { strictSame(found: unknown, wanted: unknown, text: string): unknown }) {
  const { output } = await run(
    'import json\n[num(1), json.loads("[2]"), open("/tmp/a", "w").write("abc")]',
  )
  t.strictSame(output, [1, [2], 3], 'the next program is right')
}

const bounds = { maxCalls: 50, maxOutputBytes: 1_000_000, memoryBytes: 32_000_000 }

for (const [what, source, expected] of pythonBombs) {
  t.test(`a program ends within its limits: ${what}`, async t => {
    // What another bound ends has time to come to it, on a busy machine too.
    const isTimed = 'limit' in expected && String(expected.limit).includes('cpuMs')
    const { outcome } = await run(source, { limits: { ...bounds, cpuMs: isTimed ? 250 : 10_000 } })
    t.match(outcome, { status: 'failed', error: expected })
    await isWell(t)
  })
}

t.test('a loop in C that does not poll costs its thread, and no other program', async t => {
  const { outcome } = await run('sum(range(10**12))', { limits: { cpuMs: 200 } })
  t.match(outcome, { status: 'failed', error: { code: 'LIMIT_EXCEEDED', limit: 'cpuMs' } })
  await isWell(t)
})

t.test('data may be nested as deep as memory allows', async t => {
  const source =
    'x = None\nfor i in range(100_000): x = [x]\nimport json\nx = len(json.dumps(x))\nx'
  t.equal((await run(source)).output, 200_004)
})

t.test('a MemoryError can be caught', async t => {
  const source = 'try:\n    x = bytearray(10**9)\nexcept MemoryError:\n    x = "caught"\nx'
  t.equal((await run(source)).output, 'caught')
  await isWell(t)
})

t.test('errors of limits of a call are thrown in the program', async t => {
  const { maxCallBytes } = limitTable
  const source = `try:
    num("x" * ${maxCallBytes.default + 10})
except ToolError as e:
    out = e.message
out`
  t.match((await run(source)).output, /Cannot send call arguments: \d+ bytes, limit maxCallBytes/)
  t.match((await run('len(wide())')).output, 3_000_000)
  const late = await run(
    'try:\n    never()\nexcept TimeoutError as e:\n    out = type(e).__name__\nout',
    {
      limits: { callMs: 20 },
    },
  )
  t.equal(late.output, 'ToolTimeoutError')
})

t.test('a log is cut, with a marker', async t => {
  const { outcome } = await run('for i in range(1000): print("x" * 100)', {
    limits: { maxLogBytes: 2000 },
  })
  t.match(outcome.logs.at(-1), { level: 'warn', text: /bytes of logs cut at maxLogBytes 2000/ })
})

t.test('a running and a waiting program can be cancelled', async t => {
  for (const source of [
    'while True: pass',
    'never()',
    'import asyncio\nawait asyncio.gather(never(), never())',
    'import time\ntime.sleep(1000)',
  ]) {
    const abort = new AbortController()
    const ended = executor.execute({
      source: `print("on")\n${source}`,
      language: 'python',
      signal: abort.signal,
    })
    setTimeout(() => abort.abort(), 20)
    t.match(await ended, { status: 'cancelled' }, source)
  }
  await isWell(t)
})

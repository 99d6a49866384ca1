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

t.test('files of a program have no more room than theirs, however they are written', async t => {
  const writes = [
    'open(f"f{i}", "wb").write(b"x" * 1_000_000)',
    'open("f", "ab").write(b"x" * 1_000_000)',
    'open(f"f{i}", "wb").truncate(1_000_000)',
    'f = open(f"f{i}", "wb"); f.write(b"x"); f.seek(999_999); f.write(b"x"); f.flush()',
    'kept = globals().setdefault("kept", []); f = open("f", "wb", 0); kept.append(f); f.write(b"x" * 1_000_000); os.unlink("f")',
  ]
  for (const write of writes) {
    const source = `import os\nwritten = 0\ntry:\n    for i in range(60):\n        ${write}\n        written += 1\nexcept OSError as error:\n    why = error.strerror\n[written, why]`
    const { output, error } = await run(source)
    t.equal(error, undefined, write)
    const [written, why] = (output ?? [0, '']) as [number, string]
    t.equal(why, 'No space left on device', write)
    t.ok(written > 20 && written <= 40, `${written} MB: ${write}`)
  }
  const whole = await run('open("f", "wb").write(b"x" * 40_000_000)', {
    limits: { memoryBytes: 100_000_000 },
  })
  t.match(whole.error, /No space left on device/)
})

t.test('a file that is removed gives its room back', async t => {
  const source = `import os
for i in range(60):
    with open("f", "wb") as f:
        f.write(b"x" * 3_000_000)
    os.unlink("f")
len(os.listdir("."))`
  t.equal((await run(source)).output, 0)
})

/**
 * Sessions of Python: the guest that ran a session's last program runs the next one, and where it
 * is gone the session is brought back to the same memory.
 */

import t from 'tap'
import type { SessionHandle } from '../../protocol/execution/executor.ts'
import { isolation } from '../support/isolation.ts'
import { pythonExecutor } from './python-executor.ts'

/** A program whose value is the same only in the same memory. */
const WHERE = 'kept = [1, 2, 3]\nid(kept), id(kept[2:]), id(object())'
/** Takes the worker's guest for a program that has no session. */
const OTHER = 'x = "another"'

async function outputOf(session: SessionHandle, source: string): Promise<unknown> {
  const outcome = await session.execute({ source, language: 'python' })
  return outcome.status === 'completed' ? outcome.output : outcome
}

t.test('programs of a session run one after the other on what the earlier ones left', async t => {
  let asked = 0
  const { executor } = pythonExecutor(t, { tools: { next: async () => ++asked } })
  const session = await executor.sessions.create()
  const values = []
  for (let i = 0; i < 40; i++) {
    const source =
      i === 0 ? 'seen = []\nseen.append(next())\nseen' : 'seen.append(next())\nlen(seen)'
    values.push(await outputOf(session, source))
  }
  t.strictSame(values, [[1], ...Array.from({ length: 39 }, (_, i) => i + 2)])
  t.equal(asked, 40)
})

t.test('a session whose guest was used for another program has the same memory', async t => {
  const { executor, run } = pythonExecutor(t)
  const ask = async (isInterrupted: boolean) => {
    const session = await executor.sessions.create()
    const values = []
    for (let i = 0; i < 4; i++) {
      if (isInterrupted) await run(OTHER)
      values.push(await outputOf(session, WHERE))
    }
    return values
  }
  const [kept, broughtBack] = [await ask(false), await ask(true)]
  t.strictSame(broughtBack, kept)
})

t.test('a session that is brought back calls no tool again, and keeps what failed', async t => {
  const calls: unknown[] = []
  const { executor, run } = pythonExecutor(t, {
    tools: {
      note: async (what: unknown) => {
        calls.push(what)
        return calls.length
      },
    },
  })
  const session = await executor.sessions.create()
  const next = (source: string) => session.execute({ source, language: 'python' })
  await next('first = note("a")')
  const failed = await next('second = note("b")\nraise ValueError("no")')
  t.match(failed, { status: 'failed', error: { name: 'ValueError' } })
  await run(OTHER)
  const { output } = (await next('first, second, note("c")')) as { output?: unknown }
  t.strictSame(output, [1, 2, 3])
  t.strictSame(calls, ['a', 'b', 'c'])
})

t.test('a session outlives the thread that held it', { skip: isolation === 'process' }, async t => {
  const { executor, run } = pythonExecutor(t)
  const session = await executor.sessions.create()
  const next = (source: string) => session.execute({ source, language: 'python' })
  await next('x = {"a": 1}\ndef f():\n    return x["a"]')
  await next('x["a"] = 2')
  // It polls nothing, so its thread is ended with it.
  const lost = await run('sum(range(10**13))', { limits: { cpuMs: 200 } })
  t.match(lost.error, /cpuMs 200/)
  t.match(await next('f()'), { status: 'completed', output: 2 })
  const source = 'x["a"] = 3\nwhile True:\n    pass'
  const stopped = await session.execute({ source, language: 'python', limits: { cpuMs: 200 } })
  t.match(stopped, { status: 'failed', error: { limit: 'cpuMs' } })
  t.match(await next('f()'), { status: 'completed', output: 3 }, 'as the program had set it')
})

/** Programs that the host ends, the limit, and what `x` is afterwards; it was 0 before each. */
const endings: readonly (readonly [source: string, limit: string, left: number])[] = [
  ['x = 1\nwhile True:\n    pass', 'cpuMs', 1],
  ['x = 1\nimport re\nre.match(r"(a*)*b", "a" * 40)', 'cpuMs', 1],
  ['x = 1\nsorted([1], key=lambda v: [v for _ in iter(int, 1)])', 'cpuMs', 1],
  ['x = 1\nwhile True:\n    try:\n        while True: pass\n    except: pass', 'cpuMs', 1],
  ['x = 1\nwhile True:\n    num(1)', 'maxCalls', 1],
  ['x = 1\nwhile True:\n    try: num(1)\n    except BaseException: pass', 'maxCalls', 1],
  [
    'x = 1\ntry:\n    while True: num(1)\nfinally:\n    x = 2\n    num(2)\n    x = 3',
    'maxCalls',
    2,
  ],
  [
    'x = 1\nawait asyncio.gather(*[num(i) for i in range(9)], return_exceptions=True)',
    'maxCalls',
    1,
  ],
  [
    'async def f():\n    global x\n    x += 1\n    while True: await num(1)\nx = 1\nawait asyncio.gather(f(), f())',
    'maxCalls',
    3,
  ],
]

t.test('a program that ends by a limit leaves what it had assigned', async t => {
  const { executor } = pythonExecutor(t, { tools: { num: async (n: unknown) => n } as never })
  const session = await executor.sessions.create()
  const limits = { maxCalls: 5, cpuMs: 200 }
  for (const [source, limit, left] of endings) {
    await outputOf(session, 'x = 0')
    const { logs, ...outcome } = await session.execute({ source, language: 'python', limits })
    t.match(outcome, { status: 'failed', error: { code: 'LIMIT_EXCEEDED', limit } }, source)
    t.type((outcome as { error: { line?: number } }).error.line, 'number', source)
    t.strictSame(logs, [], source)
    t.equal(await outputOf(session, 'x'), left, source)
    t.strictSame(await outputOf(session, 'await asyncio.gather(num(1), num(2))'), [1, 2])
  }
})

t.test('what is left by a limit outlives the guest', async t => {
  const { executor, run } = pythonExecutor(t, { tools: { num: async (n: unknown) => n } as never })
  const session = await executor.sessions.create()
  await outputOf(session, 'seen = []')
  const source = 'for i in range(100):\n    seen.append(num(i))'
  await session.execute({ source, language: 'python', limits: { maxCalls: 3 } })
  await run(OTHER)
  t.strictSame(await outputOf(session, 'seen'), [0, 1, 2])
})

t.test('a program that does not let itself be ended leaves nothing', async t => {
  const { executor } = pythonExecutor(t)
  const session = await executor.sessions.create()
  await outputOf(session, 'x = 0')
  const source = `import contextlib
x = 1
while True:
    with contextlib.suppress(BaseException):
        while True: pass`
  const outcome = await session.execute({ source, language: 'python', limits: { cpuMs: 100 } })
  t.match(outcome, { status: 'failed', error: { limit: 'cpuMs' } })
  t.equal(await outputOf(session, 'x'), 0)
})

t.test('a program that is cancelled leaves what it had assigned', async t => {
  const begun: (() => void)[] = []
  const tools = {
    begin: async () => begun.shift()?.(),
    never: () => new Promise(() => {}),
  }
  const { executor } = pythonExecutor(t, { tools: tools as never })
  const session = await executor.sessions.create()
  await outputOf(session, 'x = 0')
  for (const [index, rest] of ['while True: pass', 'never()', 'await never()'].entries()) {
    const abort = new AbortController()
    begun.push(() => abort.abort())
    const source = `x += 1\nbegin()\n${rest}`
    const ended = session.execute({ source, language: 'python', signal: abort.signal })
    t.match(await ended, { status: 'cancelled' }, rest)
    t.equal(await outputOf(session, 'x'), index + 1, rest)
  }
})

t.test('a state that is too large for its session is refused as the program ends', async t => {
  const { executor } = pythonExecutor(t)
  const session = await executor.sessions.create()
  const source = 'import os\nkept = os.urandom(100_000)\nlen(kept)'
  const limits = { maxSessionBytes: 50_000 }
  t.match(await session.execute({ source, language: 'python', limits }), {
    status: 'failed',
    error: { limit: 'maxSessionBytes' },
  })
})

t.test('files of a session have the same times wherever its next program runs', async t => {
  const { executor, run } = pythonExecutor(t)
  const session = await executor.sessions.create()
  const times = 'import os\n[os.stat(path).st_mtime for path in ("/tmp", "/home/guest")]'
  const first = await outputOf(session, times)
  const inGuest = await outputOf(session, times)
  await run(OTHER)
  t.strictSame([inGuest, await outputOf(session, times)], [first, first])
})

t.test('a session of Python has no program of another language', async t => {
  const { executor } = pythonExecutor(t)
  const session = await executor.sessions.create()
  await outputOf(session, 'x = 1 + 1')
  t.match(await session.execute({ source: '1 + 1' }), {
    status: 'failed',
    // Its state is a snapshot, or programs to repeat, by the time that the first one took.
    error: { code: 'SNAPSHOT_INCOMPATIBLE', message: /python/ },
  })
  t.equal(await outputOf(session, 'x'), 2)
})

import t from 'tap'
import { toolFree, withTools } from './corpus.ts'
import { pythonExecutor } from './python-executor.ts'
import { shapes } from './shapes.ts'

/** How many calls of `slow` run now, ran at once at most, and are expected to. */
const seen = { now: 0, most: 0, expected: 1, closed: 0 }
let together = Promise.withResolvers<void>()

/** A call that is not joined by as many as are expected ends by itself, and the test fails. */
const ALONE_MS = 5000
/** Time for calls that should not have come. */
const MORE_MS = 10

async function slow(input: { value: unknown }) {
  seen.now++
  seen.most = Math.max(seen.most, seen.now)
  if (seen.now >= seen.expected) setTimeout(together.resolve, MORE_MS)
  const alone = setTimeout(together.resolve, ALONE_MS)
  await together.promise
  clearTimeout(alone)
  seen.now--
  if (seen.now === 0) together = Promise.withResolvers()
  return input.value
}

async function* count(input: { to: number }) {
  try {
    for (let i = 0; i < input.to; i++) yield i
  } finally {
    seen.closed++
  }
}

const takes = (properties: Record<string, object>, required: string[] = []) => ({
  type: 'object',
  properties,
  required,
})
const text = { type: 'string' }

const { run } = pythonExecutor(t, {
  tools: {
    slow: { description: 'Slow', inputSchema: takes({ value: {} }), execute: slow },
    count: {
      description: 'Counts',
      inputSchema: takes({ to: { type: 'number' } }),
      execute: count,
    },
    echo: {
      description: 'Gives its input back',
      inputSchema: takes({ query: text, limit: { type: 'integer' }, from: text }, ['query']),
      execute: async (input: object) => ({ ...input }),
    },
    anything: async (...args: unknown[]) => args,
    'get-user': { description: 'A', inputSchema: takes({ id: text }), execute: async () => 'user' },
    fail: async () => {
      throw Object.assign(new RangeError('too far'), { code: 'E_FAR' })
    },
  } as never,
})

/** Runs a program whose calls wait for so many at once, and says how many overlapped. */
async function overlap(source: string, expected: number) {
  Object.assign(seen, { most: 0, now: 0, expected })
  together = Promise.withResolvers()
  const { output, error } = await run(source)
  return { output: output ?? error, most: seen.most }
}

for (const [name, { source, output, most }] of Object.entries(shapes)) {
  t.test(`calls overlap where a program asks for it: ${name}`, async t => {
    t.strictSame(await overlap(source, most), { output, most })
  })
}

t.test('a program may take items of a stream in a plain and in an asynchronous loop', async t => {
  t.strictSame((await run('[i for i in count(3)]')).output, [0, 1, 2])
  t.strictSame(
    (await run('out = []\nasync for i in count(3):\n    out.append(i)\nout')).output,
    [0, 1, 2],
  )
  t.strictSame(
    (await run('stream = count(2)\n[next(stream), next(stream), next(stream, "end")]')).output,
    [0, 1, 'end'],
  )
})

t.test('a stream that is left early ends in the tool', async t => {
  seen.closed = 0
  t.equal((await run('for i in count(1000):\n    if i == 2: break\ni')).output, 2)
  t.equal(seen.closed, 1)
})

t.test('arguments come by position, by name and as one dict', async t => {
  const wanted = { query: 'x', limit: 3 }
  for (const source of [
    'echo("x", 3)',
    'echo("x", limit=3)',
    'echo(query="x", limit=3)',
    'echo({"query": "x", "limit": 3})',
    'echo(**{"query": "x", "limit": 3})',
    'tools["echo"]("x", 3)',
    'tools.echo("x", 3)',
  ]) {
    t.strictSame((await run(source)).output, wanted, source)
  }
  t.strictSame((await run('echo("x", from_="y")')).output, { query: 'x', from: 'y' })
  t.strictSame((await run('anything(1, "a", [None])')).output, [1, 'a', [null]])
  t.equal((await run('get_user("1") + tools["get-user"](id="1")')).output, 'useruser')
})

t.test('arguments that do not fit are errors that say so', async t => {
  t.match(
    (await run('echo("x", 1, "y", 2)')).error,
    /^TypeError: echo takes \(query, limit, from\)/,
  )
  t.match((await run('echo(limit=3)')).error, /^ToolInputError: .*query/s)
  t.match((await run('echo("x", qeury=3)')).error, /^ToolInputError: .*qeury/s)
  t.match((await run('echo("x", query="y")')).error, /multiple values/)
  const refused = await run('anything(lambda: 1)')
  t.match(refused.error, /^TypeError: Cannot send args\[0\]: the function <lambda> cannot cross/)
})

t.test("a tool's error has the tool's name, message, code and details", async t => {
  const source = `try:
    fail()
except ToolError as e:
    out = [type(e).__name__, e.name, e.message, str(e), e.code, e.tool]
out`
  const expected = ['ToolError', 'RangeError', 'too far', 'too far', 'E_FAR', 'fail']
  t.match(await run(source), { output: expected })
  const uncaught = await run('x = 1\nfail()')
  t.match(uncaught.outcome, {
    error: { name: 'RangeError', message: 'too far', line: 2, column: 1 },
  })
})

t.test('final_answer ends the program where it stands', async t => {
  const swallowed = `def f():
    try:
        final_answer(1)
    except:
        print("no")
    finally:
        print("no")
try:
    f()
except BaseException:
    print("no")
print("no")`
  const { outcome, logs } = await run(swallowed)
  t.match(outcome, { status: 'completed', output: 1, isFinalAnswer: true })
  t.strictSame(logs, [])
})

t.test('the value of a program is that of its last expression, or of a return', async t => {
  for (const [source, output] of [
    ['x = 1', undefined],
    ['if True:\n    5\nelse:\n    6', 5],
    ['for i in range(3):\n    i * 2', 4],
    ['try:\n    1 / 0\nexcept ZeroDivisionError:\n    "caught"', 'caught'],
    ['for i in range(5):\n    if i == 3:\n        return i', 3],
    ['def main():\n    return 7', 7],
    ['async def main():\n    return await slow(8)', 8],
    ['if __name__ == "__main__":\n    9', 9],
    ['Here it is:\n```python\n1 + 1\n```\nDone.', 2],
    ['import sys\nsys.exit()', undefined],
  ] as const) {
    const ended = await run(source)
    t.strictSame('output' in ended ? ended.output : ended.error, output ?? null, source)
  }
})

t.test('a program that the pass for awaitables skips is one that it would not change', async t => {
  const { run } = pythonExecutor(t)
  const sources = [
    ...[...Object.values(toolFree), ...Object.values(withTools)],
    ...Object.values(shapes).map(({ source }) => source),
  ]
  const program = `
import ast
from latchd_guest.rewrite import Rewrite, rewritten
def same(source):
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return "skipped"
    plain = ast.dump(tree)
    if ast.dump(rewritten(ast.parse(source), source)) != plain:
        return "changed"
    whole = ast.parse(source)
    return "skipped" if ast.dump(Rewrite(whole.body).visit(whole)) == plain else source
[same(source) for source in sources]`
  const { output } = await run(program, { inputs: { sources } })
  const found = Object.groupBy(output as string[], one => one)
  t.ok((found.skipped?.length ?? 0) > 5, 'some are skipped')
  t.ok((found.changed?.length ?? 0) > 20, 'and some are not')
  t.strictSame(Object.keys(found).sort(), ['changed', 'skipped'])
})

t.test('what a program of a session only collects has its values in the next one', async t => {
  const { executor } = pythonExecutor(t, { tools: { num: async (n: unknown) => n } as never })
  const session = await executor.sessions.create()
  const ask = async (source: string) => {
    const outcome = await session.execute({ source, language: 'python' })
    return outcome.status === 'completed' ? outcome.output : (outcome as { error?: unknown }).error
  }
  await ask('seen = []\nby_name = {}')
  await ask('for i in range(3):\n    seen.append(num(i))\n    by_name[i] = num(i)')
  t.strictSame(await ask('[seen, sum(by_name.values())]'), [[0, 1, 2], 3])
  await ask('later = []\nlater.append(num(4))')
  t.strictSame(await ask('await asyncio.gather(*later)'), [4])
  await ask('tasks = [num(1)]\nasync def go():\n    return await asyncio.gather(*tasks)')
  t.match(await ask('await go()'), {
    name: 'RuntimeError',
    message: 'the call of num was not awaited by the program that began it',
  })
})

t.test('tools may be imported, and say what they take', async t => {
  const { output, error } = await run(`import inspect
from tools import echo as imported
import tools as all_tools
[imported is echo, all_tools.echo is echo, str(inspect.signature(echo)), "rewrite" in echo.__doc__]`)
  t.equal(error, undefined)
  t.strictSame(output, [true, true, '(query, limit, from_)', false])
})

t.test('tools that a session has imported are those of each program', async t => {
  const { executor } = pythonExecutor(t)
  const session = await executor.sessions.create()
  const ask = async (source: string, name: string) => {
    const tools = { [name]: async () => name } as never
    const outcome = await session.execute({ source, language: 'python', tools })
    return outcome.status === 'completed' ? outcome.output : outcome
  }
  t.equal(await ask('import tools\ntools.first()', 'first'), 'first')
  t.strictSame(await ask('[tools.second(), list(tools)]', 'second'), ['second', ['second']])
})

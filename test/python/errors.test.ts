/** What a program is told about its mistakes, and what it is given beside its tools. */

import t from 'tap'
import { pythonExecutor } from './python-executor.ts'

const { run } = pythonExecutor(t, {
  tools: { fetch_url: async () => 'page', num: async (n: unknown) => n } as never,
})

/** Programs, and what is said about their error. */
const mistakes: readonly (readonly [source: string, error: object])[] = [
  ['x = 1\nprint(y)', { name: 'NameError', line: 2, column: 7 }],
  ['fetch_ulr("x")', { name: 'NameError', hint: 'Did you mean fetch_url?' }],
  ['import requests', { name: 'ModuleNotFoundError', hint: /Use a tool to reach the network/ }],
  ['import numpy as np', { hint: /The module numpy is not here/ }],
  ['import subprocess\nsubprocess.run("ls")', { hint: /start no processes/ }],
  ['import fetch_url', { hint: 'fetch_url is a tool: call it without an import.' }],
  ['from tools import fetch_ulr', { hint: 'Did you mean fetch_url?' }],
  ['from __main__ import fetch_url', { hint: 'fetch_url is a tool: call it without an import.' }],
  ['!pip install requests', { code: 'SYNTAX_ERROR', line: 1, hint: /no notebook/ }],
  ['x = 1\n%timeit x', { code: 'SYNTAX_ERROR', line: 2, hint: /no notebook/ }],
  ['>>> x = 1', { code: 'SYNTAX_ERROR', hint: /prompts/ }],
  ['math.sqrt(2)', { name: 'NameError', hint: 'Import it: import math.' }],
  ['datetime.now()', { name: 'NameError', hint: 'Import it: from datetime import datetime.' }],
  ['np.array([1])', { name: 'NameError', hint: /^numpy is not here/ }],
  ['code + 1', { name: 'NameError', hint: /^(?!Import)/ }],
  ['x = null', { name: 'NameError', hint: 'Python has None.' }],
  ['true', { name: 'NameError', hint: 'Did you mean True?' }],
  ['pirnt(1)', { name: 'NameError', hint: /^Did you mean print/ }],
  ['fetch_url("a").json()', { name: 'AttributeError', hint: /json.loads/ }],
  ['fetch_url("a")["login"]', { name: 'TypeError', hint: /json.loads/ }],
  [
    'fetch_url.invoke("a")',
    { name: 'AttributeError', hint: 'Call the tool itself: fetch_url(…).' },
  ],
  ['d = {"a": 1}\nd.a', { name: 'AttributeError', hint: "It is a dict: ['a'] has it." }],
  ['await asyncio.wait_for(asyncio.sleep(5), 0.01)', { name: 'TimeoutError', message: '' }],
  ['input("name?")', { name: 'EOFError', hint: /ask_human/ }],
  ['open("/etc/hosts")', { name: 'FileNotFoundError', hint: /Files of the machine are not here/ }],
  ['"abc".uper()', { name: 'AttributeError', hint: /Did you mean upper/ }],
  ['const x = 1;', { code: 'SYNTAX_ERROR', name: 'SyntaxError', line: 1, hint: /JavaScript/ }],
  ['def f():\nreturn 1', { code: 'SYNTAX_ERROR', name: 'IndentationError', line: 2 }],
  ['print "x"', { code: 'SYNTAX_ERROR', hint: /print is a function/ }],
  ['x = {"a": 1}\nx["b"]', { name: 'KeyError', message: "'b'", line: 2, column: 1 }],
  ['é = "ü"; x = é + 1', { name: 'TypeError', line: 1, column: 14 }],
  ['import sys\nsys.exit("no")', { name: 'SystemExit', message: 'no' }],
  ['raise ValueError("a") from KeyError("b")', { message: "a\n  [cause]: KeyError: 'b'" }],
  ['e = ValueError("a")\ne.add_note("look")\nraise e', { message: 'a\nlook' }],
  ['assert 1 == 2, "sums"', { name: 'AssertionError', message: 'sums' }],
  ['class Odd(Exception): pass\nraise Odd("it is")', { name: 'Odd', message: 'it is', line: 2 }],
]

for (const [source, error] of mistakes) {
  t.test(`a mistake is explained: ${source.split('\n').at(-1)}`, async t => {
    const { outcome } = await run(source)
    t.match(outcome, { status: 'failed', error: { code: 'GUEST_ERROR', ...error } })
  })
}

t.test('an error has its frame and its traceback, of the program alone', async t => {
  const { outcome } = await run('def half(x):\n    return 1 / x\n\nhalf(0)')
  t.match(outcome, {
    error: {
      name: 'ZeroDivisionError',
      line: 2,
      column: 12,
      frame: '> 2 |     return 1 / x\n    |            ^',
    },
  })
  const { stack } = (outcome as { error: { stack: string } }).error
  t.match(stack, /^Traceback .*\n {2}File "program", line 4, in <module>\n/)
  t.notMatch(stack, /latchd_guest|asyncio|_latchd/)
})

t.test('an error in a task has the line of the program', async t => {
  const source = 'async def f():\n    await num(1)\n    return [][0]\nawait asyncio.gather(f())'
  const { outcome } = await run(source)
  t.match(outcome, { error: { name: 'IndexError', line: 3 } })
  const { stack } = (outcome as { error: { stack: string } }).error
  t.notMatch(stack, /latchd_guest|base_events/)
})

t.test('an input hides no tool, and is reported', async t => {
  const inputs = { look_up: 1, emit: 3, json: 4, free: 5 }
  const { output, outcome } = await run(
    '[look_up(), inputs["look_up"], callable(emit), json, free]',
    { inputs, tools: { look_up: () => 'tool' } },
  )
  t.strictSame(output, ['tool', 1, true, 4, 5])
  t.strictSame(
    outcome.warnings?.map(({ code, message }) => `${code} ${message}`),
    ['INPUT_HIDDEN The input look_up is inputs["look_up"] alone, since a tool has that name'],
  )
})

/** Programs that wait for ever, and the line of the wait. */
const waits: readonly (readonly [source: string, line: number])[] = [
  ['event = asyncio.Event()\nawait event.wait()', 2],
  [
    'async def inner(queue):\n    return await queue.get()\nasync def main():\n    return await inner(asyncio.Queue())\nasyncio.run(main())',
    2,
  ],
  ['lock = asyncio.Lock()\nawait lock.acquire()\nasync with lock:\n    pass', 3],
  [
    'async def never():\n    await asyncio.Future()\nx = 1\nawait asyncio.gather(never(), never())',
    4,
  ],
]

t.test('a wait for what nothing brings about ends with its line', async t => {
  for (const [source, line] of waits) {
    const { outcome } = await run(source)
    t.match(outcome, {
      status: 'failed',
      error: { code: 'DEADLOCK', line, hint: /event and future/ },
    })
  }
})

t.test('inputs are in `inputs`, and by their names', async t => {
  const inputs = { who: 'ann', numbers: [1, 2], map: new Map([[1, 2]]), print: 'not a function' }
  const { output, error } = await run(
    'print("on")\n[who, sum(numbers), inputs["map"], inputs["print"]]',
    {
      inputs,
    },
  )
  t.equal(error, undefined)
  t.strictSame(output, ['ann', 3, new Map([[1, 2]]), 'not a function'])
})

t.test('local times are in UTC, or in the zone of the request', async t => {
  const source = `import datetime, time
moment = datetime.datetime.fromtimestamp(1751328000)
[moment.isoformat(), moment.astimezone().utcoffset().total_seconds(), time.localtime(1751328000).tm_hour, int(datetime.datetime(2025, 7, 1, 9).timestamp())]`
  t.strictSame((await run(source)).output, ['2025-07-01T00:00:00', 0, 0, 1751360400])
  const { output } = await run(source, { timeZone: 'Asia/Tokyo' })
  t.strictSame(output, ['2025-07-01T09:00:00', 32_400, 9, 1751328000])
})

t.test('a busy wait ends at once, and a pause takes its time', async t => {
  const source = `import time
start = time.time()
while time.time() - start < 0.5: pass
time.sleep(0.02)
time.monotonic() > 0`
  t.equal((await run(source)).output, true)
})

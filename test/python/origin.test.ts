/**
 * The cases of the two systems that latchd descends from, as the Python programs that they ran.
 * `test/spec/origin.test.ts` has them in JavaScript, with those that are about models and agents.
 */

import t from 'tap'
import exampleTools from '../../sdk/examples/tools.ts'
import { OverlapRecord } from '../support/overlap-tool.ts'
import { pythonExecutor } from './python-executor.ts'

const approve = {
  human_approval: {
    description: 'Asks a person',
    inputSchema: { type: 'object', properties: { action: { type: 'string' } } },
    execute: async ({ action }: { action: string }) => `approved: ${action}`,
  },
  request_approval: {
    description: 'Asks a person about a risk',
    inputSchema: {
      type: 'object',
      properties: { action: { type: 'string' }, risk: { type: 'string' } },
    },
    execute: async ({ action, risk }: { action: string; risk: string }) =>
      `APPROVED: ${action} (risk: ${risk})`,
  },
  async_tool: async (text: string) => `async: ${text}`,
  sync_tool: (text: string) => `sync: ${text}`,
  calculate_pi: async (decimals: number) => Math.PI.toFixed(decimals),
  add: async (a: number, b: number) => a + b,
}
const examples = Object.fromEntries(exampleTools.map(tool => [tool.name, tool]))
const { executor, run } = pythonExecutor(t, { tools: { ...examples, ...approve } as never })

/** Programs, what each gives, and what it prints. */
const programs: Readonly<
  Record<string, readonly [source: string, output: unknown, logs?: readonly string[]]>
> = {
  // smolagents
  'an agent runs an asynchronous tool from a synchronous context': [
    'async_tool("hello")',
    'async: hello',
  ],
  'an agent awaits an asynchronous tool': ['await async_tool("hello")', 'async: hello'],
  'an agent runs a synchronous tool': ['sync_tool("hello")', 'sync: hello'],
  'a human-in-the-loop tool is a final answer': [
    'result = human_approval("delete file"); final_answer(result)',
    'approved: delete file',
  ],
  'synchronous and asynchronous tools mixed, with an interpolated final answer': [
    'a = sync_tool("1")\nb = async_tool("2")\nfinal_answer(f"{a} and {b}")',
    'sync: 1 and async: 2',
  ],
  'an approval with its risk': [
    'request_approval("delete /data/users", "high")',
    'APPROVED: delete /data/users (risk: high)',
  ],
  "a user's data, read by field": [
    'user = fetch_user_data("user_123")\nf"{user[\'name\']} <{user[\'email\']}>"',
    'Ada Lovelace <ada@example.com>',
  ],
  'fetch, then approve': [
    'user = await fetch_user_data("user_456")\nfinal_answer(human_approval(f"write to {user[\'name\']}"))',
    'approved: write to Grace Hopper',
  ],
  // minion
  'await calculate_pi(10)': ['await calculate_pi(10)', '3.1415926536'],
  'synchronous and asynchronous calls mixed': [
    'weather = await get_weather("Tokyo")\nround(celsius_to_fahrenheit(weather["celsius"]))',
    75,
  ],
  'try and except around a missing file': [
    'try:\n    text = await read_file("missing.txt")\nexcept Exception as error:\n    text = f"{error.name} {error.code}"\ntext',
    'FileError ENOENT',
  ],
  'a synchronous function as an asynchronous tool': ['(await add(1, 2)) + add(3, 4)', 10],
  'a file is written, read and appended to': [
    `write_file("python.txt", "one")
before = read_file("python.txt")
append_file("python.txt", " two")
[before, read_file("python.txt")]`,
    ['one', 'one two'],
  ],
  'a database: insert, select, update, delete': [
    `row_id = await db_insert("python", 3)
async def price():
    return next((row["price"] for row in await db_select() if row["id"] == row_id), None)
inserted = await price()
await db_update(row_id, 4)
[inserted, await price(), await db_delete(row_id), await price()]`,
    [3, 4, true, null],
  ],
  'all features in one program, its logs looked at': [
    `print("start")
users = await asyncio.gather(*[fetch_user_data(name) for name in ["user_123", "user_456"]])
for user in users:
    print(f"{user['name']}: {user['plan']}")
try:
    fetch_user_data("nobody")
except ToolError as error:
    print(error.code)
final_answer(len(users))`,
    2,
    ['start', 'Ada Lovelace: pro', 'Grace Hopper: free', 'NO_USER'],
  ],
  'weather, exchange rates and statistics': [
    `celsius = get_weather("Paris")["celsius"]
rate = get_exchange_rate("EUR")
final_answer({"celsius": celsius, "rate": rate, **calculate_statistics([celsius, 21])})`,
    { celsius: 19, rate: 0.92, mean: 20, min: 19, max: 21 },
  ],
  'gather over 3 cities and 3 conversions': [
    `cities = ["London", "Paris", "Tokyo"]
weather = await asyncio.gather(*[get_weather(city) for city in cities])
converted = await asyncio.gather(*[celsius_to_fahrenheit(one["celsius"]) for one in weather])
[round(one) for one in converted]`,
    [57, 66, 75],
  ],
  'a travel decision': [
    `options = [get_weather(city) for city in ["London", "Paris", "Tokyo"]]
dry = [one for one in options if one["sky"] != "rain"]
best = max(dry, key=lambda one: one["celsius"])
dollars = 1000 / get_exchange_rate(currency_of(best["city"]))
final_answer(f"{best['city']}, {dollars:.2f} USD")`,
    'Tokyo, 6.61 USD',
  ],
  'a call with a missing argument': [
    'try:\n    get_weather()\nexcept ToolError as error:\n    found = [error.name, error.tool, "city" in error.message]\nfound',
    ['ToolInputError', 'get_weather', true],
  ],
  'a call with wrong arguments': [
    'try:\n    get_weather(city="Atlantis")\nexcept ToolError as error:\n    found = [error.name, error.code]\nfound',
    ['ToolInputError', 'TOOL_INPUT_INVALID'],
  ],
  'parallel use of 3 tools with results and counts': [
    `outcomes = await asyncio.gather(
    get_weather("Paris"), get_exchange_rate("EUR"), fetch_user_data("nobody"),
    return_exceptions=True,
)
failed = [one for one in outcomes if isinstance(one, Exception)]
final_answer({
    "results": [one.message if isinstance(one, Exception) else one for one in outcomes],
    "total_calls": len(outcomes),
    "successful_calls": len(outcomes) - len(failed),
    "failed_calls": len(failed),
})`,
    {
      results: [{ city: 'Paris', celsius: 19, sky: 'clouds' }, 0.92, 'No user nobody'],
      ...{ total_calls: 3, successful_calls: 2, failed_calls: 1 },
    },
  ],
  'budget compliance over a team: hundreds of values in, the summary out': [
    `def spent(person, quarter):
    return sum(one["amount"] for one in get_expenses(person, quarter))
final_answer([
    person for person in get_team()
    if any(spent(person, quarter) > get_budget(person) for quarter in ["Q1", "Q2"])
])`,
    ['Bob'],
  ],
  'data aggregation': [
    `rows = [row for quarter in ["Q1", "Q2", "Q3", "Q4"] for row in get_expenses("Alice", quarter)]
final_answer({"receipts": len(rows), "total": sum(row["amount"] for row in rows)})`,
    { receipts: 80, total: 3209 },
  ],
}

for (const [origin, [source, output, logs = []]] of Object.entries(programs)) {
  t.test(origin, async t => {
    const ended = await run(source)
    t.equal(ended.error, undefined)
    t.strictSame(ended.output ?? null, output)
    t.strictSame(ended.logs, logs)
  })
}

/** Programs whose calls run at the same time, by the tool's own record. */
const together: Readonly<Record<string, readonly [source: string, most: number]>> = {
  'gather of 2 fetches': [
    'first, second = await asyncio.gather(work("a"), work("b"))\n[first, second]',
    2,
  ],
  'three 0.1 s calls concurrently': [
    'import asyncio\nasyncio.run(asyncio.gather(*[work(n) for n in range(3)]))',
    3,
  ],
  '5 approvals of 0.1 s concurrently': ['await asyncio.gather(*map(work, range(5)))', 5],
  'gather of ten': ['await asyncio.gather(*[work(n) for n in range(10)])', 10],
  '5 calls one after another': ['[work(n) for n in range(5)]', 1],
}

for (const [origin, [source, most]] of Object.entries(together)) {
  t.test(`${origin}: ${most} at once`, async t => {
    const record = new OverlapRecord(most)
    const { error } = await run(source, { tools: record.tools('work') } as never)
    t.equal(error, undefined)
    t.equal(record.peak, most)
  })
}

t.test('wrong names', async t => {
  const { outcome } = await run('get_wether("Paris")')
  t.match(outcome, { status: 'failed', error: { name: 'NameError', hint: /get_weather/ } })
})

t.test('tool search', async t => {
  const description = (n: number) => (n === 7 ? 'Books a flight.' : `Does thing ${n}.`)
  const many = Array.from({ length: 60 }, (_, n) => [
    `tool_${n}`,
    { description: description(n), execute: async () => n },
  ])
  const source = 'str(search_tools("book a flight"))'
  const { output } = await run(source, { tools: Object.fromEntries(many) } as never)
  t.match(output, /tool_7/)
})

/** Programs of one session, each with what it gives: an output, its console, or its error. */
const kept: Readonly<Record<string, readonly (readonly [source: string, gives: unknown])[]>> = {
  'an assignment': [
    ['a = 1', null],
    ['a', 1],
  ],
  'a changed variable': [
    ['n = 1', null],
    ['n += 1\nn', 2],
    ['n', 2],
  ],
  'an expression': [
    ['b = 2', null],
    ['b * 21', 42],
  ],
  'the last value': [
    ['1; 2; 3', 3],
    ['c = 4; c', 4],
  ],
  print: [
    ['d = "kept"', null],
    ['print(d)', 'kept'],
  ],
  'several lines': [
    ['e = 1\nf = 2\ne + f', 3],
    ['e - f', -1],
  ],
  'a function': [
    ['def twice(n): return 2 * n\n0', 0],
    ['twice(4)', 8],
  ],
  'a class': [
    ['class Cat:\n    def say(self): return "miaow"\n0', 0],
    ['Cat().say()', 'miaow'],
  ],
  "a tool's answer": [
    ['w = get_weather("Paris")', null],
    ['w["sky"]', 'clouds'],
  ],
  'an import': [
    ['import math', null],
    ['math.floor(2.5)', 2],
  ],
  'an error': [
    ['1 / 0', /^ZeroDivisionError: /],
    ['1', 1],
  ],
  'what was assigned before an error': [
    ['h = 5\nmissing()', /^NameError: name 'missing' is not defined/],
    ['h', 5],
  ],
  'an undefined name': [
    ['unknown', /^NameError: name 'unknown' is not defined/],
    ['2', 2],
  ],
}

for (const [origin, steps] of Object.entries(kept)) {
  t.test(`state is kept between programs: ${origin}`, async t => {
    const session = await executor.sessions.create()
    for (const [source, gives] of steps) {
      const outcome = await session.execute({ source, language: 'python' })
      const error = 'error' in outcome ? `${outcome.error?.name}: ${outcome.error?.message}` : ''
      if (gives instanceof RegExp) t.match(error, gives)
      else t.strictSame(outcome.logs[0]?.text ?? (outcome as { output?: unknown }).output, gives)
    }
  })
}

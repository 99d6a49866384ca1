/** The cases of minion's asynchronous executor, with ours. */

import type { EmbeddedExecutor } from '../../executor/index.ts'
import { OverlapRecord } from '../support/overlap-tool.ts'
import { later, type OriginCase, type OriginCases } from './origin-ground.ts'

/** A program over the tools of the examples, and what it gives. */
function giving(origin: string, source: string, output: unknown, logs = ''): OriginCase {
  return {
    origin,
    async test(t, { run }) {
      const outcome = await run(source)
      t.strictSame([outcome.output, outcome.logText], [output, logs])
    },
  }
}

/** Programs of one session, each with what it gives: an output, or the message of its error. */
function keeping(
  origin: string,
  ...programs: readonly [source: string, gives: unknown][]
): OriginCase {
  return {
    origin: `state is kept between programs: ${origin}`,
    async test(t, { executor }) {
      const given = await inSession(
        executor,
        programs.map(([source]) => source),
      )
      t.strictSame(
        given,
        programs.map(([, gives]) => gives),
      )
    },
  }
}

async function inSession(executor: EmbeddedExecutor, sources: readonly string[]) {
  const session = await executor.sessions.create()
  const given: unknown[] = []
  for (const source of sources) {
    const outcome = await session.execute({ source })
    if ('error' in outcome) given.push(`${outcome.error.name}: ${outcome.error.message}`)
    else given.push(outcome.logText === '' ? outcome.output : outcome.logText)
  }
  await session.delete()
  return given
}

export const minionTests: OriginCases = {
  executor: [
    {
      origin: 'the executor is created',
      async test(t, { executor, run }) {
        t.equal((await run('1 + 1')).output, 2)
        t.ok((await executor.tools()).some(({ name }) => name === 'get_weather'))
      },
    },
    {
      origin: 'await calculate_pi(10)',
      async test(t, { run }) {
        const calculate_pi = later((decimals: number) => Math.PI.toFixed(decimals))
        t.equal((await run('await calculate_pi(10)', { calculate_pi })).output, '3.1415926536')
      },
    },
    giving(
      'synchronous and asynchronous calls mixed',
      "const { celsius } = await get_weather('Tokyo'); Math.round(celsius_to_fahrenheit(celsius))",
      75,
    ),
    {
      origin: 'gather of 2 fetches',
      async test(t, { run }) {
        const record = new OverlapRecord(2)
        const source = "const pages = await Promise.all([fetch_url('a'), fetch_url('b')]); pages"
        const { output } = await run(source, record.tools('fetch_url'))
        t.strictSame([output, record.peak], [['fetch_url(a)', 'fetch_url(b)'], 2])
      },
    },
    giving(
      'try and except around a missing file',
      "let text; try { text = read_file('missing.txt') } catch (error) { text = `${error.name} ${error.code}` } text",
      'FileError ENOENT',
    ),
    {
      origin: 'a synchronous function as an asynchronous tool',
      async test(t, { run }) {
        const source = '(await add(1, 2)) + add(3, 4)'
        t.equal((await run(source, { add: (a: number, b: number) => a + b })).output, 10)
      },
    },
    giving(
      'a file is written, read and appended to',
      "write_file('origin.txt', 'one'); const before = read_file('origin.txt'); append_file('origin.txt', ' two'); [before, read_file('origin.txt')]",
      ['one', 'one two'],
    ),
    giving(
      'a database: insert, select, update, delete',
      `const id = db_insert('origin', 3)
const price = () => db_select().find(row => row.id === id)?.price
const inserted = price()
db_update(id, 4)
const updated = price()
;[inserted, updated, db_delete(id), price()]`,
      [3, 4, true, undefined],
    ),
    {
      origin: 'three 0.1 s calls concurrently in under 0.5 s',
      async test(t, { run }) {
        const record = new OverlapRecord(3)
        const source = 'const calls = [1, 2, 3].map(n => work(n)); await Promise.all(calls)'
        t.strictSame((await run(source, record.tools('work'))).output, [
          'work(1)',
          'work(2)',
          'work(3)',
        ])
        t.equal(record.peak, 3)
      },
    },
    giving(
      'all features in one program, its logs looked at',
      `print('start')
const users = fetch_user_data.map(['user_123', 'user_456'])
for (const { name, plan } of users) console.log(\`\${name}: \${plan}\`)
try { fetch_user_data('nobody') } catch (error) { console.log(error.code) }
final_answer(users.length)`,
      2,
      'start\nAda Lovelace: pro\nGrace Hopper: free\nNO_USER',
    ),
  ],
  'examples of tool use': [
    giving(
      'weather, exchange rates and statistics',
      `const celsius = get_weather('Paris').celsius
const rate = get_exchange_rate('EUR')
final_answer({ celsius, rate, ...calculate_statistics([celsius, 21]) })`,
      { celsius: 19, rate: 0.92, mean: 20, min: 19, max: 21 },
    ),
    giving(
      'gather over 3 cities and 3 conversions',
      `const cities = ['London', 'Paris', 'Tokyo']
const weather = await Promise.all(cities.map(city => get_weather(city)))
await Promise.all(weather.map(async ({ celsius }) => Math.round(celsius_to_fahrenheit(celsius))))`,
      [57, 66, 75],
    ),
    giving(
      'a travel decision',
      `const options = get_weather.map(['London', 'Paris', 'Tokyo'])
const best = options.filter(({ sky }) => sky !== 'rain').sort((a, b) => b.celsius - a.celsius)[0]
const dollars = 1000 / get_exchange_rate(currency_of(best.city))
final_answer(\`\${best.city}, \${dollars.toFixed(2)} USD\`)`,
      'Tokyo, 6.61 USD',
    ),
    {
      origin: '5 calls one after another against concurrently',
      async test(t, { run }) {
        const oneByOne = new OverlapRecord(1)
        const atOnce = new OverlapRecord(5)
        await run('[1, 2, 3, 4, 5].map(n => work(n))', oneByOne.tools('work'))
        await run('work.map([1, 2, 3, 4, 5])', atOnce.tools('work'))
        t.strictSame([oneByOne.peak, atOnce.peak], [1, 5])
      },
    },
    giving(
      'a call with a missing argument',
      'try { get_weather() } catch (error) { [error.name, error.tool, /city/.test(error.message)] }',
      ['ToolInputError', 'get_weather', true],
    ),
    giving(
      'a call with wrong arguments',
      "try { get_weather({ city: 'Atlantis' }) } catch (error) { [error.name, error.code] }",
      ['ToolInputError', 'TOOL_INPUT_INVALID'],
    ),
    giving(
      'parallel use of 3 tools with results and counts',
      `const outcomes = parallel([[get_weather, 'Paris'], [get_exchange_rate, 'EUR'], [fetch_user_data, 'nobody']], { settle: true })
const results = outcomes.map(({ value, reason }) => value ?? reason.message)
const successful_calls = outcomes.filter(({ status }) => status === 'fulfilled').length
final_answer({ results, total_calls: 3, successful_calls, failed_calls: 3 - successful_calls })`,
      {
        results: [{ city: 'Paris', celsius: 19, sky: 'clouds' }, 0.92, 'No user nobody'],
        total_calls: 3,
        successful_calls: 2,
        failed_calls: 1,
      },
    ),
    {
      origin: 'wrong names',
      async test(t, { executor }) {
        const outcome = await executor.execute({ source: "get_wether('Paris')" })
        t.match('error' in outcome && outcome.error, {
          name: 'ReferenceError',
          hint: /get_weather/,
        })
      },
    },
    giving(
      'budget compliance over a team: hundreds of values in, the summary out',
      `const over = get_team().filter(person =>
  ['Q1', 'Q2'].some(quarter => get_expenses(person, quarter).reduce((sum, { amount }) => sum + amount, 0) > get_budget(person)))
final_answer(over)`,
      ['Bob'],
    ),
    giving(
      'data aggregation',
      `const rows = ['Q1', 'Q2', 'Q3', 'Q4'].flatMap(quarter => get_expenses('Alice', quarter))
final_answer({ receipts: rows.length, total: rows.reduce((sum, { amount }) => sum + amount, 0) })`,
      { receipts: 80, total: 3209 },
    ),
    {
      origin: 'tool search',
      async test(t, { run }) {
        const many = Object.fromEntries(
          Array.from({ length: 60 }, (_, n) => [
            `tool_${n}`,
            {
              description: n === 7 ? 'Books a flight.' : `Does thing ${n}.`,
              execute: async () => n,
            },
          ]),
        )
        const { output } = await run("JSON.stringify(search_tools('book a flight'))", many)
        t.match(output, /tool_7/)
      },
    },
  ],
  'state between programs': [
    keeping('an assignment', ['const a = 1', undefined], ['a', 1]),
    keeping('a changed variable', ['let n = 1', undefined], ['n += 1', 2], ['n', 2]),
    keeping('an expression', ['const b = 2', undefined], ['b * 21', 42]),
    keeping('the last value', ['1; 2; 3', 3], ['const c = 4; c', 4]),
    keeping('print', ['const d = "kept"', undefined], ['print(d)', 'kept']),
    keeping('several lines', ['const e = 1\nconst f = 2\ne + f', 3], ['e - f', -1]),
    keeping('a function', ['function twice(n) { return 2 * n }', undefined], ['twice(4)', 8]),
    keeping(
      'a class',
      ['class Cat { say() { return "miaow" } }', undefined],
      ['new Cat().say()', 'miaow'],
    ),
    keeping("a tool's answer", ["const w = get_weather('Paris')", undefined], ['w.sky', 'clouds']),
    keeping('a declaration again', ['const g = 1', undefined], ['const g = 2; g', 2]),
    keeping(
      'an error',
      ['null.x', "TypeError: Cannot read properties of null (reading 'x')"],
      ['1', 1],
    ),
    keeping(
      'what was assigned before an error',
      ['const h = 5; missing()', 'ReferenceError: missing is not defined'],
      ['h', 5],
    ),
    keeping('an undefined name', ['unknown', 'ReferenceError: unknown is not defined'], ['2', 2]),
  ],
}

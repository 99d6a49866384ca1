import t from 'tap'
import { pythonExecutor } from './python-executor.ts'

const given: unknown[] = []
const LONG = 'line\n\0é😀'.repeat(5000)
const { run } = pythonExecutor(t, {
  tools: {
    keep: async (value: unknown) => {
      given.push(value)
    },
    exotic: async () => ({
      date: new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678)),
      map: new Map<unknown, unknown>([
        [1, 'one'],
        ['two', 2],
      ]),
      set: new Set([1, 2]),
      big: 2n ** 80n,
      bytes: new Uint8Array([1, 2, 255]),
      floats: new Float64Array([0.5, 1]),
      nan: NaN,
      infinity: -Infinity,
      zero: -0,
      nothing: undefined,
      url: new URL('https://x.org/a'),
      pattern: /a+b/i,
      error: new TypeError('wrong'),
      float: 1.5,
      whole: 3,
    }),
    long: async () => LONG,
    cyclic: async () => {
      const one: Record<string, unknown> = { name: 'a' }
      one.self = one
      return one
    },
    deep: async () => {
      let value: unknown = 0
      for (let i = 0; i < 3000; i++) value = [value]
      return value
    },
  } as never,
})

/** What a tool receives for an expression. */
async function sent(expression: string): Promise<unknown> {
  given.length = 0
  const { error } = await run(`import datetime, decimal, collections, dataclasses, enum, math
@dataclasses.dataclass
class Point:
    x: int
    y: int
class Colour(enum.Enum):
    RED = "red"
keep(${expression})`)
  return error ?? given[0]
}

const crossing: readonly (readonly [expression: string, value: unknown])[] = [
  ['None', null],
  ['True', true],
  ['2**53 - 1', 2 ** 53 - 1],
  ['2**53 + 1', 2n ** 53n + 1n],
  ['-(10**5000)', -(10n ** 5000n)],
  ['1.5', 1.5],
  ['1.0', 1],
  ['float("nan")', NaN],
  ['math.inf', Infinity],
  ['[-math.inf]', [-Infinity]],
  ['"é\\U0001F600"', 'é😀'],
  ['b"\\x00\\xff"', new Uint8Array([0, 255])],
  ['(1, [2, "x"])', [1, [2, 'x']]],
  ['{1, 2}', new Set([1, 2])],
  ['{"a": {"b": None}}', { a: { b: null } }],
  [
    '{1: "a", (2, 3): "b"}',
    new Map<unknown, unknown>([
      [1, 'a'],
      [[2, 3], 'b'],
    ]),
  ],
  ['datetime.datetime(2026, 1, 2, 3, 4, 5, 678000)', new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 678))],
  [
    'datetime.datetime(2026, 1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))',
    new Date(Date.UTC(2026, 0, 1, 22)),
  ],
  ['datetime.date(2026, 1, 2)', '2026-01-02'],
  ['decimal.Decimal("0.10")', '0.10'],
  ['collections.OrderedDict(a=1)', { a: 1 }],
  ['collections.Counter("aab")', { a: 2, b: 1 }],
  ['collections.deque([1, 2])', [1, 2]],
  ['Point(1, 2)', { x: 1, y: 2 }],
  ['Colour.RED', 'red'],
  ['range(3)', [0, 1, 2]],
  ['{"a": 1}.keys()', ['a']],
  ['{"__proto__": 1}', new Map([['__proto__', 1]])],
]

t.test('values cross to tools as what they are', async t => {
  for (const [expression, value] of crossing)
    t.strictSame(await sent(expression), value, expression)
  t.ok(Object.is(await sent('-0.0'), -0), 'negative zero')
})

t.test('a value that cannot cross is an error that names its path', async t => {
  for (const [expression, path] of [
    ['{"a": [1, {"f": print}]}', 'args\\[0\\]\\.a\\[1\\]\\.f: the function print'],
    ['[open("/tmp/x", "w")]', 'args\\[0\\]\\[0\\]: an object of type TextIOWrapper'],
    ['Point', 'args\\[0\\]: the class Point'],
    ['(i for i in [])', 'args\\[0\\]: an object of type generator'],
  ] as const) {
    t.match(await sent(expression), new RegExp(`^TypeError: Cannot send ${path}`), expression)
  }
})

t.test('values of tools come as what Python has for them', async t => {
  const { output, error } = await run(`v = exotic()
import datetime, math
[
    v["date"] == datetime.datetime(2026, 1, 2, 3, 4, 5, 678000, datetime.timezone.utc),
    v["map"] == {1: "one", "two": 2},
    v["set"] == {1, 2},
    v["big"] == 2**80,
    v["bytes"] == bytes([1, 2, 255]),
    v["floats"] == [0.5, 1],
    math.isnan(v["nan"]),
    v["infinity"] == -math.inf,
    math.copysign(1, v["zero"]) == -1,
    v["nothing"] is None,
    v["url"] == "https://x.org/a",
    v["pattern"].match("AAB") is not None,
    isinstance(v["error"], Exception) and str(v["error"]) == "wrong",
    type(v["float"]) is float,
    type(v["whole"]) is int,
]`)
  t.equal(error, undefined)
  t.strictSame(output, Array(15).fill(true))
})

t.test('cycles and depth cross both ways', async t => {
  t.equal((await run('v = cyclic()\nv["self"]["self"]["name"]')).output, 'a')
  given.length = 0
  t.equal((await run('v = {"n": 1}\nv["me"] = v\nkeep(v)')).error, undefined)
  const [cyclic] = given as { me: unknown }[]
  t.equal(cyclic?.me, cyclic)
  t.equal((await run('v = deep()\nn = 0\nwhile v != 0:\n    v = v[0]\n    n += 1\nn')).output, 3000)
  const back = await run('v = 0\nfor i in range(300): v = [v]\nkeep(v)')
  t.equal(back.error, undefined)
})

t.test('an output has a plain form, an exact one, and a text', async t => {
  for (const [source, value, text, exact] of [
    ['{"a": (1, 2)}', { a: [1, 2] }, "{'a': (1, 2)}", true],
    ['"text"', 'text', 'text', true],
    ['{1, 2}', [1, 2], '{1, 2}', false],
    ['[print]', ['<built-in function print>'], '[<built-in function print>]', null],
    ['2**70', '1180591620717411303424', '1180591620717411303424', false],
  ] as const) {
    const { outputForms } = (await run(source)).outcome
    t.match(outputForms, { value, text, exact: exact === true }, source)
    if (exact !== null) t.equal(outputForms?.encoded === undefined, exact, source)
  }
})

t.test('a long string that a tool answers is the one that the program reads', async t => {
  given.length = 0
  await run('text = long()\nfor at in range(0, len(text), 30_000): keep(text[at:at + 30_000])')
  t.ok(given.join('') === LONG)
})

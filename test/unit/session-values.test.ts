import t from 'tap'
import { TestSession } from './session-guest.ts'

const PROGRAMS = 100

const state = `
  let counter = 0
  const list = [1, , 3], map = new Map([['a', { b: new Set([1, 2]) }]]), symbol = Symbol('s')
  class Account {
    #balance = 0
    static made = 0
    static { Account.made = 1 }
    add(n) { this.#balance += n; return this }
    get balance() { return this.#balance }
  }
  class Savings extends Account { add(n) { return super.add(n * 2) } }
  const account = new Savings()
  const makeCounter = () => { let n = 0; return () => ++n }
  const next = makeCounter()
  function* count() { let n = 0; while (true) yield n++ }
  const running = count()
  running.next()
  async function* later() { let n = 0; while (true) yield n++ }
  const runningLater = later()
  await runningLater.next()
  let settle
  const pending = new Promise(resolve => { settle = resolve })
  const waiting = (async () => { const value = await pending; return value + 1 })()
  const date = new Date(0), pattern = /a(?<n>b)/g
  pattern.lastIndex = 2
  const numbers = new Float64Array([1.5, 2.5]), bytes = new Uint8Array(numbers.buffer, 8, 4)
  const seen = []
  const proxy = new Proxy({ x: 1 }, { get(target, key) { if (key === 'x') seen.push(key); return Reflect.get(target, key) } })
  const weak = new WeakMap([[list, 'weak']])
  const cycle = {}; cycle.self = cycle
  Object.defineProperty(cycle, 'hidden', { get: () => counter })
  const big = 2n ** 70n, bound = account.add.bind(account, 1), frozen = Object.freeze({ a: 1 })
`

t.test('all kinds of state survive a hundred programs, each in a fresh guest', async t => {
  const session = new TestSession()
  await session.valueOf(state)
  for (let i = 1; i <= PROGRAMS; i++) {
    const value = await session.valueOf(
      `counter++; account.add(1); list.push(${i}); map.set(${i}, symbol)
       function step() { return next() }
       const yielded = running.next().value
       const { value: yieldedLater } = await runningLater.next()
       proxy.x
       const program = ${i}
       ;[counter, account.balance, step(), yielded, yieldedLater, seen.length, list.length, map.size, cycle.hidden, program]`,
    )
    const expected = [i, 2 * i, i, i, i, i, 3 + i, 1 + i, i, i]
    if (JSON.stringify(value) !== JSON.stringify(expected)) t.strictSame(value, expected)
  }
  const value = await session.valueOf(`
    settle(41)
    ;[await waiting, 1 in list, map.get('a').b.has(2), symbol.description, map.get(1) === symbol,
      Account.made, account instanceof Savings, date.getTime(), pattern.lastIndex, pattern.flags,
      numbers[1], bytes.length, bytes.buffer === numbers.buffer, weak.get(list),
      cycle.self === cycle, big === 2n ** 70n, bound().balance, Object.isFrozen(frozen)]`)
  t.strictSame(value, [
    42,
    false,
    true,
    's',
    true,
    1,
    true,
    0,
    2,
    'g',
    2.5,
    4,
    true,
    'weak',
    true,
    true,
    2 * PROGRAMS + 2,
    true,
  ])
})

t.test('a snapshot does not grow with the number of programs', async t => {
  const session = new TestSession()
  const programs = [
    'const x = 1; function f1() { return x } x',
    'throw new Error("x")',
    '(async () => { await f.async(1) })(); setTimeout(() => {}, 1); final_answer(f(2))',
    'let NaN = 1',
  ]
  const run = async (rounds: number) => {
    for (let i = 0; i < rounds; i++) for (const program of programs) await session.run(program)
    return session.snapshot?.length as number
  }
  const before = await run(20)
  const after = await run(20)
  t.ok(after < before * 1.05, `${before} and then ${after} bytes`)
})

t.test('a memory that has grown is restored as it was', async t => {
  const session = new TestSession()
  await session.valueOf('const large = new Uint8Array(8_000_000).fill(7); large[7_999_999] = 9')
  t.strictSame(
    await session.valueOf('[large.length, large[0], large[7_999_999]]'),
    [8_000_000, 7, 9],
  )
})

t.test('nothing of one session is visible in another', async t => {
  const [one, other] = [new TestSession(), new TestSession()]
  await one.valueOf('const secret = 1; globalThis.open = 2; Array.prototype.extra = 3; inputs.x', {
    inputs: { x: 4 },
  })
  t.strictSame(
    await other.valueOf(
      '[typeof secret, typeof open, typeof x, [].extra ?? null, Object.keys(inputs)]',
    ),
    ['undefined', 'undefined', 'undefined', null, []],
  )
})

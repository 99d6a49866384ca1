import t from 'tap'
import { TestSession } from './session-guest.ts'

t.test(
  'a tool that a program has kept calls the tool of that name in later executions',
  async t => {
    const session = new TestSession()
    await session.valueOf('const kept = g, face = g.async, box = tools; kept(1)', {
      tools: ['f', 'g'],
    })
    const { value, calls } = await session.run('[kept(2), await face(3), kept === g, box.g(4)]', {
      tools: ['g', 'h', 'f'],
    })
    t.strictSame(value, [4, 6, true, 8])
    t.strictSame(calls, ['g(2)', 'concurrent g(3)', 'g(4)'])
  },
)

t.test('a tool that is not there any more says so, and comes back with its name', async t => {
  const session = new TestSession()
  await session.valueOf('const kept = g', { tools: ['g'] })
  const source = `const report = error => [error.name, error.code, error.tool, error instanceof ToolUnavailableError]
    const caught = []
    try { kept(1) } catch (error) { caught.push(report(error)) }
    try { await kept.async(1) } catch (error) { caught.push(report(error)) }
    try { kept.map([1]) } catch (error) { caught.push(report(error)) }
    ;[...caught, typeof g, Object.keys(tools)]`
  const gone = ['ToolUnavailableError', 'TOOL_UNAVAILABLE', 'g', true]
  t.strictSame(await session.valueOf(source, { tools: ['f'] }), [
    gone,
    gone,
    gone,
    'undefined',
    ['f'],
  ])
  t.equal(await session.valueOf('kept(1)', { tools: ['f', 'g'] }), 2)
})

t.test("a session's own name keeps shadowing a tool of that name", async t => {
  for (const declare of ['const g = 1', 'function g() {}', 'var g = 1', 'g = 1', 'class g {}']) {
    const session = new TestSession()
    await session.valueOf(`${declare}; 0`, { tools: ['f'] })
    const value = await session.valueOf('[typeof g, tools.g(2)]', { tools: ['f', 'g'] })
    t.strictSame(value, [/function|class/.test(declare) ? 'function' : 'number', 4], declare)
  }
})

t.test('a program may give a name to itself that a tool had', async t => {
  const session = new TestSession()
  await session.valueOf('const f = x => "own " + x; f(1)')
  t.strictSame(await session.valueOf('[f(2), tools.f(2)]'), ['own 2', 4])
})

t.test('inputs are those of the execution', async t => {
  const session = new TestSession()
  const inputs = (values: Record<string, unknown>) => ({ inputs: values })
  t.strictSame(
    await session.valueOf('const old = inputs; [a, b, f(1)]', inputs({ a: 1, b: { c: 2 } })),
    [1, { c: 2 }, 2],
  )
  t.strictSame(await session.valueOf('[typeof a, typeof b, Object.keys(inputs), old.a]'), [
    'undefined',
    'undefined',
    [],
    1,
  ])
  await session.valueOf('a = 5', inputs({ a: 3 }))
  t.strictSame(await session.valueOf('[a, inputs.a]', inputs({ a: 4 })), [5, 4])
})

t.test('calls are counted from the first again, and old deliveries reach nobody', async t => {
  const session = new TestSession()
  await session.run('const seen = []; f.async(1).then(x => seen.push(x)); final_answer(0)')
  t.strictSame(await session.valueOf('const x = await f.async(21); [x, seen]'), [42, []])
  await session.run('const tick = setInterval(() => seen.push("tick"), 1); final_answer(0)')
  t.strictSame(await session.valueOf('await new Promise(r => setTimeout(r, 1)); seen'), [])
})

t.test('a stream that an earlier execution has left open is over', async t => {
  const session = new TestSession()
  t.equal(await session.valueOf('const stream = items(); stream.next().value'), 1)
  const { value, calls } = await session.run(
    'const rest = [...stream]; stream.return(); [rest, stream.next(), await stream[Symbol.asyncIterator]().next()]',
  )
  t.strictSame(value, [[], { value: null, done: true }, { value: null, done: true }])
  t.strictSame(calls, [])
})

t.test('clock and randomness are those of the execution', async t => {
  const session = new TestSession()
  const source = '[Math.random(), crypto.randomUUID(), performance.timeOrigin]'
  t.strictSame(await session.valueOf(source), await session.valueOf(source))
})

t.test('a session whose built-ins were patched goes on', async t => {
  const session = new TestSession()
  await session.valueOf(`
    Map.prototype.clear = Reflect.deleteProperty = JSON.parse = Array.prototype.push = null
    Object.defineProperty(Object.prototype, 'name', { __proto__: null, get() { throw 1 }, set() { throw 1 }, configurable: true })
    Object.defineProperty(Array.prototype, '0', { __proto__: null, set() { throw 1 }, configurable: true })
    let a = 1; 0`)
  t.strictSame(await session.valueOf('const a = 2; function b() { return a } b() + f(1)'), 4)
})

import t from 'tap'
import { type Execution, TestSession } from './session-guest.ts'

/** How programs end before their time: name, source, value or error, what they run with. */
const ends: [name: string, source: string, end: unknown, execution?: Execution][] = [
  [
    'throws at the top level',
    'mark("a"); throw new Error("x"); mark("never")',
    'Error: x (line 1)',
  ],
  ['does not parse', 'mark("never"', 'SyntaxError: Unexpected token'],
  ['is refused by the engine', 'let NaN; mark("never")', /^SyntaxError/],
  ['spends its time', 'mark("a"); while (true);', 'cpuMs', { maxPolls: 20 }],
  [
    'spends its time in catch and finally',
    'for (;;) { try { while (true); } catch { mark("never") } finally { mark("never") } }',
    'cpuMs',
    { maxPolls: 20 },
  ],
  [
    'spends its time in promises',
    'while (true) new Promise(() => { while (true); })',
    'cpuMs',
    { maxPolls: 20 },
  ],
  [
    'spends its time in microtasks',
    'const again = () => Promise.resolve().then(again); await again()',
    'cpuMs',
    { maxPolls: 20 },
  ],
  [
    'fills the heap',
    'const a = []; while (true) a.push({}, [])',
    /out of memory/,
    { memoryBytes: 4e6 },
  ],
  [
    'fills the heap for ever',
    'globalThis.a = []; for (;;) { try { a.push({}, []) } catch {} }',
    /out of memory|cpuMs/,
    { memoryBytes: 4e6, maxPolls: 50 },
  ],
  ['deadlocks', 'mark("a"); await new Promise(() => {}); mark("never")', 'deadlock'],
  [
    'answers in nested calls',
    `const inner = () => { try { final_answer(1) } catch { mark("never") } finally { mark("never") } }
     try { [1].map(() => inner()) } catch { mark("never") } finally { mark("never") }`,
    1,
  ],
  [
    'answers in the Promise constructor',
    `try { new Promise(() => { final_answer(2) }).catch(() => mark("never")).finally(() => mark("never")) }
     finally { mark("never") }`,
    2,
  ],
  [
    'answers in Promise.try',
    'try { Promise.try(() => final_answer(3)).finally(() => mark("never")) } finally { mark("never") }',
    3,
  ],
  [
    'answers in an iterable for Promise.all',
    `const hostile = { [Symbol.iterator]: () => ({ next() { final_answer(4) }, return() { mark("never") } }) }
     try { await Promise.all(hostile) } catch { mark("never") } finally { mark("never") }`,
    4,
  ],
  ['answers in finally', 'try { throw 1 } finally { final_answer(5); mark("never") }', 5],
  [
    'answers in an async function that is awaited',
    `const run = async () => { try { await null; final_answer(6) } finally { mark("never") } }
     try { await run() } catch { mark("never") } finally { mark("never") }`,
    6,
  ],
  [
    'answers in a generator',
    `function* run() { try { yield final_answer(7) } finally { mark("never") } }
     for (const x of run()) mark("never")`,
    7,
  ],
  [
    'answers in an async generator',
    `async function* run() { try { yield final_answer(8) } finally { mark("never") } }
     for await (const x of run()) mark("never")`,
    8,
  ],
  [
    'answers in a getter of a thenable',
    'await { get then() { final_answer(9); mark("never") } }; mark("never")',
    9,
  ],
  ['answers in a comparator', '[3, 1].sort(() => { final_answer(10) }); mark("never")', 10],
  ['answers in a replacer', 'JSON.stringify({ a: 1 }, () => final_answer(11)); mark("never")', 11],
  ['answers in a proxy', 'new Proxy({}, { get() { final_answer(12) } }).x; mark("never")', 12],
  ['answers with jobs left', 'Promise.resolve().then(() => mark("never")); final_answer(13)', 13],
  ['answers with timers left', 'setTimeout(() => mark("never"), 1); final_answer(14)', 14],
  [
    'answers with calls under way',
    'f.async(1).then(() => mark("never")).finally(() => mark("never")); final_answer(15)',
    15,
  ],
  [
    'answers with a resource open',
    'using a = { [Symbol.dispose]() { mark("never") } }; final_answer(16)',
    16,
  ],
  ['answers in toLocaleString', '[{ toLocaleString() { final_answer(17) } }].toLocaleString()', 17],
  [
    'answers in an async function that nobody awaits',
    'try { (async () => { final_answer(19) })() } finally { mark("never") } mark("never")',
    19,
  ],
  ['answers in a group of the console', 'console.group("g"); final_answer(18)', 18],
]

for (const [name, source, end, execution] of ends) {
  t.test(`a program that ${name} leaves the session as it was, and usable`, async t => {
    const session = new TestSession()
    await session.valueOf(
      'const marks = []; const mark = text => { marks.push(text) }; let kept = 1',
    )
    const { value, error, logs } = await session.run(source, execution)
    const ending = error ?? value
    if (end instanceof RegExp) t.match(ending, end)
    else if (typeof end === 'string')
      t.match(ending, new RegExp(`^${end.replace(/[()]/g, '\\$&')}`))
    else t.equal(ending, end)
    t.strictSame(
      logs.filter(line => line !== 'g'),
      [],
    )
    const after = await session.run(
      'kept++; await f.async(1); console.log("here"); [marks.includes("never"), kept]',
    )
    t.strictSame({ value: after.value, logs: after.logs }, { value: [false, 2], logs: ['here'] })
    t.strictSame(await session.valueOf('[marks.includes("never"), kept]'), [false, 2])
  })
}

t.test('a failed program leaves what it had assigned before the error', async t => {
  const session = new TestSession()
  await session.run('const a = 1; let b = 2; c = 3; b = 4; throw new Error("x"); b = 5')
  t.strictSame(await session.valueOf('[a, b, c]'), [1, 4, 3])
  await session.run('b = 6; while (true);', { maxPolls: 20 })
  t.equal(await session.valueOf('b'), 6)
  await session.run('b = 7; final_answer(1)')
  t.equal(await session.valueOf('b'), 7)
})

t.test('a program that leaves no room leaves no snapshot', async t => {
  const session = new TestSession()
  await session.valueOf('let a = 1')
  const { isKept } = await session.run('a = 2; globalThis.b = []; while (true) b.push({}, [])', {
    memoryBytes: 4e6,
  })
  t.notOk(isKept)
  t.equal(await session.valueOf('a'), 1)
})

t.test('the memory limit of an execution counts what the session has already', async t => {
  const session = new TestSession()
  await session.valueOf('const a = new Uint8Array(8e6).fill(1)')
  const { error, isKept } = await session.run('new Uint8Array(1e6).length', { memoryBytes: 4e6 })
  t.match(error, /out of memory/)
  t.notOk(isKept)
  t.equal(await session.valueOf('a.length'), 8e6)
})

t.test('a rejection that nobody has handled is told once', async t => {
  const session = new TestSession()
  const { logs } = await session.run('Promise.reject(new Error("lost")); 1')
  t.equal(logs.length, 1)
  t.strictSame((await session.run('1')).logs, [])
})

t.test('a promise of a program that was ended stays pending', async t => {
  const session = new TestSession()
  await session.run('const p = (async () => { await null; return 1 })(); final_answer(0)')
  t.equal((await session.run('await p')).error, 'deadlock')
  t.equal(await session.valueOf('await Promise.race([p, 2])'), 2)
})

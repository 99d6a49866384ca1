import t from 'tap'
import { compile } from '../../../executor/compile/compile.ts'
import { run } from './guest.ts'

/** Name of the behaviour, source, its value, its calls. */
type Case = [name: string, source: string, value: unknown, calls: string[]]

const [F1, F2, G2] = ['concurrent f(1)', 'concurrent f(2)', 'concurrent g(2)']

const concurrent: Case[] = [
  ['the operand of a top-level await', 'await f(1)', 1, [F1]],
  ['an operand in parentheses', 'await ((f)(1))', 1, [F1]],
  ['an operand directly behind the word', 'await(f)(1) + await[f][0](1)', 2, [F1, F1]],
  ['a branch of a condition', 'await (true ? f(1) : g(2))', 1, [F1]],
  [
    'the right side of ||, ?? and &&',
    'await (0 || f(1)); await (null ?? g(2)); await (1 && f(1))',
    1,
    [F1, G2, F1],
  ],
  ['the last of a sequence', 'await (0, f(1))', 1, [F1]],
  ['an optional call', 'await f?.(1)', 1, [F1]],
  ['a method', 'await tools.f(1)', 1, [F1]],
  [
    'a computed method, its key a sequence',
    "await tools[0, 'my-tool'](1)",
    1,
    ['concurrent my-tool(1)'],
  ],
  ['a method behind comments and lines', 'await tools /* . */\n  . // (\n  f(1)', 1, [F1]],
  ['a method of an object in parentheses', 'await (0, tools).f(1)', 1, [F1]],
  ['elements of Promise.all', 'await Promise.all([f(1), g(2), 3])', [1, 2, 3], [F1, G2]],
  ['elements of a spread array', 'await Promise.all([...[f(1)], g(2)])', [1, 2], [F1, G2]],
  ['elements of Promise.race', 'await Promise.race([f(1), g(2)])', 1, [F1, G2]],
  ['elements of Promise.any', 'await Promise.any([f("bad"), g(2)])', 2, ['concurrent f(bad)', G2]],
  [
    'elements of Promise.allSettled',
    '(await Promise.allSettled([f("bad"), g(2)])).map(o => o.status)',
    ['rejected', 'fulfilled'],
    ['concurrent f(bad)', G2],
  ],
  ['what a mapped callback returns', 'await Promise.all([1].map(x => f(x)))', [1], [F1]],
  [
    'returns of a mapped callback with a body',
    'await Promise.all([1, 2].map(x => { if (x === 1) return f(x); return g(x) }))',
    [1, 2],
    [F1, G2],
  ],
  [
    'a mapped function expression',
    'await Promise.all([1].map(function (x) { return f(x) }))',
    [1],
    [F1],
  ],
  ['a tool as the callback', 'await Promise.all([1].map(f))', [1], [F1]],
  ['a tool of the tools object as the callback', 'await Promise.all([1].map(tools.f))', [1], [F1]],
  ['what flatMap flattens', 'await Promise.all([1].flatMap(x => [f(x), g(2)]))', [1, 2], [F1, G2]],
  ['what flatMap takes as it is', 'await Promise.all([1].flatMap(x => f(x)))', [1], [F1]],
  ['a map inside flatMap', 'await Promise.all([[1]].flatMap(xs => xs.map(f)))', [1], [F1]],
  [
    'what Array.from maps',
    'await Promise.all(Array.from({ length: 1 }, (_, i) => f(i + 1)))',
    [1],
    [F1],
  ],
  [
    'entries of an object',
    'await Promise.all(Object.entries({ a: 1 }).map(async ([k, v]) => [k, await f(v)]))',
    [['a', 1]],
    [F1],
  ],
  ['a mapped async callback', 'await Promise.all([1].map(async x => f(x)))', [1], [F1]],
  ['the receiver of then', 'await f(1).then(x => x + 1)', 2, [F1]],
  ['the receiver of catch', 'await f("bad").catch(e => e.message)', 'bad', ['concurrent f(bad)']],
  ['the receiver of an optional then', 'await f(1)?.then(x => x + 1)', 2, [F1]],
  ['the receiver of finally', 'f(1).finally(() => {})', 1, [F1]],
  ['what an async function returns', 'async function a() { return f(1) }\nawait a()', 1, [F1]],
  ['what an async method returns', 'const o = { async a() { return f(1) } }\nawait o.a()', 1, [F1]],
  ['the body of an async arrow', 'const a = async x => f(x)\nawait a(1)', 1, [F1]],
  [
    'yield in an async generator',
    'async function* a() { yield f(1); return g(2) }\nlet i = a(); [(await i.next()).value, (await i.next()).value]',
    [1, 2],
    [F1, G2],
  ],
  [
    'elements under for await',
    'let s = 0; for await (const x of [f(1), g(2)]) s += x; s',
    3,
    [F1, G2],
  ],
  [
    'a const that is awaited',
    'const p = f(1); const q = g(2); [await p, await q]',
    [1, 2],
    [F1, G2],
  ],
  [
    'two consts of one declaration',
    'const p = f(1), q = g(2); await Promise.all([p, q])',
    [1, 2],
    [F1, G2],
  ],
  ['a const of a const', 'const p = f(1); const q = p; await q', 1, [F1]],
  ['a const array', 'const ps = [1].map(x => f(x)); await Promise.all(ps)', [1], [F1]],
  [
    'a const array used twice',
    'const ps = [f(1)]; await Promise.all(ps); await Promise.allSettled(ps); 5',
    5,
    [F1],
  ],
  [
    'a const used in an inner function',
    'const p = f(1); const a = async () => (await p) + 1; await a()',
    2,
    [F1],
  ],
  [
    'what is pushed',
    'const ps = []; for (const x of [1, 2]) ps.push(f(x)); await Promise.all(ps)',
    [1, 2],
    [F1, 'concurrent f(2)'],
  ],
  [
    'what forEach pushes',
    'const ps = []; [1].forEach(x => ps.push(f(x))); await Promise.all(ps)',
    [1],
    [F1],
  ],
  [
    'a spread that is pushed',
    'const ps = []; ps.push(...[1].map(f), g(2)); await Promise.all(ps)',
    [1, 2],
    [F1, G2],
  ],
  [
    'a loop that awaits each',
    'const ps = [f(1), g(2)]; let s = 0; for (const p of ps) { s += await p } s',
    3,
    [F1, G2],
  ],
  [
    'a const returned by an async function',
    'async function a() { const p = f(1); return p }\nawait a()',
    1,
    [F1],
  ],
  ['a tool under another name', 'const k = f; await k(1)', 1, [F1]],
  ['a let', 'let p = f(1); await p', 1, [F1]],
  ['a let that is given another call', 'let p = f(1); await p; p = g(2); await p', 2, [F1, G2]],
  [
    'a let that is given a call later',
    'let p; if (true) p = f(1); else p = g(2); await p',
    1,
    [F1],
  ],
  ['an assignment that is awaited', 'let p; await (p = f(1)); await p', 1, [F1]],
  [
    'a const array that is measured',
    'const ps = [f(1)]; await Promise.all(ps); ps.length',
    1,
    [F1],
  ],
  [
    'an element that is awaited',
    'const ps = [f(1), g(2)]; (await ps[0]) + (await ps[1])',
    3,
    [F1, G2],
  ],
  ['destructured elements', 'const [p, q] = [f(1), g(2)]; (await q) + (await p)', 3, [F1, G2]],
  ['a part of an array', 'await Promise.all([f(1), g(2)].slice(0))', [1, 2], [F1, G2]],
  [
    'elements of which each is continued',
    'await Promise.all([1].map(f).map(p => p.then(x => x + 1)))',
    [2],
    [F1],
  ],
  ['what Promise.resolve takes', 'const p = Promise.resolve(f(1)); await p', 1, [F1]],
  ['what resolve takes', 'await new Promise(done => done(f(1)))', 1, [F1]],
  ['what Promise.try calls', 'await Promise.try(() => f(1))', 1, [F1]],
  ['a callback of then', 'await Promise.resolve(1).then(x => f(x))', 1, [F1]],
  ['a tool as the callback of then', 'await f(1).then(g)', 1, [F1, 'concurrent g(1)']],
]

const helpers: Case[] = [
  ['a function', 'function a() { return f(1) }\nawait a()', 1, [F1]],
  [
    'a function that is declared below',
    'const x = await a()\nfunction a() { return f(1) }\nx',
    1,
    [F1],
  ],
  ['an arrow function', 'const a = x => f(x); await a(1).then(x => x + 1)', 2, [F1]],
  ['an arrow function in parentheses', 'const a = (x) => (f(x)); await a(1).then(x => x)', 1, [F1]],
  [
    'an arrow function behind comments',
    'const a = (x /* => */) /* y */ => // z\n f(x)\nawait a(1)',
    1,
    [F1],
  ],
  ['an arrow function without parameters', 'const a = () => f(1); await a()', 1, [F1]],
  ['a default parameter', 'const a = (x = 1) => f(x); await a()', 1, [F1]],
  [
    'another helper as a default',
    'const b = () => g(2); const a = (x = b()) => f(x); await a()',
    2,
    ['g(2)', F2],
  ],
  ['a call as a default', 'const a = (x = f(1)) => x; await a()', 1, [F1]],
  [
    'a call as a default, through a variable',
    'function a(x = f(1)) { const y = x; return y }\nawait Promise.all([a(), a(3)])',
    [1, 3],
    [F1],
  ],
  [
    'a call in each of two defaults',
    'const a = (x = f(1), y = f(2)) => [x, y]; await Promise.all(a())',
    [1, 2],
    [F1, F2],
  ],
  [
    'a call as a default of a method',
    'const o = { a(x = f(1)) { return x } }; await o.a().then(x => x)',
    1,
    [F1],
  ],
  [
    'a list as a default',
    'const a = (xs = [1, 2].map(x => f(x))) => xs; await Promise.all(a())',
    [1, 2],
    [F1, F2],
  ],
  ['a parameter with its name', 'const a = (a = 1) => f(a); await a()', 1, [F1]],
  [
    'a default with a method of its name',
    'const a = (x = local.a?.() ?? 1) => f(x); await a()',
    1,
    [F1],
  ],
  [
    'a body with statements',
    'const a = x => { const y = x + 1; return f(y) }; await a(0)',
    1,
    [F1],
  ],
  ['a body with directives', "function a(x) { 'use strict'; return f(x) }\nawait a(1)", 1, [F1]],
  ['a mapped helper', 'const a = x => f(x); await Promise.all([1, 2].map(a))', [1, 2], [F1, F2]],
  [
    'a helper of a helper',
    'const a = x => f(x); const b = x => a(x); await Promise.all([b(1), b(2)])',
    [1, 2],
    [F1, F2],
  ],
  ['a helper of an object', 'const o = { a: x => f(x) }; await o.a(1).then(x => x)', 1, [F1]],
  [
    'a method of an object',
    'const o = { a(x) { return f(x) } }; await o.a(1).then(x => x)',
    1,
    [F1],
  ],
  [
    'a method of a class',
    'class A { a(x) { return f(x) } }\nawait new A().a(1).then(x => x)',
    1,
    [F1],
  ],
  [
    'a static method',
    'class A { static a(x) { return f(x) } }\nawait A.a(1).then(x => x)',
    1,
    [F1],
  ],
  ['a field of a class', 'class A { a = x => f(x) }\nawait new A().a(1).then(x => x)', 1, [F1]],
  [
    'a method of this',
    'class A { a(x) { return f(x) } b(x) { return this.a(x) } }\nawait new A().b(1)',
    1,
    [F1],
  ],
  ['a function in a block', 'if (true) { function a() { return f(1) } await a() }', 1, [F1]],
  [
    'a helper that is handed on',
    'const run = k => k(); await Promise.all([run(() => f(1)), run(() => g(2))])',
    [1, 2],
    [F1, G2],
  ],
  [
    'a helper in a list',
    'const ks = [() => f(1), () => g(2)]; await Promise.all(ks.map(k => k()))',
    [1, 2],
    [F1, G2],
  ],
  [
    'a helper that is made',
    'const make = k => x => k(x); await Promise.all([1].map(make(f)))',
    [1],
    [F1],
  ],
  [
    'a helper inside of a callback',
    'await Promise.all([1].map(x => { const k = () => f(x); return k() }))',
    [1],
    [F1],
  ],
  [
    'a branch of a helper',
    'const a = x => x ? f(x) : null; await Promise.all([a(1), a(0)])',
    [1, null],
    [F1],
  ],
  [
    'a helper that gives a list',
    'const a = xs => xs.map(x => f(x)); await Promise.all(a([1, 2]))',
    [1, 2],
    [F1, F2],
  ],
  [
    'a helper that collects a list',
    'function a(xs) { const ps = []; for (const x of xs) ps.push(f(x)); return ps }\nawait Promise.all(a([1, 2]))',
    [1, 2],
    [F1, F2],
  ],
  ['a parameter that is awaited', 'const a = async p => (await p) + 1; await a(f(1))', 2, [F1]],
  ['a parameter that is continued', 'const a = p => p.then(x => x + 1); await a(f(1))', 2, [F1]],
  [
    'a parameter in a race',
    'const a = p => Promise.race([p, new Promise(() => {})]); await a(f(1))',
    1,
    [F1],
  ],
  ['a parameter that is handed back', 'const a = p => p; await a(f(1))', 1, [F1]],
  [
    'a parameter of a method',
    'const o = { a(p) { return p.then(x => x) } }; await o.a(f(1))',
    1,
    [F1],
  ],
  [
    'further parameters',
    'const a = (...ps) => Promise.all(ps); await a(f(1), g(2))',
    [1, 2],
    [F1, G2],
  ],
]

for (const [name, source, value, calls] of helpers) {
  t.test(`through helpers: ${name} is concurrent`, async t => {
    t.strictSame(await run(source), { value, calls })
  })
}

for (const [name, source, value, calls] of concurrent) {
  t.test(`${name} is concurrent`, async t => {
    t.strictSame(await run(source), { value, calls })
  })
}

const synchronous: Case[] = [
  ['a call that nobody awaits', 'const x = f(1); x', 1, ['f(1)']],
  ['the left side of a logical operator', 'await (f(0) || g(2))', 2, ['f(0)', G2]],
  ['an inner argument', 'await f(g(1))', 1, ['g(1)', F1]],
  ['a part of an operand', 'await (f(1) + 1)', 2, ['f(1)']],
  ['an assignment', 'let x; await (x = f(1)); x', 1, ['f(1)']],
  ['a const that is also used as a value', 'const p = f(1); await p; p + 1', 2, ['f(1)']],
  ['a const in a shorthand property', 'const p = f(1); await p; ({ p })', { p: 1 }, ['f(1)']],
  ['a destructured const', 'const { length } = f("ab"); await length', 2, ['f(ab)']],
  [
    'what is pushed where the result is used',
    'const ps = []; const n = ps.push(f(1)); await Promise.all(ps); n',
    1,
    ['f(1)'],
  ],
  ['a const that nobody uses', 'const p = f(1); 5', 5, ['f(1)']],
  ['an element of an array by itself', 'const a = [f(1)]; a[0]', 1, ['f(1)']],
  ['a map by itself', '[1].map(x => f(x))', [1], ['f(1)']],
  [
    'Promise.all of a Promise of the source',
    'const Promise = { all: xs => xs }; Promise.all([f(1)])',
    [1],
    ['f(1)'],
  ],
  [
    'Promise.all in a function with a parameter Promise',
    '(Promise => Promise.all([f(1)]))({ all: xs => xs })',
    [1],
    ['f(1)'],
  ],
  [
    'what a generator returns',
    'function* a() { return f(1) }\nawait a().next().value',
    1,
    ['f(1)'],
  ],
  [
    'a call in try of a plain function',
    'const a = () => { try { return f("bad").then(x => x) } catch (e) { return e.message } }\na()',
    'bad',
    ['f(bad)'],
  ],
  [
    'a callback in try of a plain function',
    'function a() { try { return Promise.all(["bad"].map(f)) } catch (e) { return e.message } }\na()',
    'bad',
    ['f(bad)'],
  ],
  ['new', 'class C { constructor() { this.x = f(1) } }\n(await new C()).x', 1, ['f(1)']],
  ['a method behind an optional link', 'await tools?.f(1)', 1, ['f(1)']],
  ['a method called if it is there', 'await tools.f?.(1)', 1, ['f(1)']],
  [
    'a private method',
    'class C { #m = f; async go() { return await this.#m(1) } }\nawait new C().go()',
    1,
    ['f(1)'],
  ],
  ['a helper whose value is used', 'const a = x => f(x); a(1) + 1', 2, ['f(1)']],
  [
    'a helper whose value is used once',
    'const a = x => f(x); const x = a(1); const p = a(2); [x, await p]',
    [1, 2],
    ['f(1)', 'concurrent f(2)'],
  ],
  [
    'a helper that catches',
    'const a = x => { try { return f(x) } catch { return 0 } }; await a("bad").then(x => x)',
    0,
    ['f(bad)'],
  ],
  ['a helper that calculates', 'const a = x => f(x) + 1; await a(1).then(x => x)', 2, ['f(1)']],
  [
    'a parameter that is also a value',
    'const a = p => p.then(x => x + p); await a(f(1))',
    2,
    ['f(1)'],
  ],
  ['a getter', 'const o = { get a() { return f(1) } }; await o.a', 1, ['f(1)']],
  ['a helper with a computed name', 'const o = { ["a"]: x => f(x) }; await o.a(1)', 1, ['f(1)']],
  [
    'a helper that calls itself by the way',
    'function a(x) { if (x > 1) { const y = a(x - 1); return y + 0 } return f(x) }\nawait a(2)',
    1,
    ['f(1)'],
  ],
  ['a default whose value is used', 'const a = (x = f(1)) => x; a() + 1', 2, ['f(1)']],
  [
    'a field that calls itself in a default',
    'const o = { a: (n, x = n > 0 ? o.a(n - 1) + 1 : f(1)) => x }; await o.a(2)',
    3,
    ['f(1)'],
  ],
  [
    'a helper that calls itself in a default',
    'const a = (n, x = n > 0 ? a(n - 1) + 1 : f(1)) => x; await a(2)',
    3,
    ['f(1)'],
  ],
  [
    'a method that calls itself in a default',
    'const o = { a(n, x = n > 0 ? this.a(n - 1) + 1 : f(1)) { return x } }; await o.a(2)',
    3,
    ['f(1)'],
  ],
  ['a function with the name of a tool', 'const f = x => x + 1; await f(1)', 2, []],
]

for (const [name, source, value, calls] of synchronous) {
  t.test(`${name} is synchronous`, async t => {
    t.strictSame(await run(source), { value, calls })
  })
}

t.test('a chain whose head is missing ends there', async t => {
  t.strictSame(await run('let o; await o?.f(1)'), { value: undefined, calls: [] })
  t.strictSame(await run('let k; await k?.(1)'), { value: undefined, calls: [] })
  t.strictSame(await run('let k; await k?.(1)(2)'), { value: undefined, calls: [] })
  t.strictSame(await run('let o; await (o?.a).b?.(1)').then(r => r.error !== undefined), true)
})

t.test('a method keeps its receiver', async t => {
  t.strictSame(await run('await local.get(1)'), { value: 8, calls: [] })
  t.strictSame(await run("await local['get'](1)"), { value: 8, calls: [] })
  t.strictSame(await run('await (local.get)(1)'), { value: 8, calls: [] })
  t.strictSame(await run('await (local?.get)(1)'), { value: 8, calls: [] })
  t.strictSame(
    await run(
      'class A { async m() { return 1 } }\nclass B extends A { async m() { return super.m() } }\nawait new B().m()',
    ),
    { value: 1, calls: [] },
  )
})

t.test('catch and finally of an async function see the call that it returns', async t => {
  const source = `
    const seen = []
    async function a(x) {
      try { return x ? f('bad') : g('bad') }
      catch (error) { seen.push(error.message); return 'caught' }
      finally { seen.push('finally') }
    }
    const b = async () => { try { const p = f('bad'); return p } catch { return 'b' } }
    ;[await a(true), await a(false), await b(), seen]`
  t.strictSame(await run(source), {
    value: ['caught', 'caught', 'b', ['bad', 'finally', 'bad', 'finally']],
    calls: ['concurrent f(bad)', 'concurrent g(bad)', 'concurrent f(bad)'],
  })
})

t.test('a returned condition, sequence or alternative is awaited whole', async t => {
  const source = `
    const a = async x => x ? f(1) : g(2)
    const b = async x => (x, null ?? f(1))
    async function c(x) { return x || (0, f(1)) }
    async function d(x) { return(x && f(1)) }
    ;[await a(1), await a(0), await b(), await c(0), await d(1)]`
  t.strictSame((await run(source)).value, [1, 2, 1, 1, 1])
})

t.test('async functions overlap', async t => {
  const source = `
    async function a(x) { const y = await f(x); return await g(y) }
    await Promise.all([a(1), a(2)])`
  t.strictSame(await run(source), {
    value: [1, 2],
    calls: [F1, 'concurrent f(2)', 'concurrent g(1)', G2],
  })
})

t.test(
  'what a plain function throws is thrown there, and asked for where outcomes are',
  async t => {
    const source = `
    const trace = []
    const check = x => { trace.push('check'); throw new Error('no') }
    const a = async () => { const p = check(1); trace.push('never'); return p }
    const b = async () => Promise.all([check(1), f(1)])
    const c = await check(1).catch(e => e.message)
    const d = await Promise.allSettled([check(1), f(2)])
    ;[await a().catch(e => e.message), await b().catch(e => e.message), c, d.map(o => o.status), trace.length]`
    t.strictSame(await run(source), {
      value: ['no', 'no', 'no', ['rejected', 'fulfilled'], 4],
      calls: [F2],
    })
  },
)

t.test(
  'the error of a tool in a plain function waits for whoever asks for the promise',
  async t => {
    const source = `
    const plus = x => f(x) + 1
    const p = plus('bad')
    const [q] = await Promise.all([p.catch(e => e.message)])
    q`
    t.strictSame(await run(source), { value: 'bad', calls: ['f(bad)'] })
  },
)

t.test('a source without promises keeps its calls as they are', async t => {
  const compiled = compile('for (const x of [1]) f(x)', 'javascript')
  t.equal(compiled.ok && compiled.program.code, '\n{for (const x of [1]) f(x)}')
})

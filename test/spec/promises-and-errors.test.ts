/** Tools with promises, `try`, shadowing and order: what a program of async tools would do in Node. */

import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { completed, failureOf, outputOf, startExecutor } from '../support/executor.ts'

/** `ok(x)` gives x, `bad(message)` rejects; both answer in a later turn. */
const tools = {
  ok: async (value: unknown) => {
    await turn()
    return value
  },
  bad: async (message = 'bad') => {
    await turn()
    throw new RangeError(message)
  },
}

const executor = startExecutor(t, tools)

/** What the program does, the source, its value. */
const programs: [what: string, source: string, value: unknown][] = [
  // try in async functions.
  [
    'a returned call that rejects is caught by the try around it',
    `async function f() { try { return bad() } catch { return 'fallback' } finally { log.push('f') } }
     const log = []; [await f(), log]`,
    ['fallback', ['f']],
  ],
  [
    'a returned call that resolves runs the finally after it',
    `const log = []
     async function f() { try { return ok((log.push('call'), 1)) } finally { log.push('finally') } }
     const v = await f(); log.push('after'); [v, log]`,
    [1, ['call', 'finally', 'after']],
  ],
  [
    'an awaited call that rejects is caught',
    'async function f() { try { return await bad() } catch (e) { return e.message } }\nawait f()',
    'bad',
  ],
  [
    'a call without await in an async function is caught',
    "async function f() { try { const v = bad(); return v } catch { return 'fallback' } }\nawait f()",
    'fallback',
  ],
  [
    'a finally that returns wins over the call',
    "async function f() { try { return bad() } finally { return 'last' } }\nawait f()",
    'last',
  ],
  [
    'a nested try catches first',
    `async function f() {
       try { try { return bad('inner') } catch (e) { throw new Error('outer of ' + e.message) } }
       catch (e) { return e.message }
     }
     await f()`,
    'outer of inner',
  ],
  [
    'an async arrow without braces rejects',
    "const f = async () => bad('arrow'); await f().catch(e => e.message)",
    'arrow',
  ],
  [
    'a call in a plain function is caught by the async function that calls it',
    `const get = () => bad('plain')
     async function f() { try { return get() } catch (e) { return e.message } }
     await f()`,
    'plain',
  ],
  [
    'try around Promise.all catches the first rejection',
    `async function f() { try { return await Promise.all([ok(1), bad('one'), ok(2)]) } catch (e) { return e.message } }
     await f()`,
    'one',
  ],
  [
    'a conditional return is caught',
    "async function f(x) { try { return x ? bad() : ok(1) } catch { return 'fallback' } }\n[await f(true), await f(false)]",
    ['fallback', 1],
  ],
  [
    'a const promise that rejects is caught where it is awaited',
    `async function f() { const p = bad('late'); try { return await p } catch (e) { return e.message } }
     await f()`,
    'late',
  ],
  [
    'a const promise that is returned from a try is caught there',
    `async function f() { const p = bad('late'); try { return p } catch (e) { return e.message } }
     await f()`,
    'late',
  ],
  [
    'an async method and an async generator catch',
    `const o = { async m() { try { return bad('m') } catch (e) { return e.message } } }
     async function* g() { try { yield bad('g') } catch (e) { yield e.message } }
     [await o.m(), (await g().next()).value]`,
    ['m', 'g'],
  ],
  [
    'a retry loop tries again',
    `let tries = 0
     async function retry() {
       for (let i = 0; i < 3; i++) { try { tries++; return i < 2 ? await bad() : await ok('third') } catch {} }
     }
     [await retry(), tries]`,
    ['third', 3],
  ],
  // try outside of async functions.
  [
    'try at the top level',
    "try { bad() } catch (e) { e.name + ': ' + e.message }",
    'RangeError: bad',
  ],
  ['try around await at the top level', 'try { await bad() } catch (e) { e.message }', 'bad'],
  [
    'try in a plain function',
    "const f = () => { try { return bad() } catch { return 'fallback' } }; f()",
    'fallback',
  ],
  [
    'try in a callback of map',
    "['a', 'b'].map(x => { try { return x === 'a' ? bad() : ok(x) } catch { return 'none' } })",
    ['none', 'b'],
  ],
  [
    'try in a callback of a promised map',
    "await Promise.all(['a', 'b'].map(x => { try { return x === 'a' ? bad() : ok(x) } catch { return 'none' } }))",
    ['none', 'b'],
  ],
  [
    'a rethrown tool error keeps its class',
    'try { try { bad() } catch (e) { throw e } } catch (e) { e instanceof RangeError }',
    true,
  ],
  // Reassigned and shadowed tools.
  ['a tool under another name', 'const get = ok; [get(1), await get(2)]', [1, 2]],
  [
    'a tool under another name in Promise.all',
    'const get = ok; await Promise.all([1, 2].map(n => get(n)))',
    [1, 2],
  ],
  [
    'a tool in an object',
    'const api = { get: ok }; [api.get(1), await api.get(2), ...(await Promise.all([api.get(3)]))]',
    [1, 2, 3],
  ],
  ['a tool as an argument', 'const twice = (f, x) => [f(x), f(x)]; twice(ok, 1)', [1, 1]],
  [
    'a tool in a list of functions',
    'await Promise.all([ok, async x => x + 1].map(f => f(1)))',
    [1, 2],
  ],
  [
    'a destructured tool',
    "const { ok: get, ['bad']: fail } = tools; [get(1), await fail('x').catch(e => e.message)]",
    [1, 'x'],
  ],
  [
    'a let that shadows a tool',
    "let ok = x => 'mine ' + x; [ok(1), await ok(2), (await Promise.all([ok(3)]))[0]]",
    ['mine 1', 'mine 2', 'mine 3'],
  ],
  ['a function that shadows a tool', "function ok(x) { return 'mine ' + x }\nok(1)", 'mine 1'],
  ['a parameter that shadows a tool', 'const f = ok => ok(1); f(x => x + 1)', 2],
  ['a tool that was assigned', 'globalThis.ok = x => x * 2; [ok(2), await ok(3)]', [4, 6]],
  ['a tool that was assigned is still in tools', 'globalThis.ok = 0; tools.ok(1)', 1],
  [
    'a wrapped tool',
    "const get = ok; { const ok = async x => 'wrapped ' + (await get(x)); await ok(1) }",
    'wrapped 1',
  ],
  [
    'typeof a tool',
    '[typeof ok, ok instanceof Function, typeof ok(1)]',
    ['function', true, 'number'],
  ],
  // Promises.
  ['a promise of a tool is thenable', 'await ok(1).then(x => x + 1, () => 0).then(x => [x])', [2]],
  ['catch gives its value', "await bad('x').catch(e => 'caught ' + e.message)", 'caught x'],
  ['finally passes the value on', 'let n = 0; [await ok(1).finally(() => { n = 5 }), n]', [1, 5]],
  ['Promise.resolve takes a value of a tool', 'await Promise.resolve(ok(1)).then(x => x + 1)', 2],
  [
    'Promise.allSettled tells both',
    "(await Promise.allSettled([ok(1), bad('x')])).map(o => o.value ?? o.reason.message)",
    [1, 'x'],
  ],
  ['Promise.any takes the first that resolves', "await Promise.any([bad(), ok('good')])", 'good'],
  [
    'Promise.any of rejections is an AggregateError',
    "try { await Promise.any([bad('a'), bad('b')]) } catch (e) { [e.name, e.errors.map(x => x.message)] }",
    ['AggregateError', ['a', 'b']],
  ],
  [
    'Promise.all keeps what is no promise',
    'await Promise.all([1, ok(2), Promise.resolve(3)])',
    [1, 2, 3],
  ],
  [
    'Promise.withResolvers works',
    'const { promise, resolve } = Promise.withResolvers(); setTimeout(() => resolve(ok(7)), 1); await promise',
    7,
  ],
  ['Promise.try works', "await Promise.try(() => bad('t')).catch(e => e.message)", 't'],
  ['a thenable is awaited', 'await { then(resolve) { resolve(ok(3)) } }', 3],
  [
    'a const list is iterated twice',
    'const ps = [1, 2].map(n => ok(n)); [await Promise.all(ps), await Promise.all(ps)]',
    [
      [1, 2],
      [1, 2],
    ],
  ],
  // Order.
  [
    'code behind a synchronous call runs after its answer',
    "const log = []; log.push('a'); log.push(ok('b')); log.push('c'); log",
    ['a', 'b', 'c'],
  ],
  [
    'microtasks wait while a call blocks',
    "const log = []; Promise.resolve().then(() => log.push('micro')); log.push(ok('call')); await null; log",
    ['call', 'micro'],
  ],
  [
    'code behind a concurrent call runs before its answer',
    "const log = []; const p = ok('answer').then(v => log.push(v)); log.push('first'); await p; log",
    ['first', 'answer'],
  ],
  [
    'async functions interleave at their awaits',
    `const log = []
     const f = async name => { log.push(name + 1); await ok(); log.push(name + 2) }
     await Promise.all([f('a'), f('b')]); log`,
    ['a1', 'b1', 'a2', 'b2'],
  ],
]

for (const [what, source, value] of programs) {
  t.test(what, async t => {
    t.strictSame(await outputOf(executor, source), value)
  })
}

t.test('Promise.race gives the timer when the tool is late', async t => {
  const late = () => new Promise<never>(() => {})
  const source = `
    const timeout = new Promise((_, reject) => setTimeout(() => reject(new Error('timeout')), 5))
    try { await Promise.race([late(), timeout]) } catch (e) { final_answer(e.message) }`
  t.equal(await outputOf(executor, { source, tools: { late } }), 'timeout')
})

t.test(
  'Promise.race gives the tool when the timer is late, and does not wait for the timer',
  async t => {
    const source = `
    let timer
    const timeout = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('timeout')), 60000) })
    const value = await Promise.race([ok('tool'), timeout])
    clearTimeout(timer)
    return value`
    t.equal(await outputOf(executor, source), 'tool')
  },
)

t.test('a promise that the program gives is awaited', async t => {
  const cases: [source: string, value: unknown][] = [
    ['Promise.resolve(5)', 5],
    ['return Promise.resolve(5)', 5],
    ['return ok(5)', 5],
    ['(async () => { return await ok(5) })()', 5],
    ['async function main() { return ok(5) }\nmain()', 5],
    ['return Promise.all([ok(1), ok(2)])', [1, 2]],
    ['Promise.resolve(Promise.resolve(6))', 6],
    ['({ then(resolve) { resolve(7) } })', 7],
  ]
  for (const [source, value] of cases) t.strictSame(await outputOf(executor, source), value, source)
})

t.test('a promise that the program gives and that rejects is its failure', async t => {
  for (const source of [
    "Promise.reject(new RangeError('r'))",
    "return bad('r')",
    "(async () => { throw new RangeError('r') })()",
  ]) {
    t.match(
      await failureOf(executor, source),
      { code: 'GUEST_ERROR', name: 'RangeError', message: 'r' },
      source,
    )
  }
})

t.test('promises that are pending when the program returns are finished first', async t => {
  const done: unknown[] = []
  const note = async (value: unknown) => {
    await turn()
    done.push(value)
  }
  const source = `
    async function later(n) { await note(n); await note(n + 1); console.log('end of ' + n) }
    later(1)
    setTimeout(() => { note('timer'); console.log('timer') }, 5)
    'value'`
  const outcome = await completed(executor, { source, tools: { note } })
  const logs = outcome.logs.map(({ text }) => text)
  // Which is first, the timer or the second call, is the machine's affair.
  t.strictSame(
    { output: outcome.output, done: new Set(done), logs: new Set(logs) },
    { output: 'value', done: new Set([1, 2, 'timer']), logs: new Set(['end of 1', 'timer']) },
  )
  t.ok(done.indexOf(1) < done.indexOf(2))
})

t.test('a rejection that nobody handles is a log line and leaves the result', async t => {
  const sources = [
    "Promise.reject(new RangeError('lost')); 5",
    "async function f() { throw new RangeError('lost') }\nf(); 5",
    "async function f() { await bad('lost') }\nf(); 5",
    "ok(1).then(() => { throw new RangeError('lost') }); 5",
    "const p = bad.async('lost'); 5",
  ]
  for (const source of sources) {
    const { output, logs } = await completed(executor, source)
    t.equal(output, 5, source)
    t.strictSame(
      logs.map(({ level }) => level),
      ['error'],
      source,
    )
    t.match(logs[0]?.text, /^Uncaught \(in promise\) RangeError: lost/, source)
  }
})

t.test('a rejection that is handled later is no log line', async t => {
  const source = `
    const p = bad.async('x')
    const q = Promise.reject(new Error('y'))
    await ok(1)
    await null
    return [await p.catch(e => e.message), await q.catch(e => e.message)]`
  const { output, logs } = await completed(executor, source)
  t.strictSame({ output, logs }, { output: ['x', 'y'], logs: [] })
})

t.test('a program that waits for what nothing can settle ends as DEADLOCK', async t => {
  const sources = [
    'await new Promise(() => {})',
    'return new Promise(() => {})',
    'ok(1); await Promise.race([]); 5',
    'const { promise } = Promise.withResolvers(); await promise',
    'for await (const x of { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }) {}',
  ]
  for (const source of sources) {
    const error = await failureOf(executor, source)
    t.equal(error.code, 'DEADLOCK', source)
  }
})

t.test('a function that never awaits its own promise is no deadlock', async t => {
  t.equal(await outputOf(executor, 'async function f() { await new Promise(() => {}) }\nf(); 5'), 5)
})

t.test('what is thrown and is no error is told as it prints', async t => {
  const cases: [source: string, message: string][] = [
    ["throw 'text'", "Uncaught 'text'"],
    ['throw { code: 5 }', 'Uncaught { code: 5 }'],
    ['throw undefined', 'Uncaught undefined'],
    ['throw null', 'Uncaught null'],
    ['await Promise.reject(5)', 'Uncaught 5'],
  ]
  for (const [source, message] of cases) {
    t.match(
      await failureOf(executor, source),
      { code: 'GUEST_ERROR', name: 'Error', message },
      source,
    )
  }
})

t.test('an error of the program keeps its name and message', async t => {
  const source =
    "class LimitError extends Error { name = 'LimitError' }\nthrow new LimitError('over')"
  t.match(await failureOf(executor, source), {
    code: 'GUEST_ERROR',
    name: 'LimitError',
    message: 'over',
  })
})

t.test('a text that the engine alone refuses is a syntax error', async t => {
  const source = `ok(1);\n/${'()'.repeat(300)}/`
  const { sessionId } = await executor.sessions.create()
  for (const request of [{ source }, { source, sessionId }]) {
    const failure = await failureOf(executor, request)
    t.match(failure, { code: 'SYNTAX_ERROR', message: 'too many captures' })
  }
})

t.test('a failed program keeps its logs and its calls', async t => {
  const outcome = await executor.execute({
    source: "console.log('before'); ok(1); throw new Error('x')",
  })
  t.equal(outcome.status, 'failed')
  t.equal(outcome.logText, 'before')
  t.strictSame(
    outcome.calls.map(({ tool, status }) => [tool, status]),
    [['ok', 'completed']],
  )
})

t.test('Node gives the same for the same programs over async tools', async t => {
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...args: unknown[]) => Promise<unknown>
  const bodies = [
    `async function f(n) { try { return await bad('b' + n) } catch (e) { return e.message } finally { log.push(n) } }
     const log = []; return [await Promise.all([1, 2, 3].map(f)), log]`,
    `const results = []
     for (const n of [1, 2, 3]) { try { results.push(n === 2 ? await bad('two') : await ok(n)) } catch (e) { results.push(e.message) } }
     return results`,
    `const settled = await Promise.allSettled([ok(1), bad('x'), ok(3)])
     return settled.map(o => o.status === 'fulfilled' ? o.value : o.reason.message)`,
    `const order = []
     await Promise.all([ok(1).then(v => order.push('a' + v)), bad('x').catch(e => order.push('b' + e.message))])
     return order.sort()`,
    `async function* pages() { for (const n of [1, 2, 3]) { try { yield await ok(n) } finally { log.push(n) } } }
     const log = []; for await (const p of pages()) { if (p === 2) break } return log`,
    `const cache = new Map()
     const get = k => { if (!cache.has(k)) cache.set(k, (async () => await ok(k))()); return cache.get(k) }
     return await Promise.all([get('a'), get('b'), get('a')])`,
    `const chunks = []; for (let i = 0; i < 5; i += 2) chunks.push(await Promise.all([i, i + 1].map(n => ok(n)))); return chunks`,
  ]
  for (const body of bodies) {
    const expected = await new AsyncFunction('ok', 'bad', body)(tools.ok, tools.bad)
    t.strictSame(await outputOf(executor, body), expected, body)
  }
})

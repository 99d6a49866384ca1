/**
 * Promises, generators and resources, whose algorithms read what a program may set: constructors,
 * species, `then`, and errors that come up while another one does (vm2: CVE-2026-22709, CVE-2026-45411,
 * CVE-2026-93606).
 */

import type { Attempt } from '../../support/escape-ground.ts'

export const promiseAttempts: readonly Attempt[] = [
  {
    name: 'a constructor of a promise that is another one at the second look gets nothing of the host',
    source: `const seen = []; const promise = echo.async(1); let looks = 0
      const Species = { [Symbol.species]: function (run) { run(x => seen.push(x), x => seen.push(x)) } }
      Object.defineProperty(promise, 'constructor', { get: () => (looks++ === 0 ? Promise : Species) })
      try { seen.push(promise.then(x => x)) } catch (error) { seen.push(error) }
      await null; return reach(...seen)`,
  },
  {
    name: 'a species of a subclass of Promise gets nothing of the host',
    source: `const seen = []
      class Species { constructor(run) { run(x => seen.push(x), x => seen.push(x)) } }
      class P extends Promise { static get [Symbol.species]() { return Species } }
      seen.push(P.resolve(echo.async(1)).then(x => x)); await null; return reach(...seen)`,
  },
  {
    name: 'statics of Promise on a class that is none get nothing of the host',
    source: `const seen = []
      class Fake {
        constructor(run) { run(x => seen.push(x), x => seen.push(x)) }
        static resolve(value) { seen.push(value); return { then(...all) { seen.push(...all) } } }
      }
      for (const name of ['all', 'allSettled', 'any', 'race', 'resolve', 'withResolvers', 'try'])
        try { seen.push(Promise[name].call(Fake, [echo.async(1)])) } catch (error) { seen.push(error) }
      return reach(...seen)`,
  },
  {
    name: 'a promise that Reflect.construct makes of another class gets nothing of the host',
    source: `const seen = []
      class Fake { static get [Symbol.species]() { return Fake } constructor(run) { run?.(x => seen.push(x), x => seen.push(x)) } }
      const made = Reflect.construct(Promise, [resolve => resolve(echo.async(1))], Fake)
      try { seen.push(Promise.prototype.then.call(made, x => x, x => x)) } catch (error) { seen.push(error) }
      await null; return reach(made, ...seen)`,
  },
  {
    name: 'Symbol.hasInstance is asked of nothing of the host',
    source: `const seen = []
      for (const C of [Promise, Object, Function, Error, Array, Map])
        Object.defineProperty(C, Symbol.hasInstance, { value: (...all) => { seen.push(...all); return true } })
      echo([new Map(), { a: 1 }]); await echo.async(1); try { fail() } catch (error) { seen.push(error) }
      return reach(...seen)`,
  },
  {
    name: 'a thenable that an asynchronous generator is closed with gets no error of the host',
    source: `const seen = []
      const inner = { [Symbol.asyncIterator]: () => ({ next: () => ({ value: 1, done: false }) }) }
      async function* outer() { try { yield* inner } catch (error) { seen.push(error) } }
      const iterator = outer(); await iterator.next()
      const dig = () => dig()
      try { seen.push(await iterator.return({ then() { dig() } })) } catch (error) { seen.push(error) }
      return reach(...seen)`,
  },
  {
    name: 'errors of resources that fail together are errors of the guest',
    source: `const seen = []
      const bad = () => { const error = new Error('x'); error.name = Symbol(); void error.stack; fail() }
      try { using a = { [Symbol.dispose]: bad }; using b = { [Symbol.dispose]: bad }; throw new Error('y') }
      catch (error) { for (let e = error; e; e = e.suppressed) seen.push(e, e.error) }
      const stack = new DisposableStack(); stack.defer(bad); stack.defer(bad)
      try { stack.dispose() } catch (error) { seen.push(error, error.error, error.suppressed) }
      return reach(...seen)`,
  },

  {
    name: 'a species of a promise that a tool rejects gets the error of the guest, and no other',
    source: `const seen = []; const promise = fail.async()
      promise.constructor = { [Symbol.species]: function (run) { run(x => seen.push(x), x => seen.push(x)) } }
      try { seen.push(promise.then()) } catch (error) { seen.push(error) }
      try { await promise } catch (error) { seen.push(error) }
      return reach(...seen, ...seen.map(one => one?.cause))`,
  },
]

/**
 * Guest code that runs while the host half of a call is at work: getters, `toJSON`, proxies and
 * thenables during the conversion of arguments, results and errors, overflowing stacks, formatting of
 * stacks (vm2: CVE-2022-36067, CVE-2023-29017, CVE-2023-29199, CVE-2023-37903, CVE-2026-44008,
 * CVE-2026-47686, CVE-2026-92934, issues 199, 515, 533 and 562, and its `docs/ATTACKS.md`; SandboxJS: CVE-2026-25586, CVE-2026-25641, CVE-2026-43898).
 */

import type { Attempt } from '../../support/escape-ground.ts'

const CAUGHT = 'catch (error) { return reach(error) }'

/** Each runs guest code in the middle of a call, an error or an output. */
export const conversions: readonly Attempt[] = [
  // Getters and traps see who calls them.
  {
    name: 'a getter of an argument gets no caller and no host object',
    source: `const seen = []
      echo({ get a() { seen.push(this, ...arguments); try { seen.push(arguments.callee.caller) } catch {} return 1 } })
      return reach(...seen)`,
  },
  {
    name: 'toJSON of an argument gets no host object',
    source: `const seen = []; class C { toJSON(...all) { seen.push(this, ...all); return 1 } }
      echo(new C()); return reach(...seen)`,
  },
  {
    name: 'traps of an argument get no host object',
    source: `const seen = []
      const handler = new Proxy({}, { get: (t, trap) => (...all) => { seen.push(...all); return Reflect[trap](...all) } })
      try { echo({ p: new Proxy({ a: 1 }, handler) }) } catch (error) { seen.push(error) }
      return reach(...seen)`,
  },
  {
    name: 'traps of an output get no host object',
    source: `return new Proxy({}, new Proxy({}, { get: (t, trap) => (...all) => {
      const end = reach(...all); if (end !== 'contained') throw new Error(end); return Reflect[trap](...all) } })) && 'contained'`,
  },
  {
    name: 'a thenable as output is not called by the host',
    source: `const seen = []
      await { then(...all) { seen.push(...all); all[0](1) } }
      return reach(...seen)`,
  },
  {
    name: 'a thenable as argument is not called by the host',
    source: `let calls = 0; try { echo({ then() { calls++ } }) } catch {}
      return calls === 0 ? 'contained' : 'then was called'`,
  },
  {
    name: 'a tool answer that looks like a promise is no promise of the host',
    source: `const answer = await echo({ a: 1, then: undefined }); return reach(answer)`,
  },
  {
    name: 'a valueOf of a number argument gets no host object',
    source: `const seen = []
      setTimeout(() => {}, { valueOf(...all) { seen.push(this, ...all); return 1 }, [Symbol.toPrimitive](...all) { seen.push(...all); return 1 } })
      return reach(...seen)`,
  },
  {
    name: 'a toString of a key gets no host object',
    source: `const seen = []
      try { tools[{ toString(...all) { seen.push(this, ...all); return 'echo' } }](1) } catch (error) { seen.push(error) }
      return reach(...seen)`,
  },
  {
    name: 'Symbol.species of an argument makes no array of the host',
    source: `const seen = []; const list = [1, 2]
      list.constructor = { [Symbol.species]: function (...all) { seen.push(this, ...all); return [] } }
      seen.push(echo(list), echo.map(list)); return reach(...seen)`,
  },
  {
    name: 'a subclass of Promise gets nothing of the host',
    source: `const seen = []
      class P extends Promise { constructor(run) { super((a, b) => { seen.push(a, b); run(a, b) }) } }
      seen.push(await P.resolve(echo.async(1)), await P.all([echo(1), echo(2)])); return reach(...seen)`,
  },
  {
    name: 'an overridden then gets nothing of the host',
    source: `const seen = []; const before = Promise.prototype.then
      Promise.prototype.then = function (...all) { seen.push(this, ...all); return before.apply(this, all) }
      seen.push(await echo.async(1)); Promise.prototype.then = before; return reach(...seen)`,
  },
  {
    name: 'an iterator as argument of parallel gets nothing of the host',
    source: `const seen = []
      try { parallel({ [Symbol.iterator](...all) { seen.push(this, ...all); return { next(...all) { seen.push(...all); return { done: true } } } } }) } ${CAUGHT}
      return reach(...seen)`,
  },

  // Errors and their stacks.
  {
    name: 'Error.prepareStackTrace gets no frame of the host',
    source: `const seen = []
      Error.prepareStackTrace = (...all) => { seen.push(...all); for (const site of all[1] ?? []) for (const name of ['getThis', 'getFunction', 'getEvalOrigin']) try { seen.push(site[name]()) } catch {} return '' }
      try { fail() } catch (error) { seen.push(error, error.stack) }
      try { null.x } catch (error) { seen.push(error.stack) }
      return reach(...seen.filter(one => typeof one !== 'string'))`,
  },
  {
    name: 'a replaced Error with prepareStackTrace gets no frame of the host',
    source: `const seen = []
      globalThis.Error = { prepareStackTrace: (...all) => { seen.push(...all) } }
      try { fail() } catch (error) { seen.push(error, error.stack) }
      return reach(...seen.filter(one => typeof one !== 'string'))`,
  },
  {
    name: 'an error with a symbol as name makes no error of the host',
    source: `const error = new Error('x'); error.name = Symbol(); try { void error.stack; throw error } ${CAUGHT}`,
  },
  {
    name: 'an uncaught error with a symbol as name ends as an error of the guest',
    source: `const error = new Error('x'); error.name = Symbol(); throw error`,
    ends: ['GUEST_ERROR: x'],
  },
  {
    name: 'captureStackTrace shows no path of the host',
    source: `const o = {}; Error.captureStackTrace?.(o); try { fail() } catch (e) { o.other = e.stack }
      const text = String(o.stack) + String(o.other)
      return /file:|node:|\\.ts|\\/work|node_modules/.test(text) ? text : 'contained'`,
  },
  {
    name: 'stackTraceLimit of a hostile kind changes nothing of the host',
    source: `Error.stackTraceLimit = { valueOf() { throw 1 } }; try { fail() } ${CAUGHT}`,
  },
  {
    name: 'an error of a tool carries none of its further properties',
    source: `try { fail() } catch (error) { return 'secret' in error || 'self' in error || reach(error) !== 'contained' ? 'leaked' : 'contained' }`,
  },
  {
    name: 'a getter of a thrown error gets no host object',
    source: `const seen = []
      const error = { get name() { seen.push(this, ...arguments); return 'x' }, get message() { const end = reach(...seen); if (end !== 'contained') return end; return 'contained' } }
      throw error`,
    ends: ['GUEST_ERROR: contained', 'GUEST_ERROR: [object Object]', 'GUEST_ERROR'].concat(
      'GUEST_ERROR: Uncaught { name: [Getter], message: [Getter] }',
    ),
  },

  // The stack overflows in the middle of the host's work.
  ...[
    ['a call of a tool', 'echo(1)'],
    ['an asynchronous call', 'echo.async(1)'],
    ['the console', 'console.log({ a: [1] })'],
    ['a timer', 'setTimeout(() => {}, 1)'],
    ['a format', `new Intl.NumberFormat('de').format(1)`],
    ['an address', `new URL('http://a.test/').href`],
    ['a clone', 'structuredClone({ a: [1] })'],
    ['a stream', 'count(1).next()'],
  ].map(([what, expression]) => ({
    name: `a stack that overflows inside ${what} gives no error of the host`,
    source: `const seen = []
      let left = 40
      const dig = () => { try { dig() } catch (error) { if (left-- > 0) { try { ${expression} } catch (inner) { seen.push(inner) } } if (seen.length < 3) seen.push(error); throw error } }
      try { dig() } catch (error) { seen.push(error) }
      return reach(...seen)`,
    ends: ['maxCalls', 'cpuMs'],
  })),
  {
    name: 'a stack that overflows in a getter of an argument gives no error of the host',
    source: `const deep = () => ({ get a() { return echo(deep()) } }); try { echo(deep()) } ${CAUGHT}`,
    ends: ['memoryBytes', 'cpuMs', 'maxCalls'],
  },
  {
    name: 'memory that ends inside a call gives no error of the host',
    source: `const keep = []; try { for (;;) keep.push(new Array(1e5).fill(0)) } catch (first) { try { echo('x'.repeat(1e6)) } catch (error) { keep.length = 0; return reach(first, error) } keep.length = 0; return reach(first) }`,
    ends: ['memoryBytes'],
  },
  {
    name: 'a key that is another one at the second look reaches nothing that the first does not',
    source: `const seen = []
      for (const other of ['constructor', '__proto__', '__lookupGetter__', 'process']) {
        let looks = 0; const key = { toString: () => (looks++ === 0 ? 'echo' : other) }
        try { seen.push(tools[key], tools[key], key in tools, Object.getOwnPropertyDescriptor(tools, key)) } catch (error) { seen.push(error) }
      }
      return reach(...seen)`,
  },
  {
    name: 'an object that says that it owns everything gets nothing of the host',
    source: `const seen = []
      const liar = { hasOwnProperty: () => true, propertyIsEnumerable: () => true, valueOf: () => globalThis, isPrototypeOf: () => true }
      seen.push(echo(Object.create(liar)), echo({ a: Object.create(liar) })); return reach(...seen)`,
    ends: ['GUEST_ERROR'],
  },

  // Ways past the properties.
  {
    name: 'the accessors of __proto__ lead from what the host gave to nothing of the host',
    source: `const up = ({}).__lookupGetter__('__proto__'); const seen = []
      for (const value of [echo, tools, console, rich(), echo.async(1), count(1), setTimeout])
        for (let at = value; at !== null && at !== undefined; at = up.call(at)) seen.push(at)
      return reach(...seen)`,
  },
  {
    name: 'prototypes of what the host gave that are cut off harm their own program alone',
    source: `const seen = []
      for (const make of [() => fail(), () => { null.x }, () => JSON.parse('{'), () => new Array(-1)]) {
        try { make() } catch (error) { const proto = Object.getPrototypeOf(error); try { Object.setPrototypeOf(proto, null) } catch {} }
        try { make() } catch (error) { seen.push(error.constructor, error.message) }
      }
      return seen.every(one => { try { return one.constructor('return process')() && false } catch { return true } }) ? 'contained' : 'code'`,
  },
  {
    name: 'accessors of Array.prototype and Object.prototype see nothing that the host keeps',
    source: `const seen = new Set(); const check = reach
      for (const proto of [Array.prototype, Object.prototype]) for (let i = 0; i < 4; i++)
        Object.defineProperty(proto, i, { get() { seen.add(this); return undefined }, set(value) { seen.add(this); seen.add(value) }, configurable: true })
      try { echo([1, [2]]); rich(); console.log({ a: [1] }); await echo.async([3]); fail() } catch (error) { seen.add(error) }
      for (const proto of [Array.prototype, Object.prototype]) for (let i = 0; i < 4; i++) delete proto[i]
      return check(...seen)`,
    ends: ['GUEST_ERROR', 'DEADLOCK'],
  },
  {
    name: 'traps of a target see nothing of what the host gave',
    source: `const seen = []
      const handler = new Proxy({}, { get: (t, trap) => (...all) => { seen.push(...all); return Reflect[trap](...all) } })
      for (const value of [echo, tools, console, rich(), echo.async(1)]) Object.assign(new Proxy({}, handler), value, Object.getOwnPropertyDescriptors(value))
      return reach(...seen)`,
  },
  {
    name: 'a write through an object that inherits from the tools changes no tool',
    source: `const before = echo
      const child = Object.create(tools); child.echo = 1; Reflect.set(tools, 'echo', 2, {}); Object.assign(Object.create(tools), { echo: 3 })
      return tools.echo === before && echo(1) === 1 ? reach(tools, child.echo) : 'changed'`,
  },
  ...['nodejs.util.inspect.custom', 'nodejs.util.promisify.custom', 'nodejs.rejection'].map(
    key => ({
      name: `a method behind the symbol ${key} is not called by the host`,
      source: `const seen = []; const key = Symbol.for('${key}')
      const hook = { [key](...all) { seen.push(this, ...all); return 'called' } }
      console.log(hook, [hook], new Map([[1, hook]])); echo(hook); echo([hook]).length
      const error = Object.assign(new Error('x'), hook); try { throw error } catch (e) { console.error(e) }
      return seen.length === 0 ? reach(hook) : reach(...seen)`,
    }),
  ),
  {
    name: 'caller and arguments of a function that the host calls are not there',
    source: `const seen = []
      function spy() { try { seen.push(spy.caller) } catch (error) { seen.push(error) } try { seen.push(spy.arguments) } catch (error) { seen.push(error) } return 1 }
      echo({ toJSON: spy }); setTimeout(spy, 0); console.log({ get a() { return spy() } }); await new Promise(done => setTimeout(done, 1))
      echo.map([1], spy); return reach(...seen)`,
    ends: ['GUEST_ERROR'],
  },
]

/** What of the web platform a program finds, held against what it does in this Node. */

import { inspect } from 'node:util'
import t from 'tap'
import { completed, failureOf, outputOf, startExecutor } from '../support/executor.ts'

const executor = startExecutor(t)

/** Sources that return a plain value, the same in both. */
const sameAsNode: [what: string, source: string][] = [
  [
    'an aborted signal',
    `const c = new AbortController(); const log = []
     c.signal.onabort = e => log.push(e.type, e.target === c.signal, e.isTrusted !== undefined)
     c.signal.addEventListener('abort', { handleEvent(e) { log.push(e.target === c.signal) } })
     c.abort(); c.abort('again')
     return [log, c.signal.aborted, c.signal.reason.name, c.signal.reason.message, c.signal.reason.code]`,
  ],
  [
    'the reasons of signals',
    `const own = new AbortController(); own.abort({ a: 1 })
     return [own.signal.reason, AbortSignal.abort().reason.name, AbortSignal.abort(0).reason, new AbortController().signal.reason]`,
  ],
  [
    'throwIfAborted',
    `const c = new AbortController(); c.signal.throwIfAborted(); c.abort(new TypeError('t'))
     try { c.signal.throwIfAborted() } catch (e) { return [e instanceof TypeError, e.message] }`,
  ],
  [
    'a signal of a time-out',
    `const s = AbortSignal.timeout(2); const before = s.aborted
     await new Promise(done => { s.onabort = done; setTimeout(() => {}, 50) })
     return [before, s.aborted, s.reason.name, s.reason.message, s.reason.code]`,
  ],
  [
    'a signal of several',
    `const [a, b] = [new AbortController(), new AbortController()]; const log = []
     const any = AbortSignal.any([a.signal, b.signal]); const outer = AbortSignal.any([any])
     outer.onabort = () => log.push('outer'); any.onabort = () => log.push('any')
     b.signal.onabort = () => log.push('b', any.aborted, outer.aborted)
     b.abort('why'); a.abort('late')
     return [log, any.reason, outer.reason, AbortSignal.any([]).aborted, AbortSignal.any([any]).aborted]`,
  ],
  [
    'a handler that is replaced',
    `const c = new AbortController(); const log = []
     c.signal.onabort = () => log.push(1); c.signal.addEventListener('abort', () => log.push(2))
     c.signal.onabort = () => log.push(3); c.abort(); c.signal.onabort = 5
     return [log, c.signal.onabort]`,
  ],
  [
    'the order and options of listeners',
    `const t = new EventTarget(); const log = []; const f = () => log.push('f')
     t.addEventListener('x', f); t.addEventListener('x', f); t.addEventListener('x', f, true)
     t.addEventListener('x', () => log.push('once'), { once: true })
     t.addEventListener('x', e => { e.preventDefault(); log.push('passive', e.defaultPrevented) }, { passive: true })
     t.addEventListener('x', () => t.removeEventListener('x', last))
     const last = () => log.push('never'); t.addEventListener('x', last); t.addEventListener('x', null)
     const r = [t.dispatchEvent(new Event('x', { cancelable: true })), log.splice(0)]
     t.removeEventListener('x', f); t.dispatchEvent(new Event('x'))
     return [r, log]`,
  ],
  [
    'events that are stopped and prevented',
    `const t = new EventTarget(); const log = []
     t.addEventListener('x', e => { e.preventDefault(); e.stopImmediatePropagation(); log.push(e.eventPhase, e.composedPath().length) })
     t.addEventListener('x', () => log.push('no'))
     const e = new CustomEvent('x', { detail: { a: 1 }, cancelable: true, bubbles: true })
     return [t.dispatchEvent(e), log, e.detail, e.defaultPrevented, e.returnValue, e.bubbles, e.composed, e.eventPhase, e.target === t, e.currentTarget, e.srcElement === t]`,
  ],
  [
    'an event dispatched inside of itself',
    `const t = new EventTarget(); let seen
     t.addEventListener('x', e => { try { t.dispatchEvent(e) } catch (error) { seen = error.code } })
     t.dispatchEvent(new Event('x')); return seen`,
  ],
  [
    'a class of listeners that a signal removes',
    `class Bus extends EventTarget { emit(name) { return this.dispatchEvent(new Event(name)) } }
     const bus = new Bus(); const c = new AbortController(); let n = 0
     bus.addEventListener('a', () => n++, { signal: c.signal }); bus.emit('a'); c.abort(); bus.emit('a')
     bus.addEventListener('a', () => n++, { signal: c.signal }); bus.emit('a')
     return n`,
  ],
  [
    'what is refused',
    `const codes = []
     for (const f of [() => new AbortSignal(), () => new Event(), () => new CustomEvent(), () => AbortSignal.timeout(-1), () => AbortSignal.any(5),
       () => new EventTarget().dispatchEvent({}), () => new EventTarget().addEventListener('x'), () => new EventTarget().addEventListener('x', () => {}, { signal: {} }),
       () => AbortController(), () => AbortSignal.prototype.aborted, () => Event.prototype.type, () => EventTarget.prototype.addEventListener.call({}, 'x', () => {})])
       try { f(); codes.push('none') } catch (e) { codes.push(e.name) }
     return codes`,
  ],
  [
    'digests',
    `const hex = b => [...new Uint8Array(b)].map(x => x.toString(16).padStart(2, '0')).join('')
     const d = new TextEncoder().encode('The quick brown fox'); const all = []
     for (const name of ['SHA-1', 'sha-256', 'SHA-384', 'SHA-512']) all.push(hex(await crypto.subtle.digest(name, d)))
     all.push(hex(await crypto.subtle.digest({ name: 'SHA-256' }, d.buffer)), hex(await crypto.subtle.digest('SHA-1', d.subarray(4, 9))), hex(await crypto.subtle.digest('SHA-1', new DataView(d.buffer, 3, 5))), hex(await crypto.subtle.digest('SHA-256', new Uint8Array())))
     for (const args of [['MD5', d], ['SHA-1', 'text'], ['SHA-1']]) all.push(await crypto.subtle.digest(...args).catch(e => e.name))
     return [all, crypto.subtle.digest('SHA-1', d) instanceof Promise]`,
  ],
  [
    'clones with transfer',
    `const ab = new ArrayBuffer(8); const moved = structuredClone(ab, { transfer: [ab] })
     const bytes = new Uint8Array([1, 2, 3, 4]); const c = structuredClone({ part: bytes.subarray(1, 3), whole: bytes, view: new DataView(bytes.buffer, 1) }, { transfer: [bytes.buffer] })
     return [ab.byteLength, moved.byteLength, [...c.part], [...c.whole], c.part.buffer === c.view.buffer, bytes.length]`,
  ],
  [
    'clones of arrays, errors and objects of classes',
    `const error = Object.assign(new RangeError('m', { cause: { a: 1 } }), { code: 'C' }); const e = structuredClone(error)
     const list = structuredClone(Object.assign([1, , 3], { x: { y: 2 } })); class P { a = 1; get b() { return 2 } }
     return [e instanceof RangeError, e.message, e.cause, e.code, Object.keys(e), list.x, 1 in list, list.length,
       structuredClone(new P()) instanceof P, structuredClone(new P()), structuredClone(Object.create({ up: 1 })), structuredClone(new DOMException('m', 'AbortError')).code]`,
  ],
  [
    'what cannot be cloned',
    `const ab = new ArrayBuffer(1); const seen = []
     for (const f of [() => structuredClone(() => 1), () => structuredClone({ a: [Symbol('s')] }), () => structuredClone(Promise.resolve()), () => structuredClone(new WeakMap()), () => structuredClone((function* () {})()),
       () => structuredClone(new URL('http://x')), () => structuredClone(), () => structuredClone(1, { transfer: [{}] }), () => structuredClone(ab, { transfer: [ab, ab] }), () => structuredClone({ get a() { throw new TypeError('own') } })])
       try { f(); seen.push('none') } catch (e) { seen.push([e.name, e.name === 'DataCloneError' && e.code]) }
     return seen`,
  ],
  [
    'strings that are spread',
    `const s = 'ab'; return [{ ...'cd' }, { ...s, x: 1 }, { ...(0, s) }, { ...null, ...5 }]`,
  ],
  [
    'bytes of an old encoding',
    `return new TextDecoder('shift_jis').decode(new Uint8Array([0x93, 0xfa, 0x96, 0x7b]))`,
  ],
]
for (const [what, source] of sameAsNode) {
  t.test(`${what}: as in this Node`, async t => {
    const AsyncFunction = (async () => {}).constructor as FunctionConstructor
    t.strictSame(await outputOf(executor, source), await new AsyncFunction(source)())
  })
}

const printed = [
  "new URL('https://me:pw@a.b:81/c?d=1&e=ü#h')",
  "[[new URL('http://x')], { a: { b: { c: new URL('http://x') } } }]",
  "new URLSearchParams('a=1&b=2&a=3')",
  'new URLSearchParams()',
  "new URLSearchParams({ long: 'x'.repeat(50), other: 'y'.repeat(50) })",
  "[{ a: new URLSearchParams('q=1') }, { a: { b: { c: new URLSearchParams('q=1') } } }]",
  "new (class Link extends URL {})('http://x')",
  'new AbortController()',
  'AbortSignal.abort()',
  '[new EventTarget(), Object.create(URL.prototype) instanceof URL]',
  'AbortController',
]
for (const expression of printed) {
  t.test(`${expression} prints as in this Node`, async t => {
    const value = new Function(`return (${expression})`)()
    const { logs, outputForms } = await completed(
      executor,
      `console.log(${expression}); (${expression})`,
    )
    t.equal(logs[0]?.text, inspect(value))
    t.equal(outputForms?.text, inspect(value))
  })
}

t.test('an execution does not wait for the signal of a time-out', async t => {
  const { output, usage } = await completed(executor, "AbortSignal.timeout(600_000); 'done'")
  t.equal(output, 'done')
  t.ok(usage.wallMs < 60_000)
})

t.test('a program that waits for the signal of a time-out gets it', async t => {
  const source = `const s = AbortSignal.timeout(2)
    const slow = new Promise((_, fail) => s.addEventListener('abort', () => fail(s.reason)))
    await slow`
  t.match(await failureOf(executor, source), {
    name: 'TimeoutError',
    message: 'The operation was aborted due to timeout',
  })
})

t.test('an error of the platform keeps its name and message', async t => {
  t.match(await failureOf(executor, '\nAbortSignal.abort().throwIfAborted()'), {
    name: 'AbortError',
    message: 'This operation was aborted',
    line: 2,
  })
})

t.test('what a listener throws is logged, and the others run', async t => {
  const source = `const t = new EventTarget(); let n = 0
    t.addEventListener('x', () => { throw new TypeError('in listener') }); t.addEventListener('x', () => n++)
    t.dispatchEvent(new Event('x')); n`
  const { output, logs } = await completed(executor, source)
  t.equal(output, 1)
  t.match(logs, [{ level: 'error', text: /TypeError: in listener/ }])
})

t.test('patched built-ins change nothing of events, signals, digests and clones', async t => {
  const source = `
    const map = new Map([['k', [1]]]); const bytes = new Uint8Array(3); const fail = () => { throw 1 }
    const [event, target] = [new Event('x'), new EventTarget()]
    Array.prototype[Symbol.iterator] = Map.prototype.get = Map.prototype.set = Array.prototype.push = fail
    Function.prototype.call = Function.prototype.apply = Promise.prototype.then = Object.prototype.toJSON = fail
    Object.defineProperty(Event.prototype, 'type', { get: fail })
    Object.assign(Object.prototype, { record: 0, value: 1, get: undefined, primitive: 2 })
    const c = new AbortController(); let n = 0
    c.signal.addEventListener('abort', () => n++); c.abort(); target.addEventListener('x', () => n++); target.dispatchEvent(event)
    const copy = structuredClone({ map, one: 'x' })
    const { byteLength } = await crypto.subtle.digest('SHA-1', bytes)
    final_answer({ n, byteLength, size: copy.map.size, one: copy.one, url: new URL('http://x') })`
  t.strictSame(await outputOf(executor, source), {
    n: 2,
    byteLength: 20,
    size: 1,
    one: 'x',
    url: new URL('http://x'),
  })
})

t.test('events and signals live in a session', async t => {
  const { sessionId } = await executor.sessions.create()
  await completed(executor, {
    source:
      'const c = new AbortController(); const seen = []; c.signal.onabort = () => seen.push(1)',
    sessionId,
  })
  t.strictSame(
    await outputOf(executor, { source: 'c.abort(); [seen, c.signal.aborted]', sessionId }),
    [[1], true],
  )
})

t.test('digests repeat in a replay', async t => {
  const source = `const d = async () => new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(4)))[0]
    const first = await d(); await new Promise(done => setTimeout(done, 1)); [first, await d()]`
  const [first, second] = (await outputOf(executor, source)) as number[]
  t.equal(first, second)
})

t.test('a digest of too much is refused', async t => {
  const source = `await crypto.subtle.digest('SHA-1', new ArrayBuffer(26_000_000)).catch(e => e.name)`
  const limits = { memoryBytes: 268_435_456 }
  t.equal(await outputOf(executor, { source, limits }), 'OperationError')
})

t.test('what is not there is said with what to use instead', async t => {
  for (const [name, instead] of [
    ['FormData', /URLSearchParams/],
    ['Headers', /network/],
    ['URLPattern', /regular expression/],
  ] as const) {
    t.match(await failureOf(executor, `new ${name}()`), { hint: instead })
  }
})

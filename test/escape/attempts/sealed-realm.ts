/**
 * JavaScript in the realm of a sealed worker, in search of Node's network classes and of something to
 * leave behind for the thread's next executions.
 */

/** Code that gives a list of what it got hold of. */
type Attempt = readonly [what: string, code: string]

/**
 * Gathers in `seen` all that can be reached from the globals by properties, accessors and
 * prototypes, with what instances of Node's classes hold.
 */
const GATHER = `
const seen = new Set(), queue = [globalThis, process, Object.getPrototypeOf(task.port), setTimeout(() => {}), setImmediate(() => {}), new URL('a:b'),
  new TextDecoder(), new TextEncoder(), async () => {}, function* () {}, async function* () {}, [].values(), Promise.resolve()]
while (queue.length > 0) {
  const one = queue.pop()
  if ((typeof one !== 'object' || one === null) && typeof one !== 'function') continue
  if (seen.has(one)) continue
  seen.add(one)
  queue.push(Object.getPrototypeOf(one))
  for (const key of Reflect.ownKeys(one)) {
    const property = Object.getOwnPropertyDescriptor(one, key)
    if (property === undefined) continue
    queue.push(property.value, property.get, property.set)
    if (property.get && one !== Function.prototype) try { queue.push(Reflect.get(one, key)) } catch {}
  }
}
`

/** Ways to the network, to sockets by the number of their descriptor, and to streams of the process. */
export const waysOut: readonly Attempt[] = [
  [
    'has the classes of requests loaded',
    `const got = []
     for (const name of ['Request', 'Response', 'Headers', 'FormData', 'MessageEvent', 'CloseEvent', 'ErrorEvent', 'WebSocket', 'EventSource', 'fetch', 'Storage', 'Navigator', 'navigator', 'PerformanceObserver', 'Blob', 'CompressionStream', 'ReadableStream', 'BroadcastChannel', 'MessageChannel', 'crypto'])
       try { if (globalThis[name] !== undefined) got.push(name) } catch { got.push(name) }
     return got`,
  ],
  [
    'takes the dispatcher of requests from its symbol',
    `return [1, 2, 3].map(n => globalThis[Symbol.for('undici.globalDispatcher.' + n)]).filter(one => one !== undefined).map(String)`,
  ],
  [
    'puts a dispatcher where requests would look for it',
    `const got = []
     for (const n of [1, 2]) {
       const key = Symbol.for('undici.globalDispatcher.' + n)
       globalThis[key] = { dispatch() {} }
       Reflect.defineProperty(globalThis, key, { value: 1 })
       if (globalThis[key] !== undefined) got.push(n)
     }
     return got`,
  ],
  [
    'finds a class of sockets, agents or handles',
    `${GATHER}
     const wanted = /^(Socket|Server|Agent|Pool|Client|Dispatcher|Pipe|TCP|TTY|UDP|FileHandle|ReadStream|WriteStream|ChildProcess|Worker|Process)$/
     return [...seen].filter(one => typeof one === 'function' && wanted.test(one.name)).map(one => one.name)`,
  ],
  [
    'listens to what events are emitted on',
    `const emitters = new Set(), EventEmitter = Object.getPrototypeOf(Object.getPrototypeOf(process)).constructor
     for (const target of [EventEmitter, EventEmitter.prototype])
       for (const name of Reflect.ownKeys(target)) try { const f = target[name]; if (typeof f === 'function') target[name] = function (...a) { emitters.add(this); return f.apply(this, a) } } catch {}
     process.emitWarning('x'); process.emit('x')
     await new Promise(resolve => setTimeout(resolve, 5))
     return [...emitters].map(String)`,
  ],
  [
    'finds memory that is shared with other threads',
    `${GATHER}
     return [...seen].filter(one => one instanceof SharedArrayBuffer || (ArrayBuffer.isView(one) && one.buffer instanceof SharedArrayBuffer)).map(String)`,
  ],
]

/** What would be there for the next execution, or would hear of it. */
export const implants: readonly Attempt[] = [
  [
    'changes a built-in object',
    `${GATHER}
     // A mark of Node's on the prototype of emitters is all that may be written.
     const isFixed = one => !Object.isExtensible(one) && Reflect.ownKeys(one).every(key => String(key) === 'Symbol(kCapture)' || isSet(Object.getOwnPropertyDescriptor(one, key)))
     const isSet = property => !property.configurable && !property.writable
     const names = []
     for (const one of seen) {
       const isPrototype = typeof one === 'object' && Object.hasOwn(one, 'constructor') && typeof one.constructor === 'function'
       const isMine = typeof one === 'function' && /^$|^(anonymous|resolve)$/.test(one.name)
       if ((typeof one === 'function' && !isMine) || isPrototype || [JSON, Math, Reflect, Atomics, Intl, WebAssembly, performance].includes(one))
         if (!isFixed(one)) names.push(one.name ?? one.constructor.name)
     }
     return [...new Set(names)]`,
  ],
  [
    'replaces a global',
    `const got = []
     for (const name of Object.getOwnPropertyNames(globalThis)) {
       const was = globalThis[name]
       try { globalThis[name] = 'mine' } catch {}
       Reflect.defineProperty(globalThis, name, { value: 'mine' })
       Reflect.deleteProperty(globalThis, name)
       if (globalThis[name] !== was && was === was) got.push(name)
     }
     return got`,
  ],
  [
    'replaces a function of the process',
    `const got = []
     for (const name of Object.getOwnPropertyNames(process)) {
       const was = process[name]
       if (typeof was !== 'function') continue
       try { process[name] = () => {} } catch {}
       Reflect.defineProperty(process, name, { value: 1 })
       if (process[name] !== was) got.push(name)
     }
     return got`,
  ],
  [
    'reads the texts that the thread decodes',
    `const got = [], decode = TextDecoder.prototype.decode, parse = JSON.parse
     try { TextDecoder.prototype.decode = function (...a) { got.push('decoded'); return decode.apply(this, a) } } catch {}
     try { JSON.parse = function (...a) { got.push('parsed'); return parse(...a) } } catch {}
     new TextDecoder().decode(new Uint8Array(1)); JSON.parse('1')
     return got`,
  ],
  [
    'hears what the thread posts',
    `const got = [], port = Object.getPrototypeOf(task.port), post = port.postMessage
     try { port.postMessage = function (...a) { got.push('posted'); return post.apply(this, a) } } catch {}
     try { Object.defineProperty(port, 'postMessage', { value: null }); got.push('defined') } catch {}
     if (port.postMessage !== post) got.push('replaced')
     return got`,
  ],
  [
    'makes every object a promise that never settles',
    `try { Object.prototype.then = function () {} } catch {}
     Reflect.defineProperty(Object.prototype, 'then', { value() {} })
     return 'then' in {} ? ['then'] : []`,
  ],
  [
    'hears what is copied into a guest',
    `const bytes = Object.getPrototypeOf(Uint8Array.prototype), set = bytes.set
     try { bytes.set = function () {} } catch {}
     try { Uint8Array.prototype.set = function () {} } catch {}
     return new Uint8Array(1).set === set ? [] : ['set']`,
  ],
]

/** What an escaped program writes on the port on which Piscina awaits its answers. */
export const portMessages: readonly (readonly [what: string, message: string])[] = [
  ['null', 'null'],
  ['nothing', 'undefined'],
  ['a number', '5'],
  ['a text', '"x"'],
  ['an answer to no task', '{ taskId: 123456, result: 1, error: null }'],
  ['an answer without a task', '{}'],
  ['an object that holds itself', '(() => { const c = { taskId: 1 }; c.c = c; return c })()'],
  ['a map', 'new Map()'],
  ['an error that is a number', '{ taskId: 2, error: 5 }'],
  ['a task that is a prototype', '{ taskId: "__proto__", result: {} }'],
  ['a task that is a big integer', '{ taskId: 1n, time: 1n }'],
  ['a task that is an object', '{ taskId: { toString: 5 } }'],
  [
    'a module of WebAssembly',
    'new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))',
  ],
  [
    'an object 1500 deep',
    '(() => { let c = {}; for (let i = 0; i < 1500; i++) c = { c }; return { taskId: c } })()',
  ],
]

/**
 * Programs that try to outlast, outgrow or upset whatever runs them. None of them has a way to
 * come to more than its limits, whatever its outcome is.
 */

/** How a hostile program may end: the limit that stops it, another error's code, or with a value. */
export type End = 'cpuMs' | 'memoryBytes' | 'maxCalls' | 'maxOutputBytes' | (string & {})

/** What each program may end with; more than one where it depends on the machine which comes first. */
export type Attack = readonly [name: string, source: string, ...ends: [End, ...End[]]]

/** Programs that the engine's polls stop, or that end by themselves. */
export const polled: readonly Attack[] = [
  // Time.
  ['a busy loop', 'while (true);', 'cpuMs'],
  ['a catastrophic regular expression', `/^(a+)+$/.test('a'.repeat(50) + 'b')`, 'cpuMs'],
  [
    'a regular expression of back references',
    `/(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)\\1\\2\\3\\4\\5\\6\\7\\8z/.test('ab'.repeat(200))`,
    'cpuMs',
  ],
  [
    'a regular expression from hostile input',
    `new RegExp('(a|a)*'.repeat(30) + 'b').test('a'.repeat(60))`,
    'cpuMs',
  ],
  [
    'a regular expression of nested counts',
    `new RegExp('(?:a{0,65535}){0,65535}b').test('a'.repeat(100))`,
    'cpuMs',
    'GUEST_ERROR',
  ],
  ['a sort whose comparator never ends', '[3, 2, 1].sort(() => { while (true); })', 'cpuMs'],
  ['a storm of microtasks', 'const f = () => queueMicrotask(f); f()', 'cpuMs'],
  ['a storm of awaits', 'while (true) await null', 'cpuMs'],
  [
    'a chain of promises that grows',
    'const again = () => Promise.resolve().then(again); await again()',
    'cpuMs',
    'memoryBytes',
  ],
  ['a thenable that resolves with itself', 'const t = { then(f) { f(t) } }; await t', 'cpuMs'],
  [
    'an endless iterator helper',
    'Iterator.from({ next: () => ({}) }).filter(() => 0).next()',
    'cpuMs',
  ],
  ['an endless search of an array-like', '[].indexOf.call({ length: 2 ** 53 - 1 }, 1)', 'cpuMs'],
  ['an endless reviver', 'JSON.parse("[1]", () => { while (true); })', 'cpuMs'],

  // Interrupts swallowed.
  ['promises around loops', 'while (true) new Promise(() => { while (true) {} })', 'cpuMs'],
  ['Promise.try around loops', 'while (true) Promise.try(() => { while (true) {} })', 'cpuMs'],
  [
    'Promise.all over an iterable that loops',
    `const endless = { [Symbol.iterator]: () => ({ next() { while (true); } }) }
     while (true) Promise.all(endless)`,
    'cpuMs',
  ],
  [
    'Promise.race that closes an iterable that loops',
    `const item = { get done() { while (true); } }
     const endless = { [Symbol.iterator]: () => ({ next: () => item, return() { while (true); } }) }
     while (true) Promise.race(endless)`,
    'cpuMs',
  ],
  ['catch in a loop', 'while (true) { try { while (true); } catch { continue } }', 'cpuMs'],
  ['finally in a loop', 'for (;;) { try { for (;;); } finally { continue } }', 'cpuMs'],
  [
    'a generator that loops when it is left',
    `function* g() { try { yield } finally { while (true); } }
     while (true) for (const x of g()) break`,
    'cpuMs',
  ],
  [
    'an async generator that loops in finally',
    `async function* g() { try { while (true); } finally { while (true); } }
     while (true) { try { for await (const x of g()); } catch {} }`,
    'cpuMs',
  ],
  [
    'async functions that loop',
    'const f = async () => { while (true); }; while (true) f()',
    'cpuMs',
  ],
  [
    'reactions that loop',
    `for (let i = 0; i < 9; i++) Promise.resolve().then(() => { while (true); })`,
    'cpuMs',
  ],
  [
    'a subclass of Promise that loops',
    `class P extends Promise { constructor(f) { super((a, b) => { f(a, b); while (true); }) } }
     while (true) P.resolve(1).then(() => {})`,
    'cpuMs',
  ],
  [
    'resources that loop when they are disposed of',
    'while (true) { try { using x = { [Symbol.dispose]() { while (true); } } } catch {} }',
    'cpuMs',
  ],
  ['traps that loop', 'const p = new Proxy({}, { get() { while (true); } }); p.x', 'cpuMs'],
  ['a final answer from a loop', 'try { final_answer(7) } finally { while (true); }', 'value'],
  ['a timer that loops', 'setTimeout(() => { while (true); }, 0)', 'cpuMs'],

  // Memory.
  ['an array that grows', 'const a = []; while (true) a.push(a.length, {})', 'memoryBytes'],
  ['an array that grows and is kept', 'globalThis.a = []; while (true) a.push({})', 'memoryBytes'],
  [
    'a map that grows',
    'const m = new Map(); for (let i = 0; ; i++) m.set(i, i)',
    'memoryBytes',
    'cpuMs',
  ],
  ['an object that grows', 'const o = {}; for (let i = 0; ; i++) o["p" + i] = i', 'memoryBytes'],
  ['a chain of closures', 'let f = 0; while (true) { const g = f; f = () => g }', 'memoryBytes'],
  ['a string that doubles', 'let s = "x"; while (true) s += s', 'GUEST_ERROR'],
  [
    'a string that doubles and is read',
    'let s = "x"; while (true) { s += s; s.codePointAt(1) }',
    'memoryBytes',
    'GUEST_ERROR',
  ],
  [
    'the end of memory caught in a loop',
    'globalThis.a = []; while (true) { try { a.push({}, []) } catch {} }',
    'cpuMs',
    'memoryBytes',
  ],
  ['many large buffers', 'const a = []; while (true) a.push(new ArrayBuffer(1e6))', 'memoryBytes'],
  ['one huge buffer', 'new Uint8Array(2 ** 31)', 'GUEST_ERROR', 'memoryBytes'],
  ['a string of 2^30', `'x'.repeat(2 ** 30)`, 'GUEST_ERROR'],
  ['a string of 2^29', `'x'.repeat(2 ** 29)`, 'memoryBytes'],
  ['a padded string', `''.padStart(2 ** 29, 'abc')`, 'memoryBytes'],
  ['an array filled to its end', 'new Array(2 ** 32 - 1).fill(0)', 'memoryBytes'],
  ['an array made of a length', 'Array.from({ length: 2 ** 32 - 1 })', 'memoryBytes', 'cpuMs'],
  [
    'an endless spread',
    'Math.max(...{ *[Symbol.iterator]() { while (1) yield 1 } })',
    'memoryBytes',
    'cpuMs',
  ],
  ['a huge power of a BigInt', '2n ** 10n ** 9n', 'GUEST_ERROR'],
  ['a huge shift of a BigInt', '1n << (1n << 30n)', 'GUEST_ERROR'],
  [
    '100 000 promises that stay pending',
    'const ps = []; for (let i = 0; i < 1e5; i++) ps.push(new Promise(() => {})); await Promise.all(ps)',
    'cpuMs',
    'memoryBytes',
    'DEADLOCK',
  ],
  [
    '100 000 rejections',
    'for (let i = 0; i < 1e5; i++) Promise.reject(new Error("x" + i))',
    'cpuMs',
    'memoryBytes',
    'value',
  ],
  [
    'a failed allocation that throws no value',
    `'\\u1E9B\\u0323'.repeat(1e6).normalize('NFKC')`,
    'memoryBytes',
  ],

  // Stack.
  ['deep recursion', 'function f() { return f() + 1 } f()', 'GUEST_ERROR'],
  [
    'deep recursion caught',
    'function f() { try { return f() + 1 } catch { return 0 } } f()',
    'value',
  ],
  ['deep recursion of a getter', 'const o = { get a() { return this.a } }; o.a', 'GUEST_ERROR'],
  [
    'deep recursion of toString',
    `const o = { toString() { return '' + this } }; '' + o`,
    'GUEST_ERROR',
  ],
  [
    'deep recursion of toJSON',
    'const o = { toJSON: () => JSON.stringify(o) }; JSON.stringify(o)',
    'GUEST_ERROR',
  ],
  ['deep recursion of sort', 'const f = () => [1, 2].sort(f); f()', 'GUEST_ERROR'],
  [
    'a tower of proxies',
    'let p = {}; for (let i = 0; i < 3e4; i++) p = new Proxy(p, {}); p.x',
    'GUEST_ERROR',
    'memoryBytes',
    'cpuMs',
  ],
  [
    'a tower of bound functions',
    'let f = () => {}; for (let i = 0; i < 3e4; i++) f = f.bind(); f()',
    'GUEST_ERROR',
    'memoryBytes',
  ],
  [
    'a pattern nested 100 000 deep',
    `new RegExp('(?:'.repeat(1e5) + ')'.repeat(1e5))`,
    'GUEST_ERROR',
  ],
  ['JSON nested a million deep', `JSON.parse('['.repeat(1e6) + ']'.repeat(1e6))`, 'GUEST_ERROR'],
  ['a source nested 60 000 deep', '('.repeat(6e4) + 1 + ')'.repeat(6e4), 'SYNTAX_ERROR'],
  ['a source of 60 000 operators', `${'1+'.repeat(6e4)}1`, 'SYNTAX_ERROR', 'value'],
  ['a source of 40 000 blocks', '{'.repeat(4e4) + '}'.repeat(4e4), 'SYNTAX_ERROR'],
  ['a source of 10 000 nested calls', `${'echo('.repeat(1e4)}1${')'.repeat(1e4)}`, 'SYNTAX_ERROR'],
  ['a source of 10 000 nested awaits', `${'await '.repeat(1e4)}1`, 'SYNTAX_ERROR', 'value'],
  ['code from text', `(() => {}).constructor('while (true);')()`, 'GUEST_ERROR'],

  // Calls and timers.
  ['a loop of calls', 'while (true) echo(1)', 'maxCalls'],
  ['a storm of concurrent calls', 'while (true) echo.async(1)', 'maxCalls'],
  ['a storm of timers', 'const f = () => { setTimeout(f, 0); setTimeout(f, 0) }; f()', 'maxCalls'],
  ['an interval that nobody clears', 'setInterval(() => {}, 1)', 'maxCalls'],
  [
    'calls for an endless list',
    'echo.map({ [Symbol.iterator]: () => ({ next: () => ({}) }) })',
    'cpuMs',
    'memoryBytes',
  ],
  ['calls for a list of 2^32 holes', 'echo.map(new Array(2 ** 32 - 1))', 'maxCalls'],
  [
    'calls for a list that lies',
    'echo.map(new Proxy([], { get: (t, k) => k === "length" ? 2 ** 53 : 1 }))',
    'maxCalls',
  ],
  [
    'endless parallel calls',
    'parallel({ *[Symbol.iterator]() { while (true) yield [echo, 1] } })',
    'memoryBytes',
    'cpuMs',
  ],
  ['a promise that nothing settles', 'await new Promise(() => {})', 'DEADLOCK'],

  // Arguments.
  [
    'arguments nested 100 000 deep',
    'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; echo(a)',
    'GUEST_ERROR',
    'cpuMs',
    'memoryBytes',
  ],
  ['arguments of 2^32 holes', 'echo(new Array(2 ** 32 - 1)).length', 'GUEST_ERROR'],
  [
    'arguments of many arrays of 2^32 holes',
    'echo(Array.from({ length: 999 }, () => new Array(2 ** 32 - 1))).length',
    'GUEST_ERROR',
  ],
  [
    'arguments with an endless chain of prototypes',
    'const f = () => new Proxy({}, { getPrototypeOf: f }); echo(f())',
    'cpuMs',
  ],
  [
    'arguments with a prototype cycle',
    'const p = new Proxy({}, { getPrototypeOf: () => p }); echo(p)',
    'cpuMs',
  ],
  [
    'arguments that never end',
    `const f = () => new Proxy({}, { ownKeys: () => ['a'], get: (t, k) => k === 'a' ? f() : undefined,
       getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }) })
     echo(f())`,
    'cpuMs',
    'memoryBytes',
  ],
  ['arguments whose keys loop', 'echo(new Proxy({}, { ownKeys() { while (true); } }))', 'cpuMs'],
  [
    'arguments whose length lies',
    'echo(new Proxy([], { get: (t, k) => k === "length" ? 2 ** 53 : 1 }))',
    'GUEST_ERROR',
  ],
  ['arguments whose toJSON loops', 'echo({ toJSON() { while (true); } })', 'cpuMs'],
  [
    'arguments whose error name loops',
    'const e = new Error(); e.name = { toString() { while (true); } }; echo(e)',
    'cpuMs',
  ],
  [
    'a delay whose number loops',
    'setTimeout(() => {}, { [Symbol.toPrimitive]() { while (true); } })',
    'cpuMs',
  ],
  [
    'arguments shared 2^60 times',
    'let o = {}; for (let i = 0; i < 60; i++) o = [o, o]; echo(o).length',
    'value',
    'GUEST_ERROR',
  ],
  ['arguments of 65 000', 'echo(...Array(65_000).fill(1)).length', 'value', 'GUEST_ERROR'],
  [
    'arguments that resize their buffer',
    'const b = new ArrayBuffer(16, { maxByteLength: 32 }); echo([new Uint8Array(b, 8, 8), { get x() { b.resize(0) } }])',
    'value',
  ],
  [
    'an array with keys that look like indices',
    `const a = new Array(999); a[''] = a['01'] = a['1e1'] = 1; echo(a).length`,
    'value',
  ],

  // Output.
  [
    'an output nested 100 000 deep',
    'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; a',
    'value',
    'cpuMs',
    'memoryBytes',
  ],
  ['an output nested 6 000 deep', 'let a = []; for (let i = 0; i < 6e3; i++) a = [a]; a', 'value'],
  [
    'maps nested 20 000 deep',
    'let a = 0; for (let i = 0; i < 2e4; i++) a = new Map([[1, a]]); a',
    'value',
    'cpuMs',
    'maxOutputBytes',
  ],
  [
    'causes nested 20 000 deep',
    'let cause; for (let i = 0; i < 2e4; i++) cause = new Error("x", { cause }); cause',
    'value',
    'cpuMs',
    'maxOutputBytes',
  ],
  ['an output of 2^32 holes', 'new Array(2 ** 32 - 1)', 'maxOutputBytes'],
  ['a sparse output', 'const a = []; a[2 ** 32 - 2] = 1; a', 'maxOutputBytes'],
  [
    'a half sparse output',
    'const a = new Array(1e7); for (let i = 0; i < 70; i++) a[i] = i; a',
    'maxOutputBytes',
  ],
  [
    'an output shared 2^60 times',
    'let o = {}; for (let i = 0; i < 60; i++) o = { a: o, b: o }; o',
    'maxOutputBytes',
  ],
  [
    'a map shared 2^60 times',
    'let o = new Map(); for (let i = 0; i < 60; i++) o = new Map([[o, o]]); o',
    'maxOutputBytes',
  ],
  ['an output with throwing getters', '({ get a() { throw new Error("x") } })', 'value'],
  ['an output with endless getters', '({ get a() { while (true); } })', 'cpuMs'],
  ['an output whose toJSON throws', '[{ toJSON() { throw new Error("x") } }]', 'value'],
  [
    'an output whose toJSON never ends',
    'const f = () => ({ toJSON: () => ({ a: f() }) }); f()',
    'cpuMs',
    'memoryBytes',
  ],
  [
    'an output with a prototype cycle',
    'const p = new Proxy({}, { getPrototypeOf: () => p }); p',
    'cpuMs',
  ],
  [
    'an output whose length lies',
    'new Proxy([], { get: (t, k) => k === "length" ? 2 ** 53 : undefined })',
    'value',
  ],
  [
    'an output whose error is named toString',
    'const e = new Error("x"); e.name = "toString"; e',
    'value',
  ],
  [
    'an output whose error is named __proto__',
    'const e = new Error("x"); e.name = "__proto__"; e',
    'value',
  ],
  [
    'an output that resizes its buffer',
    'const b = new ArrayBuffer(16, { maxByteLength: 32 }); [new Uint8Array(b, 8, 8), { get x() { b.resize(0) } }]',
    'value',
  ],
  [
    'an output of a buffer with toJSON',
    'const b = new ArrayBuffer(8); b.toJSON = () => 1; new Uint8Array(b)',
    'value',
  ],
  ['an output of 5 MB', `'x'.repeat(5e6)`, 'maxOutputBytes', 'memoryBytes'],
  ['the global object as output', 'globalThis', 'value'],
  [
    'a revoked proxy in the output',
    'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); [proxy]',
    'value',
  ],

  // Log.
  ['a million log lines', 'for (let i = 0; i < 1e6; i++) console.log("line " + i)', 'cpuMs'],
  ['a million empty log lines', 'for (let i = 0; i < 1e6; i++) console.log()', 'cpuMs'],
  ['a log line of 100 MB', `console.log('x'.repeat(1e8))`, 'memoryBytes'],
  ['a log line of 10 MB', `console.log('x'.repeat(1e7))`, 'value', 'memoryBytes', 'cpuMs'],
  [
    'a log of an endless object',
    'const f = () => new Proxy({}, { get: f, ownKeys: () => ["a"] }); console.log(f())',
    'value',
  ],
  [
    'a log of an endless chain of prototypes',
    'const f = () => new Proxy({}, { getPrototypeOf: f }); console.log(f())',
    'value',
    'cpuMs',
  ],
  [
    'a log of 100 000 levels',
    'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; console.dir(a, { depth: Infinity })',
    'value',
    'cpuMs',
    'memoryBytes',
  ],
  [
    'a log of 2^60 objects',
    'let o = {}; for (let i = 0; i < 60; i++) o = { a: o, b: o }; console.dir(o, { depth: Infinity })',
    'cpuMs',
    'memoryBytes',
    'value',
  ],
  ['a log of looping getters', 'console.log({ get a() { while (true); } })', 'value'],

  // Errors.
  ['a thrown proxy', 'throw new Proxy(new Error("x"), { get() { throw 1 } })', 'GUEST_ERROR'],
  [
    'a thrown revoked proxy',
    'const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy',
    'GUEST_ERROR',
  ],
  [
    'a thrown chain of prototypes',
    'const f = () => new Proxy({}, { getPrototypeOf: f }); throw f()',
    'GUEST_ERROR',
    'cpuMs',
  ],
  [
    'a thrown error with a looping message',
    'throw Object.defineProperty(new Error(), "message", { get() { while (true); } })',
    'cpuMs',
  ],
  ['a thrown error of 5 MB', 'throw new Error("x".repeat(5e6))', 'GUEST_ERROR', 'memoryBytes'],
  [
    'a thrown error with a forged stack',
    'const e = new Error("x"); e.stack = "    at a (program:99999999999:0)\\n".repeat(1e5); throw e',
    'GUEST_ERROR',
    'memoryBytes',
  ],
]

/** Programs that stay in one built-in that does not poll: their worker is replaced. */
export const unpolled: readonly Attack[] = [
  ['a join of 2^32 holes', `new Array(2 ** 32 - 1).join('x')`, 'cpuMs'],
  ['a reversed array-like', '[].reverse.call({ length: 2 ** 53 - 1 })', 'cpuMs'],
  ['a quadratic search', `'a'.repeat(4e6).includes('a'.repeat(2e6) + 'b')`, 'cpuMs'],
  ['the digits of a huge BigInt', '(2n ** 1000000n).toString()', 'cpuMs'],
  [
    'a pattern of 100 000 words',
    `new RegExp(Array.from({ length: 1e5 }, (_, i) => 'w' + i).join('|'))`,
    'cpuMs',
    'memoryBytes',
    'GUEST_ERROR',
  ],
  [
    'JSON text nested 100 000 deep',
    'let a = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a)',
    'cpuMs',
    'GUEST_ERROR',
  ],
]

/**
 * Intrinsics that are overridden or deleted before a call, polluted prototypes, code from strings and
 * sources that try to leave the text around them (CVE-2025-34146, CVE-2026-23830, CVE-2026-25520
 * and CVE-2026-25587 of SandboxJS; CVE-2025-68613, CVE-2026-1470 and CVE-2026-85165 of n8n; CVE-2023-39532
 * of SES; CVE-2023-29199 and CVE-2023-30547 of vm2, whose transformer rewrote sources).
 */

import type { Attempt } from '../../support/escape-ground.ts'

const patched = [
  'Array.prototype.push',
  'Array.prototype[Symbol.iterator]',
  'Array.prototype.map',
  'Function.prototype.call',
  'Function.prototype.apply',
  'Object.keys',
  'Object.getOwnPropertyDescriptor',
  'Object.prototype.hasOwnProperty',
  'Reflect.apply',
  'Reflect.ownKeys',
  'JSON.parse',
  'JSON.stringify',
  'String.prototype.replace',
  'RegExp.prototype.exec',
  'Map.prototype.get',
  'Map.prototype.set',
  'Map.prototype.has',
  'Set.prototype.has',
  'WeakMap.prototype.get',
  'Symbol.prototype[Symbol.toPrimitive]',
  'Promise.resolve',
  'Array.from',
  'Array.prototype.join',
  'Object.defineProperty',
  'Object.assign',
  'Reflect.get',
  'Symbol.for',
  'String.prototype.charCodeAt',
  'Error.prototype.toString',
] as const

/** Programs that would leave their wrapper, if there were one of text. */
const breakouts: readonly (readonly [name: string, source: string, ...ends: string[]])[] = [
  ['closing braces', '})(); process.exit(); (() => {', 'SYNTAX_ERROR'],
  ['a closing block', '} process.exit() {', 'SYNTAX_ERROR'],
  ['a comment that never ends', '1 /*', 'SYNTAX_ERROR'],
  ['a template that never ends', '`${1', 'SYNTAX_ERROR'],
  ['a line comment at its end', 'return reach(globalThis) //'],
  ['an HTML comment', '<!-- \nreturn reach(globalThis)'],
  ['an HTML comment that closes', 'let a = 1\n--> return 1\nreturn reach(globalThis)'],
  ['separators of lines', 'const a = 1\u2028return reach(globalThis)\u2029'],
  ['a hash bang', '#!/usr/bin/env node\nprocess.exit()', 'SYNTAX_ERROR'],
  ['an import', `import fs from 'node:fs'`, 'SYNTAX_ERROR'],
  ['a dynamic import', `return await import('node:fs')`, 'SYNTAX_ERROR'],
  ['a dynamic import behind a spread', `return {...import('node:fs')}`, 'SYNTAX_ERROR'],
  ['a dynamic import behind a comment', `return await import/**/(/**/'node:fs')`, 'SYNTAX_ERROR'],
  ['the properties of a module', 'return import.meta.url', 'SYNTAX_ERROR'],
  ['an export', 'export const one = 1', 'SYNTAX_ERROR'],
  ['an import with attributes', `import fs from 'node:fs' with { type: 'json' }`, 'SYNTAX_ERROR'],
  ['a deferred import', `import defer * as fs from 'node:fs'`, 'SYNTAX_ERROR'],
  ['a call of a deferred import', `return import.defer('node:fs')`, 'SYNTAX_ERROR'],
  ['an import of TypeScript', `import fs = require('node:fs')`, 'SYNTAX_ERROR'],
  [
    'an import of a type that is none',
    `import { type X, readFileSync } from 'node:fs'`,
    'SYNTAX_ERROR',
  ],
  ['a reference of TypeScript', '/// <reference path="/etc/passwd" />\nreturn reach(globalThis)'],
  [
    'a declaration of globals',
    `declare global { var process: any }\nreturn 1`,
    'SYNTAX_ERROR',
    'contained',
  ],
  [
    'the this of a sloppy function',
    'return (function () { return this === undefined ? "contained" : reach(this) })()',
  ],
  [
    'a name in escapes of code points',
    'return typeof \\u{70}rocess === "undefined" ? "contained" : "process"',
  ],
  ['a template with a tag', 'return reach(...((...all) => all)`a${echo}b`)'],
  ['new.target of a wrapper', 'return new.target', 'SYNTAX_ERROR'],
  [
    'arguments of a wrapper',
    'return reach(...arguments)',
    'SYNTAX_ERROR',
    'GUEST_ERROR: arguments is not defined',
    `GUEST_ERROR: 'arguments' is not defined`,
  ],
  [
    'the callee of a wrapper',
    '(function f() { return reach(f.caller) })()',
    'contained',
    'GUEST_ERROR: invalid property access',
  ],
  ['a label of a wrapper', 'break latchd', 'SYNTAX_ERROR'],
  ['a with statement', 'with (globalThis) { return reach(constructor) }', 'SYNTAX_ERROR'],
  [
    'an escaped identifier',
    'return typeof \\u0070rocess === "undefined" ? "contained" : "process"',
  ],
  [
    'names of our own helpers',
    `const names = Object.getOwnPropertyNames(globalThis).filter(name => /latchd/i.test(name))
     const seen = names.map(name => globalThis[name])
     for (const helper of [...seen]) try { seen.push(helper({ constructor: Function }, 'x', [1])) } catch (error) { seen.push(error) }
     for (const name of names) try { globalThis[name] = (...all) => { seen.push(...all) } } catch {}
     await echo(1)
     return reach(...seen)`,
    'GUEST_ERROR',
  ],
  ['a source map', 'return reach(globalThis)\n//# sourceMappingURL=file:///etc/passwd'],
  [
    'a hoisted name of a helper',
    'function host() { return 1 } var scope = 2; return reach(globalThis, host)',
  ],
]

/** Each harms its own program alone. */
export const realmAttempts: readonly Attempt[] = [
  ...patched.map(path => ({
    name: `${path} is overridden, and sees nothing of the host`,
    source: `const seen = []; const before = ${path}
      let isOn = true
      const spy = function (...all) { if (isOn) { isOn = false; seen.push(this, ...all); isOn = true } return before.apply(this, all) }
      const { apply, bind } = Function.prototype
      ${path.endsWith(']') ? `Object.defineProperty(${path.slice(0, path.indexOf('['))}, ${path.slice(path.indexOf('[') + 1, -1)}, { value: spy, configurable: true, writable: true })` : `${path} = spy`}
      try { echo({ a: [1] }); rich(); console.log({}); await echo.async(1) } catch (error) { seen.push(error) }
      isOn = false
      return reach(...seen)`,
    ends: ['GUEST_ERROR: stack overflow', 'GUEST_ERROR: Maximum call stack size exceeded'],
  })),
  {
    name: 'every deletable global is deleted before a call',
    source: `const check = reach, give = final_answer, call = echo
      const { ownKeys, deleteProperty } = Reflect
      for (const name of ownKeys(globalThis)) if (name !== 'Object' && name !== 'Reflect' && name !== 'Set' && name !== 'globalThis') deleteProperty(globalThis, name)
      call({ a: [1] }); give(check(call))`,
  },
  {
    name: 'the prototypes are emptied before a call',
    source: `const check = reach
      for (const proto of [Map.prototype, String.prototype, Promise.prototype, RegExp.prototype, Date.prototype])
        for (const name of Reflect.ownKeys(proto)) delete proto[name]
      echo({ a: [1] }); return check(rich())`,
  },
  ...[
    ['Object.prototype', `Object.prototype.polluted = 'yes'`],
    ['Object.prototype by __proto__', `({}).__proto__.polluted = 'yes'`],
    [
      'Object.prototype by a key of an answer',
      `Object.assign({}, echo(JSON.parse('{"__proto__": {"polluted": "yes"}}')))`,
    ],
    ['Array.prototype', `Array.prototype[0] = 'yes'; Array.prototype.polluted = 'yes'`],
    [
      'accessors of Object.prototype',
      `for (const name of ['kind', 'id', 'text', 'status', 'then', 'code']) Object.defineProperty(Object.prototype, name, { get() { return 'yes' }, set() {}, configurable: true })`,
    ],
  ].map(([what, statement]) => ({
    name: `pollution of ${what} stays with its program`,
    source: `const check = reach, give = final_answer; ${statement}; try { echo([1]) } catch {} give(check(globalThis.echo))`,
    ends: ['GUEST_ERROR', 'DEADLOCK'],
  })),
  {
    name: 'a key __proto__ in an argument pollutes no object of the host',
    source: `const a = JSON.parse('{"__proto__": {"polluted": "yes"}, "constructor": {"prototype": {"polluted": "yes"}}}')
      const back = echo({ a, list: [a] }); return back.polluted ?? ({}).polluted ?? reach(back)`,
  },
  ...[
    ['eval', `eval('1')`],
    ['indirect eval', `(0, eval)('1')`],
    ['Function', `Function('return 1')()`],
    ['the constructor of a function', `(() => {}).constructor('return 1')()`],
    ['Reflect.construct', `Reflect.construct(Function, ['return 1'])()`],
    [
      'Reflect.construct with another target',
      `Reflect.construct(Function, ['return 1'], class {})()`,
    ],
    ['a subclass of Function', `new (class extends Function {})('return 1')()`],
    ['a bound Function', `Function.bind(null, 'return 1')()()`],
    ['call of Function', `Function.prototype.constructor.call(null, 'return 1')()`],
    ['a timer with a text', `setTimeout('globalThis.ran = 1', 0)`],
    [
      'the prototype of a generator',
      `Object.getPrototypeOf(function* () {}).constructor('yield 1')().next().value`,
    ],
    [
      'a getter of a constructor',
      `Object.prototype.__defineGetter__('polluted', ({}).constructor.constructor('return 1')); ({}).polluted`,
    ],
    ['the constructor of a bound function', `(() => {}).bind().constructor('return 1')()`],
    ['the constructor of a method', `({ m() {} }).m.constructor('return 1')()`],
    [
      'the constructor of an accessor',
      `Object.getOwnPropertyDescriptor({ get a() { return 1 } }, 'a').get.constructor('return 1')()`,
    ],
    [
      'the constructor by a computed name',
      `({})['const' + 'ructor']['const' + 'ructor']('return 1')()`,
    ],
    [
      'the constructor by destructuring',
      `(({ constructor: { constructor: F } }) => F('return 1')())({})`,
    ],
    [
      'the constructor of an asynchronous generator',
      `(async function* () {}).constructor('yield 1')().next()`,
    ],
    [
      'the constructor among the values of a prototype',
      `Object.values(Object.getOwnPropertyDescriptors(Function.prototype)).find(({ value }) => value === Function).value('return 1')()`,
    ],
    ['the constructor by a template', "({})[`constr${'uctor'}`][`constructor`]('return 1')()"],
    ['a replacement of a text', `'a'.replace('a', Function('return 1'))`],
    ['a sort by a text', `[1, 2].sort(Function('return 1'))`],
    [
      'a module of WebAssembly',
      `new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))`,
    ],
    ['a function of another realm', `new (globalThis.ShadowRealm ?? eval)().evaluate('1')`],
  ].map(([what, expression]) => ({
    name: `${what} makes no code from a text`,
    source: `try { ${expression} } catch (error) { return ['EvalError', 'TypeError', 'ReferenceError'].includes(error.name) ? reach(error) : String(error) }; return 'code ran'`,
  })),
  {
    name: 'free names in spreads, computed keys, cases and heads of classes are names of the guest',
    source: `const got = []
      for (const look of [
        () => ({ ...process }), () => [...process], () => ({ [process]: 1 }), () => { switch (1) { case process: } },
        () => class extends process {}, (a = process) => a, () => (({ a = process }) => a)({}), () => \`\${process}\`,
        () => (x => x.process)(globalThis) ?? missing, () => require, () => module, () => Buffer, () => global,
      ]) try { got.push(look()) } catch (error) { if (error.name !== 'ReferenceError') got.push(error) }
      return got.length === 0 ? reach(globalThis) : got.map(String).join()`,
  },
  ...breakouts.map(([what, source, ...ends]) => ({
    name: `a source with ${what} stays a program`,
    source: `\n${source}`,
    ends,
  })),
]

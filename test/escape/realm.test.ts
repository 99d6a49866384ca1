/**
 * Intrinsics that are overridden or deleted before a call, polluted prototypes, code from strings and
 * sources that try to leave the text around them (SES, enclave-vm, SandboxJS CVE-2025-34146, n8n
 * CVE-2025-68613, vm2 CVE-2023-30547).
 */

import t from 'tap'
import { tryAll } from '../support/escape-ground.ts'

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
  'Symbol.prototype[Symbol.toPrimitive]',
  'Promise.resolve',
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
  ['the properties of a module', 'return import.meta.url', 'SYNTAX_ERROR'],
  ['an export', 'export default 1', 'SYNTAX_ERROR'],
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

tryAll(t, [
  ...patched.map(path => ({
    name: `${path} is overridden, and sees nothing of the host`,
    source: `const seen = []; const before = ${path}
      let isOn = true
      const spy = function (...all) { if (isOn) { isOn = false; seen.push(this, ...all); isOn = true } return before.apply(this, all) }
      const { apply, bind } = Function.prototype
      ${path.includes('Symbol') ? `Object.defineProperty(${path.slice(0, path.indexOf('['))}, ${path.slice(path.indexOf('[') + 1, -1)}, { value: spy, configurable: true, writable: true })` : `${path} = spy`}
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
    ['a function of another realm', `new (globalThis.ShadowRealm ?? eval)().evaluate('1')`],
  ].map(([what, expression]) => ({
    name: `${what} makes no code from a text`,
    source: `try { ${expression} } catch (error) { return ['EvalError', 'TypeError'].includes(error.name) ? reach(error) : String(error) }; return 'code ran'`,
  })),
  ...breakouts.map(([what, source, ...ends]) => ({
    name: `a source with ${what} stays a program`,
    source: `\n${source}`,
    ends,
  })),
])

/**
 * From a value that the host gave to the host's `Function`: the first escape of every sandbox that
 * shares a realm (vm2 issues 32, 175, 177, 179, 184 and 199; CVE-2025-68613 and CVE-2026-1470 of n8n;
 * CVE-2026-22686 and CVE-2026-27597 of enclave-vm; CVE-2026-44009 of vm2).
 */

import type { Attempt } from '../../support/escape-ground.ts'

const values: readonly (readonly [what: string, expression: string])[] = [
  ['a tool', 'echo'],
  ['the asynchronous form of a tool', 'echo.async'],
  ['the mapping form of a tool', 'echo.map'],
  ['the record of tools', 'tools'],
  ['a member of the record of tools', `tools['echo']`],
  ['parallel', 'parallel'],
  ['final_answer', 'final_answer'],
  ['a built-in tool', 'human_approval'],
  ['what a tool answers', 'rich()'],
  ['a map that a tool answers', 'rich().map, [...rich().map][0]'],
  ['bytes that a tool answers', 'rich().bytes, rich().bytes.buffer'],
  ['an address that a tool answers', 'rich().url, rich().url.searchParams'],
  ['an error that a tool answers', 'rich().error'],
  ['the promise of a tool', 'echo.async(1)'],
  ['the promise that then of a tool gives', 'echo.async(1).then(x => x)'],
  ['the iterator of a stream', 'count(2)'],
  ['the result of an iterator', 'count(2).next()'],
  ['an item of a stream', 'count(2).next().value'],
  ['the asynchronous iterator of a stream', 'count(2)[Symbol.asyncIterator]()'],
  ['the console', 'console'],
  ['a method of the console', 'console.log'],
  ['print', 'print'],
  ['a timer function', 'setTimeout'],
  ['a timer', 'setTimeout(() => {}, 1)'],
  ['an interval', '(i => (clearInterval(i), i))(setInterval(() => {}, 1))'],
  ['the inputs', 'inputs'],
  ['an input', 'given'],
  ['a structured clone', 'structuredClone(new Map([[1, { a: [] }]]))'],
  ['a signal', 'new AbortController().signal, AbortSignal.any([]), AbortSignal.timeout(1)'],
  ['the reason of a signal', 'AbortSignal.abort().reason'],
  ['an event', "new CustomEvent('x', { detail: {} }), new EventTarget()"],
  ['a digest', "crypto.subtle, await crypto.subtle.digest('SHA-1', new Uint8Array(1))"],
  ['bytes of an old encoding', `new TextDecoder('gbk').decode(new Uint8Array(2))`],
  ['an address', `new URL('http://a.test/?a=b').searchParams`],
  ['a text decoder', `new TextDecoder(), new TextDecoder().decode(new Uint8Array(2))`],
  ['bytes of a text encoder', `new TextEncoder().encode('a')`],
  ['crypto', 'crypto, crypto.getRandomValues(new Uint8Array(2))'],
  ['performance', 'performance'],
  [
    'a format of Intl',
    `new Intl.NumberFormat('de'), new Intl.NumberFormat('de').resolvedOptions()`,
  ],
  ['parts of a format', `new Intl.DateTimeFormat('de').formatToParts(new Date(0))`],
  ['segments of a text', `[...new Intl.Segmenter('en').segment('a b')]`],
  ['the errors of the host', 'ToolInputError, new ToolTimeoutError("x")'],
  ['the global object', 'globalThis'],
  ['a regular expression that crossed', 'echo(/a/g)'],
  ['the descriptors of a tool', 'Object.getOwnPropertyDescriptors(echo)'],
  ['a bound tool', 'echo.bind(null)'],
  ['a proxy of a tool', 'new Proxy(echo, {})'],
  [
    'the symbols of the realm',
    'Object.getOwnPropertySymbols(globalThis).map(key => globalThis[key])',
  ],
  ['a helper of an iterator of a stream', 'Iterator.from(count(2)).map(x => x)'],
  ['a list of the items of a stream', 'await Array.fromAsync(count(2))'],
  ['a stack of resources', 'new DisposableStack(), new AsyncDisposableStack()'],
  ['an abort signal', 'globalThis.AbortSignal?.abort?.().reason'],
  ['a date of the host', 'rich().date'],
  ['the sorted copy of an answer', 'rich().list.toSorted(), Object.groupBy(rich().list, () => 1)'],
  ['an object that crossed', 'echo({ a: { b: {} } })'],
  ['a null prototype object that crossed', 'Object.create(null), echo(Object.create(null))'],
]

const thrown: readonly (readonly [what: string, statement: string])[] = [
  ['an error that a tool throws', 'fail()'],
  ['a function that a tool throws', 'throws_function()'],
  ['a proxy that a tool throws', 'throws_proxy()'],
  ['an error without a prototype', 'throw Object.create(null)'],
  ['an error of asynchronous use', 'await fail.async()'],
  ['an error of arguments that cannot cross', 'echo(() => {})'],
  ['an error of an invalid input', 'human_approval({ action: 1 })'],
  ['an error of code from strings', `eval('1')`],
  ['an error of an overflowing stack', '(function f() { f() })()'],
  ['an error of too much memory', 'new ArrayBuffer(2 ** 33)'],
  ['an error of the regular expression compiler', `new RegExp('(')`],
  ['an error of JSON', `JSON.parse('{')`],
  ['an error of Intl', `new Intl.NumberFormat('not a locale!')`],
  ['an error of an address', `new URL('::')`],
  ['an error of a clone', 'structuredClone(() => {})'],
  ['an error of a timer', 'setTimeout(1)'],
  ['an error of a tool that holds itself', 'throws_circle()'],
  ['an error of a tool with errors in it', 'throws_many()'],
  ['an error of a promise that many wait for', 'await Promise.any([fail.async(), fail.async()])'],
  ['an error of an unknown member of a tool', 'echo.nothing()'],
  ['an error of a write to a tool', `'use strict'; Object.freeze(echo).mark = 1`],
  ['an error of a clone that is transferred', 'structuredClone(1, { transfer: [{}] })'],
]

/** Attempts that begin with a value, and attempts that begin with what was thrown. */
export const constructorChains: readonly Attempt[] = [
  ...values.map(([what, expression]) => ({
    name: `the constructors of ${what} lead nowhere`,
    source: `return reach(${expression})`,
    request: { inputs: { given: { list: [1], map: new Map() } } },
  })),
  ...thrown.map(([what, statement]) => ({
    name: `the constructors of ${what} lead nowhere`,
    source: `try { ${statement} } catch (error) { return reach(error, error.cause, error.stack) }; return 'contained'`,
  })),
  ...['function*() {}', 'async function() {}', 'async function*() {}', '() => {}', 'class {}'].map(
    form => ({
      name: `the constructor of ${form} makes no code`,
      source: `try { return (${form}).constructor('return 1')() } catch (error) { return error.name === 'EvalError' ? 'contained' : String(error) }`,
    }),
  ),
]

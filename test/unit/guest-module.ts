/** Loads modules of `executor/guest` into a virtual machine of their own, and runs programs there. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { EvalFlags, QuickJS } from 'quickjs-wasi'

export interface GuestModule {
  /** Evaluates an expression and gives its value as {@link shown} text. */
  show(expression: string): string
  /** Runs a program and gives its completion value as text. */
  run(program: string): string
  dispose(): void
}

const root = new URL('../../', import.meta.url)
const wasm = await WebAssembly.compile(
  readFileSync(new URL(import.meta.resolve('quickjs-wasi/quickjs.wasm'))),
)

/**
 * @param entry the source of a module that installs what is tested; it imports by paths from the
 *   root of the repository, and finds `askHost` on its global object
 * @param answer stands for the worker
 */
export async function loadGuestModule(
  entry: string,
  answer: (request: string) => string = () => '',
): Promise<GuestModule> {
  const vm = await QuickJS.create({
    wasm,
    timezoneOffset: 0,
    moduleLoader: {
      normalize: (base, specifier) =>
        new URL(specifier, base.startsWith('file:') ? base : root).href,
      load: name => stripTypeScriptTypes(readFileSync(new URL(name), 'utf8')),
    },
  })
  const askHost = vm.newFunction('askHost', request =>
    vm.newString(answer(request?.toString() ?? '')),
  )
  vm.setProp(vm.global, 'askHost', askHost)
  const promise = vm.evalCode(
    stripTypeScriptTypes(entry),
    new URL('entry.ts', root).href,
    EvalFlags.TYPE_MODULE,
  )
  vm.executePendingJobs()
  const loaded = await vm.resolvePromise(promise)
  if ('error' in loaded) throw new Error(loaded.error?.consume(error => error.toString()))
  const run = (program: string) => {
    try {
      return vm.evalCode(program).consume(value => value.toString())
    } catch (error) {
      // The engine's exception holds the whole machine, which a failing test would print.
      throw new Error(`${error}`)
    }
  }
  return {
    run,
    show: expression => run(shown(expression)),
    dispose: () => vm.dispose(),
  }
}

/** An expression whose value is a text that tells one value from another, or the error it throws. */
export function shown(expression: string): string {
  return `(() => {
    const show = (key, value) =>
      value === undefined ? '(undefined)'
      : typeof value === 'bigint' ? value + 'n'
      : Object.is(value, -0) ? '-0'
      : typeof value === 'number' && !Number.isFinite(value) ? '(' + value + ')'
      : typeof value === 'function' ? '(function ' + value.name + '/' + value.length + ')'
      : ArrayBuffer.isView(value) ? value.constructor.name + '(' + Array.from(value) + ')'
      : value
    try {
      return JSON.stringify(${expression}, show) ?? '(undefined)'
    } catch (error) {
      return error.name + ': ' + error.message + (error.code === undefined ? '' : ' ' + error.code)
    }
  })()`
}

/** A program that deletes or breaks every built-in that it can reach. */
export const patchEverything = `
  JSON.stringify = JSON.parse = () => { throw new Error('patched') }
  {
    const fail = () => { throw new Error('patched') }
    const { defineProperty, ownKeys } = Reflect
    const types = [
      Array, String, Number, BigInt, Symbol, Boolean, Map, Set, WeakMap, WeakSet, RegExp, Function, Date, Promise,
      ArrayBuffer, Uint8Array, Uint8Array.__proto__, DataView, Error, TypeError, RangeError, Iterator, Object,
    ]
    const holders = [Object, Reflect, Array, Number, String, Symbol, Math, Date, Uint8Array, JSON]
    for (let i = 0; i < types.length; i++) {
      const { prototype } = types[i]
      const keys = ownKeys(prototype)
      for (let j = 0; j < keys.length; j++) {
        if (keys[j] === 'constructor' || keys[j] === 'length') continue
        try { if (j % 2) delete prototype[keys[j]]; else defineProperty(prototype, keys[j], { value: fail, configurable: true }) } catch {}
      }
    }
    for (let i = 0; i < holders.length; i++) {
      const keys = ownKeys(holders[i])
      for (let j = 0; j < keys.length; j++) {
        if (keys[j] !== 'prototype') try { delete holders[i][keys[j]] } catch {}
      }
    }
    const traps = [0, 1, 2, 'error', 'ok', 'get', 'set', 'value', 'enumerable', 'href', 'search', 'name', 'message', 'isWord', 'ends', 'tag', 'read']
    for (let i = 0; i < traps.length; i++) {
      defineProperty(Object.prototype, traps[i], { __proto__: null, configurable: true, get: fail, set: fail })
    }
    const names = [
      'encodeURIComponent', 'decodeURIComponent', 'escape', 'unescape', 'btoa', 'atob', 'String', 'Symbol', 'Array',
      'Uint8Array', 'WeakMap', 'Set', 'DOMException', 'Math', 'JSON', 'isNaN', 'TypeError', 'RangeError',
    ]
    for (let i = 0; i < names.length; i++) globalThis[names[i]] = undefined
  }
`

/** What a plain Node gives for expressions, with en-US and UTC for its defaults. */
export function shownByNode(expressions: readonly string[]): readonly string[] {
  const program = `process.stdout.write(JSON.stringify([${expressions.map(shown).join(',\n')}]))`
  const answer = execFileSync(process.execPath, ['--input-type=commonjs'], {
    input: program,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, LC_ALL: 'en_US.UTF-8', TZ: 'UTC' },
  })
  return JSON.parse(answer) as string[]
}

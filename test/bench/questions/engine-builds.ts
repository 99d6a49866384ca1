/**
 * Builds of QuickJS-ng that npm has, on programs that only compute; V8 beside them. What it says is
 * read in docs/design/engine-speed.md.
 */

import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createContext, runInContext } from 'node:vm'
import { loadPeer } from '../peers.ts'
import { type Answer, type Effort, type Question, type Row, rowOf } from '../question.ts'
import { takeInTurns } from '../rounds.ts'

const ROUNDS = 20

export const engineBuilds: Question = {
  title: 'Programs that only compute, in a new guest of each build of the engine',
  ask,
}

/** Each with its value, so that a build that computes something else fails. */
const programs = {
  fib: ['function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) } f(24)', 46_368],
  loops: ['let s = 0; for (let i = 0; i < 1e6; i++) s = (s + i * 3) % 1000003; s', 18],
  sort: [
    `let x = 7; const a = Array.from({ length: 20000 }, () => x = (x * 69069 + 12345) % 2147483648)
a.sort((p, q) => p - q); a.every((v, i) => i === 0 || a[i - 1] <= v)`,
    true,
  ],
  'regular expressions': [
    `let n = 0; for (const m of 'the quick fox 12-34-56 '.repeat(2000).matchAll(/(\\d+)-(\\d+)-(\\d+)/g)) n += +m[2]
n`,
    68_000,
  ],
  JSON: [
    `const o = Array.from({ length: 3000 }, (_, i) => ({ id: i, name: 'n' + i, tags: ['a', 'b'], v: i * 1.5 }))
JSON.parse(JSON.stringify(o)).length`,
    3000,
  ],
  strings: [
    `let s = ''; for (let i = 0; i < 60000; i++) s += String.fromCharCode(97 + i % 26)
s.split('a').map(p => p.toUpperCase()).join('-').length`,
    60_000,
  ],
  objects: [
    `const m = {}; for (let i = 0; i < 40000; i++) { const k = 'k' + (i % 500); m[k] = (m[k] || 0) + i }
Object.keys(m).length`,
    500,
  ],
  classes: [
    `class A { #v = 0; add(n) { this.#v += n; return this } get v() { return this.#v } }
class B extends A { add(n) { return super.add(n * 2) } }
const b = new B(); for (let i = 0; i < 100000; i++) b.add(i); b.v`,
    9_999_900_000,
  ],
} as const

/** Runs a program in a new guest; gives the milliseconds of its run alone. */
type Run = (source: string, expected: unknown) => Promise<number>

/** The part of `quickjs-wasi` that is used. */
interface QuickJSWasi {
  QuickJS: { create(options: { wasm: WebAssembly.Module }): Promise<WasiGuest> }
}

interface WasiGuest {
  evalCode(source: string): unknown
  dump(handle: unknown): unknown
  dispose(): void
}

/** The part of `quickjs-emscripten-core` that is used. */
interface Emscripten {
  newQuickJSWASMModuleFromVariant(variant: unknown): Promise<{ newContext(): EmscriptenGuest }>
}

interface EmscriptenGuest {
  evalCode(source: string): unknown
  unwrapResult(result: unknown): { dispose(): void }
  dump(handle: unknown): unknown
  dispose(): void
}

async function ask(effort: Effort): Promise<Answer> {
  const builds = new Map<string, Promise<Run>>([
    ['quickjs-wasi, pinned', wasi(import.meta.url, 'quickjs-wasi')],
    ['quickjs-wasi 3.0.0', wasi(peersUrl, 'quickjs-wasi-3.0.0')],
    ['quickjs-wasi 3.7.0', wasi(peersUrl, 'quickjs-wasi-3.7.0')],
    ['quickjs-emscripten 0.32.0, ng', emscripten()],
    ['V8, a new context', Promise.resolve(inContext)],
  ])
  const rows: Row[] = []
  for (const [program, [source, expected]] of Object.entries(programs)) {
    const runs = Array.from(builds.values(), build => async () => {
      return await (await build)(source, expected)
    })
    const taken = await takeInTurns(runs, effort.count(ROUNDS))
    for (const [i, name] of [...builds.keys()].entries()) {
      rows.push(rowOf(`${program}: ${name}`, 'ms', taken[i]))
    }
  }
  return { rows, targets: [] }
}

const peersUrl = new URL('../peers/load.mjs', import.meta.url).href

async function wasi(from: string, name: string): Promise<Run> {
  const path = createRequire(from).resolve(`${name}/quickjs.wasm`)
  const wasm = await WebAssembly.compile(await readFile(path))
  const { QuickJS } =
    from === peersUrl
      ? await loadPeer<QuickJSWasi>(name)
      : ((await import(name)) as unknown as QuickJSWasi)
  return async (source, expected) => {
    const guest = await QuickJS.create({ wasm })
    const fromMs = performance.now()
    const handle = guest.evalCode(source)
    const tookMs = performance.now() - fromMs
    requireSame(guest.dump(handle), expected)
    guest.dispose()
    return tookMs
  }
}

async function emscripten(): Promise<Run> {
  const { newQuickJSWASMModuleFromVariant } = await loadPeer<Emscripten>('quickjs-emscripten-core')
  const variant = await loadPeer<{ default: unknown }>('@jitl/quickjs-ng-wasmfile-release-sync')
  const engine = await newQuickJSWASMModuleFromVariant(variant.default)
  return async (source, expected) => {
    const guest = engine.newContext()
    const fromMs = performance.now()
    const result = guest.evalCode(source)
    const tookMs = performance.now() - fromMs
    const handle = guest.unwrapResult(result)
    requireSame(guest.dump(handle), expected)
    handle.dispose()
    guest.dispose()
    return tookMs
  }
}

async function inContext(source: string, expected: unknown): Promise<number> {
  const context = createContext()
  const fromMs = performance.now()
  const value: unknown = runInContext(source, context)
  const tookMs = performance.now() - fromMs
  requireSame(value, expected)
  return tookMs
}

function requireSame(value: unknown, expected: unknown): void {
  if (value !== expected) throw new Error(`it computed ${value}, not ${expected}`)
}

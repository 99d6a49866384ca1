import { readFileSync } from 'node:fs'
import { EvalFlags, type JSValueHandle, QuickJS } from 'quickjs-wasi'
import { compile, type Program } from '../../../executor/compile/compile.ts'
import type { Language } from '../../../protocol/execution/execution.ts'

const wasm = await WebAssembly.compile(
  readFileSync(new URL(import.meta.resolve('quickjs-wasi/quickjs.wasm'))),
)

/** Tools that note how they were called; they fail when their first argument is 'bad'. */
const TOOLS = `
  globalThis.calls = []
  const isTool = Symbol()
  const makeTool = name => {
    const settle = x => { if (x === 'bad') throw new Error('bad'); return x }
    const tool = x => { calls.push(name + '(' + String(x) + ')'); return settle(x) }
    const start = async x => { calls.push('concurrent ' + name + '(' + String(x) + ')'); await null; return settle(x) }
    return Object.assign(tool, { [isTool]: start })
  }
  for (const name of ['f', 'g', 'h']) globalThis[name] = makeTool(name)
  globalThis.tools = { f, g, 'my-tool': makeTool('my-tool') }
  globalThis.local = { x: 7, get(y) { return this.x + y } }
  globalThis.__latchd_spread = v => v
  globalThis.__latchd_answer = f => f
  globalThis.__latchd_caught = () => {}
  const helpers = new WeakMap()
  let askedFor
  const callFor = (fn, want, receiver, args) => {
    const outer = askedFor
    if (helpers.has(fn)) askedFor = { number: helpers.get(fn), want: want & 3 }
    try { return Reflect.apply(fn, receiver, args) }
    catch (error) { if (want & 8 || (want & 4 && error.message === 'bad')) return Promise.reject(error); throw error }
    finally { askedFor = outer }
  }
  const form = (f, want) => want & 1 ? f?.[isTool] : undefined
  globalThis.__latchd_call = (f, want) => form(f, want) ??
    (typeof f !== 'function' || !want ? f : function (...args) { return callFor(f, want, this, args) })
  globalThis.__latchd_method = (o, k, want) => {
    const f = o[k]
    if (typeof f !== 'function') return f
    return form(f, want) ?? ((...args) => callFor(f, want, o, args))
  }
  globalThis.__latchd_promise = (v, name) => v == null || v[name] !== undefined ? v : Promise.resolve(v)
  globalThis.__latchd_helper = (number, fn, name) => {
    if (name !== undefined) Object.defineProperty(fn, 'name', { value: name, configurable: true })
    helpers.set(fn, number)
    return fn
  }
  globalThis.__latchd_methods = (o, ...list) => {
    for (let i = 0; i < list.length; i += 2) helpers.set(o[list[i]], list[i + 1])
    return o
  }
  globalThis.__latchd_askedEarly = number => askedFor?.number === number ? askedFor.want : 0
  globalThis.__latchd_asked = number => {
    if (askedFor?.number !== number) return 0
    const { want } = askedFor
    askedFor = undefined
    return want
  }
`

/** How a source ended in the engine. */
export interface Ending {
  readonly value?: unknown
  /** The error's message, or the error itself when it is a primitive value. */
  readonly error?: unknown
  /** Where the error was thrown, in the source. */
  readonly at?: string
  /** Tool calls in their order; those that did not block begin with `concurrent`. */
  readonly calls: string[]
}

/** Compiles a source and runs it to its end. */
export async function run(source: string, language: Language = 'javascript'): Promise<Ending> {
  const compiled = compile(source, language)
  if (!compiled.ok) return { error: compiled.error.message, calls: [] }
  const { program } = compiled
  using vm = await QuickJS.create({ wasm })
  vm.evalCode(`{${TOOLS}}`).dispose()
  const settled = vm.resolvePromise(vm.evalCode(program.code, 'source', EvalFlags.ASYNC))
  const outcome = await end(vm, settled)
  if (!outcome) return { error: 'still pending', calls: callsOf(vm) }
  if ('error' in outcome) return { ...failure(vm, outcome.error, program), calls: callsOf(vm) }
  // A promise as the result is awaited, as the runtime does.
  const result = await end(vm, vm.resolvePromise(outcome.value.getProp('value')))
  if (!result) return { error: 'still pending', calls: callsOf(vm) }
  return 'error' in result
    ? { ...failure(vm, result.error, program), calls: callsOf(vm) }
    : { value: vm.dump(result.value), calls: callsOf(vm) }
}

type Outcome = Awaited<ReturnType<QuickJS['resolvePromise']>>

async function end(vm: QuickJS, promise: Promise<Outcome>): Promise<Outcome | undefined> {
  vm.executePendingJobs()
  return Promise.race([
    promise,
    new Promise<undefined>(resolve => setImmediate(() => resolve(undefined))),
  ])
}

const callsOf = (vm: QuickJS): string[] => vm.dump(vm.evalCode('calls')) as string[]

function failure(vm: QuickJS, error: JSValueHandle, program: Program) {
  if (!error.isObject) return { error: vm.dump(error) }
  const stack = error.getProp('stack').toString()
  const [, line, column] = /source:(\d+):(\d+)/.exec(stack) ?? []
  const at = program.positionOf(Number(line), Number(column))
  return { error: error.getProp('message').toString(), at: `${at.line}:${at.column}` }
}

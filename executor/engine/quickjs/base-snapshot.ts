/** Makes the base snapshot: one virtual machine with the prelude loaded, at clock 0. */

import { existsSync, readFileSync } from 'node:fs'
import { getCompileCacheDir, stripTypeScriptTypes } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CompileFlags, EvalFlags, Intrinsics, type JSValueHandle, QuickJS } from 'quickjs-wasi'
import { ENTRY_GLOBAL, HOST_GLOBAL, SCOPE_GLOBAL } from '../../guest/host/host-names.ts'
import { hashOf } from '../memory-hash.ts'
import { copiedParts, pagesOutside } from '../memory-parts.ts'
import {
  keptSnapshot,
  type MadeSnapshot,
  preludeOutside,
  readSnapshot,
  snapshotFile,
  sourceHash,
} from './base-snapshot-cache.ts'
import { type BaseSnapshot, entryNames } from './base-snapshot-shape.ts'
import { findInterruptCounter, takeDeclarationScope } from './context-fields.ts'
import { findHeapEnd } from './heap-end.ts'
import { findHeapLayout } from './heap-layout.ts'
import { engineOptions, instantiate } from './quickjs.ts'

/**
 * Heap that is taken and given back before the snapshot, so that a small program finds room
 * without growing the memory: a guest that has grown and does not need it is given up. All of it is
 * cleared after each program, which takes 40 µs for a MiB.
 */
const RESERVE_BYTES = 512 * 1024

const quiet = { poll() {}, host: () => 0, now: () => 0 }

let made: Promise<BaseSnapshot> | undefined

/**
 * The base snapshot of this process; made when it is first asked for.
 *
 * @param file one that another process has stored, as {@link storedFile} gives it
 */
export function baseSnapshot(file?: string): Promise<BaseSnapshot> {
  made ??= make(file)
  return made
}

/**
 * The file of the snapshot beside the app's compile cache; `undefined` without such a cache, or when
 * no process has stored it yet.
 */
export function storedFile(): string | undefined {
  const cache = getCompileCacheDir()
  if (cache === undefined) return undefined
  const file = snapshotFile(dirname(cache), hashOfSources(readWasm()))
  return existsSync(file) ? file : undefined
}

async function make(file: string | undefined): Promise<BaseSnapshot> {
  const wasm = readWasm()
  const module = await WebAssembly.compile(wasm)
  const cache = getCompileCacheDir()
  const make = () => makeSnapshot(module)
  const snapshot =
    cache === undefined
      ? ((file === undefined ? undefined : readSnapshot(file)) ?? (await make()))
      : await keptSnapshot(dirname(cache), hashOfSources(wasm), make)
  return { ...snapshot, module }
}

const readWasm = () => readFileSync(new URL(import.meta.resolve('quickjs-wasi/quickjs.wasm')))

async function makeSnapshot(module: WebAssembly.Module): Promise<MadeSnapshot> {
  const hooks = { ...quiet }
  const onZone = () => {}
  const options = {
    ...engineOptions(module, () => hooks, onZone),
    onUnhandledRejection: () => {},
  }
  const vm = await QuickJS.create({
    ...options,
    // Collection is not replayable, so nothing may watch it.
    intrinsics: Intrinsics.ALL & ~Intrinsics.WEAK_REF,
    moduleLoader: { normalize: resolveModule, load: refuseModule },
  })
  const host = vm.newFunction('host', () => vm.undefined)
  vm.setProp(vm.global, HOST_GLOBAL, host)
  host.dispose()
  const interruptCounter = findInterruptCounter(vm, hooks)
  handOverScope(vm)
  const heap = findHeapLayout(vm)
  for (const bytecode of await compilePrelude(module)) {
    const loaded = vm.evalBytecode(bytecode)
    vm.executePendingJobs()
    if (loaded.promiseState !== FULFILLED) {
      const { error } = (await vm.resolvePromise(loaded)) as { error: JSValueHandle }
      throw new Error(`Cannot load the prelude: ${error}\n${error.getProp('stack')}`)
    }
    loaded.dispose()
  }
  const entry = vm.global.getProp(ENTRY_GLOBAL)
  vm.evalCode(`delete globalThis.${ENTRY_GLOBAL}`).dispose()
  const entries = { undefined: vm.exportHandle(vm.undefined.dup()) } as Record<string, number>
  for (const name of entryNames) entries[name] = vm.exportHandle(entry.getProp(name))
  entry.dispose()
  vm.runGC()
  const exports = vm._getExports()
  exports.wasm_free(exports.wasm_malloc(RESERVE_BYTES))
  const engine = Object.entries(vm.versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
  const { memory, ...snapshot } = vm.snapshot()
  const memoryBytes = memory.byteLength
  // Not shared: each thread gets a copy of its own, which no other one can write to.
  const parts = copiedParts(memory)
  const instance = await instantiate({ snapshot, memoryBytes }, options)
  return {
    snapshot,
    memoryBytes,
    parts,
    memoryHash: hashOf(memory),
    instancePages: pagesOutside(new Uint8Array(instance._getExports().memory.buffer), parts),
    entries: entries as BaseSnapshot['entries'],
    engine,
    interruptCounter,
    heap,
    heapEnd: findHeapEnd(exports, memory),
  }
}

/**
 * The modules of the prelude, compiled, each after those that it imports. Without their source:
 * every function would keep its own text, a quarter of the snapshot (measured), for programs that
 * print it.
 */
async function compilePrelude(module: WebAssembly.Module): Promise<Uint8Array[]> {
  const imports = new Map<string, string[]>([[PRELUDE, []]])
  using vm = await QuickJS.create({
    wasm: module,
    moduleLoader: {
      normalize(from, specifier) {
        const name = resolveModule(from, specifier)
        imports.get(from)?.push(name)
        return name
      },
      load(name) {
        imports.set(name, [])
        return loadModule(name)
      },
    },
  })
  const compile = (name: string) =>
    vm.compile(loadModule(name), name, EvalFlags.TYPE_MODULE, CompileFlags.STRIP_SOURCE)
  compile(PRELUDE)
  const graph = new Map(imports)
  const ordered = new Set<string>()
  const visit = (name: string) => {
    for (const imported of graph.get(name) ?? []) if (!ordered.has(imported)) visit(imported)
    ordered.add(name)
  }
  visit(PRELUDE)
  return [...ordered].map(compile)
}

/**
 * Hands the scope of global declarations to the prelude, and leaves nothing of the search in it.
 */
function handOverScope(vm: QuickJS): void {
  const exports = vm._getExports()
  const scope = takeDeclarationScope(vm)
  const { ptr: name } = vm._writeString(SCOPE_GLOBAL)
  exports.qjs_set_prop_string(vm.global.ptr, name, scope)
  exports.wasm_free(name)
  exports.qjs_free_value(scope)
  vm.evalCode(
    `for (const name of Object.keys(${SCOPE_GLOBAL})) delete ${SCOPE_GLOBAL}[name]`,
  ).dispose()
}

const FULFILLED = 1

/**
 * Modules go by names of their own, without extension: guests see them in stacks, and no path of
 * ours.
 */
const PRELUDE = 'latchd:/executor/guest/prelude'
const guestFolder = fileURLToPath(new URL('../../guest/', import.meta.url))
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))

const hashOfSources = (wasm: Uint8Array) =>
  sourceHash(
    wasm,
    guestFolder,
    preludeOutside.map(name =>
      fileURLToPath(new URL(`../../../${name}${extension}`, import.meta.url)),
    ),
    RESERVE_BYTES,
  )

function resolveModule(from: string, specifier: string): string {
  return new URL(specifier.replace(/\.[jt]s$/, ''), from).href
}

function refuseModule(name: string): never {
  throw new Error(`${name} was not compiled before what imports it`)
}

/** The text of a prelude module; types are stripped by position, so that lines stay. */
function loadModule(name: string): string {
  const path = `../../..${new URL(name).pathname}${extension}`
  const text = readFileSync(new URL(path, import.meta.url), 'utf8')
  return extension === '.ts' ? stripTypeScriptTypes(text) : text
}

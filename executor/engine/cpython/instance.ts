/**
 * One instance of CPython: the package's module with its imports replaced and sealed, its files
 * closed, and one door to the host, file descriptor 3.
 *
 * The package's own bridge to JavaScript is never set up. The module takes its way for a shell
 * without files (`process.type` in `cpython.ts`), so that nothing of Node is in its closures.
 */

import { type MemoryPart, mendParts, WASM_PAGE_BYTES } from '../memory-parts.ts'
import { allowedImports } from './allowed-imports.ts'
import type {
  CreateModule,
  EmscriptenModule,
  ImportedFunction,
  Imports,
} from './emscripten-module.ts'
import type { FileQuota } from './file-quota.ts'
import { ownTimes } from './file-times.ts'
import { type ClosedFiles, closeFiles, openDoor } from './files.ts'
import type { InstanceHooks } from './instance-hooks.ts'
import { replaceImports } from './own-imports.ts'
import type { Image } from './packed-image.ts'
import { refusedImports } from './refused-imports.ts'

/** The parts from which instances are made. */
export interface EngineParts {
  readonly module: WebAssembly.Module
  readonly stdlib: Uint8Array
  readonly createModule: CreateModule
}

/** The guest called a function that is sealed: its instance is not used again. */
export class SealViolation extends Error {
  override readonly name = 'SealViolation'
}

/** How much a growing memory takes beyond what is asked for, at most. */
const GROWTH_STEP_BYTES = 4 * 1024 * 1024

/** Characters of a zone's name, as the C library has room for them. */
const MAX_ZONE_NAME = 16

/** Set while the interpreter boots; a guest cannot set any. */
const environment = {
  HOME: '/home/guest',
  LANG: 'C.UTF-8',
  PYTHONHASHSEED: '0',
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONNOUSERSITE: '1',
  PYTHONINSPECT: '1',
  USER: 'guest',
}

/** The folders that the interpreter expects. */
const folders = ['/lib/python3.14/site-packages', '/lib/python3.14/lib-dynload', '/home/guest']

/** Has Pyodide take this for a bare JavaScript shell, so that it looks for no API of Node or a browser. */
const runtimeEnv = {
  ...{ IN_NODE: false, IN_NODE_ESM: false, IN_NODE_COMMONJS: false, IN_BROWSER: false },
  ...{ IN_BROWSER_MAIN_THREAD: false, IN_BROWSER_WEB_WORKER: false, IN_SHELL: true },
  // Only keeps the package from opening a channel of its own.
  ...{ IN_WORKERD: false, IN_BUN: false, IN_DENO: false, IN_SAFARI: true },
}

/** One instance of the interpreter. */
export class Instance {
  #module!: EmscriptenModule
  #memory!: WebAssembly.Memory
  #hooks: InstanceHooks
  #isSealed = false
  #violation: string | undefined
  #maxBytes = Infinity
  #quota: FileQuota = { usedBytes: 0, maxBytes: Infinity }
  #files!: ClosedFiles
  #zoneNamesAt: Image['zoneNamesAt'] = [0, 0]

  private constructor(hooks: InstanceHooks) {
    this.#hooks = hooks
  }

  /**
   * Makes an instance: with an image as a copy of it, without one by a boot of the interpreter.
   *
   * @param prepare puts files into the file system before a boot
   */
  static async create(
    parts: EngineParts,
    hooks: InstanceHooks,
    image?: Image,
    prepare: (module: EmscriptenModule) => void = () => {},
  ): Promise<Instance> {
    const instance = new Instance(hooks)
    await instance.#create(parts, image, prepare)
    return instance
  }

  async #create(
    { module, stdlib, createModule }: EngineParts,
    image: Image | undefined,
    prepare: (module: EmscriptenModule) => void,
  ): Promise<void> {
    const api = {
      config: {
        ...{ jsglobals: Object.create(null), env: {}, BUILD_ID: '', indexURL: '/', args: [] },
        ...{ enableRunUntilComplete: false, fullStdLib: false, packages: [] },
      },
      runtimeEnv,
      lockFilePromise: new Promise(() => {}),
    } as Record<string, unknown>
    const fault = Promise.withResolvers<never>()
    const made = createModule({
      ...{ API: api, config: api.config, noInitialRun: image !== undefined },
      ...{ noImageDecoding: true, noAudioDecoding: true, noWasmDecoding: true },
      ...{ thisProgram: '/bin/python', arguments: [], locateFile: (path: string) => path },
      // What the interpreter writes before the prelude has the console.
      ...{ print() {}, printErr() {}, stdin: () => null },
      preRun: [
        (started: EmscriptenModule) => {
          this.#module = started
          const version = started.HEAPU32[started._Py_Version >>> 2] ?? 0
          api.pyVersionTuple = [24, 16, 8].map(bits => (version >>> bits) & 255)
          api.sitePackages = folders[0]
          const { FS, ENV } = started
          for (const folder of folders) FS.mkdirTree(folder)
          FS.writeFile('/lib/python314.zip', stdlib, { canOwn: true })
          FS.chdir('/home/guest')
          for (const name of Object.keys(ENV)) delete ENV[name]
          Object.assign(ENV, environment)
          openDoor(FS, {
            write: frame => this.#hooks.write(frame),
            read: () => this.#hooks.read(),
          })
          prepare(started)
        },
      ],
      instantiateWasm: (
        imports: Imports,
        done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
      ) => {
        this.#instantiate(module, imports).then(made => done(made, module), fault.reject)
        return {}
      },
    })
    this.#module = await Promise.race([made, fault.promise])
    this.#files = closeFiles(this.#module.FS, this.#quota, bytes => this.#hooks.random(bytes))
    ownTimes(this.#module.FS, () => this.#hooks.now())
    if (image === undefined) return
    this.#zoneNamesAt = image.zoneNamesAt
    this.#growTo(image.imageBytes)
    mendParts(this.#module.HEAPU8, image.parts)
  }

  async #instantiate(module: WebAssembly.Module, imports: Imports): Promise<WebAssembly.Instance> {
    const { env } = imports
    Object.assign(env, sentinel())
    replaceImports(env, {
      memory: () => this.#module.HEAPU8,
      malloc: bytes => this.#module._malloc(bytes),
      hooks: () => this.#hooks,
      resize: bytes => this.#resize(bytes),
      placeZoneNames: (...at) => {
        this.#zoneNamesAt = at
      },
    })
    const imported = WebAssembly.Module.imports(module)
    const functions = new Set(
      imported.filter(({ kind }) => kind === 'function').map(one => one.name),
    )
    for (const [name, given] of Object.entries(env)) {
      if (typeof given !== 'function' || allowedImports.has(name) || name in sentinel()) continue
      const original = given as ImportedFunction
      if (functions.has(name) || original.sig !== undefined)
        env[name] = this.#sealed(name, original)
    }
    const instance = await WebAssembly.instantiate(module, imports)
    this.#memory = instance.exports.memory as WebAssembly.Memory
    return instance
  }

  #sealed(name: string, original: ImportedFunction): ImportedFunction {
    const refuse = () => {
      this.#violation ??= name
      throw new SealViolation(`the guest called ${name}`)
    }
    const call = original as unknown as (...args: unknown[]) => unknown
    const refusal = refusedImports.get(name)
    const end = () => (refusal === undefined ? refuse() : refusal)
    const isSealed = () => this.#isSealed
    const sealed: ImportedFunction = function (this: unknown, ...args: never[]) {
      return isSealed() ? end() : call.apply(this, args)
    }
    if (original.sig !== undefined) sealed.sig = original.sig
    return sealed
  }

  /** Opens the door, for the boot. */
  openDoor(): void {
    this.#files.open()
  }

  /** Has the interpreter poll from now on: a flag in its memory, and so in the image. */
  startPolls(): void {
    this.#module.HEAP8[this.#module._Py_EMSCRIPTEN_SIGNAL_HANDLING] = 1
  }

  /** From now on the guest has the allowed imports only. */
  seal(): void {
    this.#isSealed = true
    this.#files.seal()
  }

  /** The name of the sealed function that the guest has called; `undefined`: none. */
  get violation(): string | undefined {
    return this.#violation
  }

  /** As {@link run}, in the middle of a run: the interpreter may have let go of its lock. */
  runInside(text: string): boolean {
    const state = this.#module._PyGILState_Ensure()
    try {
      return this.run(text)
    } finally {
      this.#module._PyGILState_Release(state)
    }
  }

  get memory(): Uint8Array<ArrayBuffer> {
    return this.#module.HEAPU8
  }

  /** Where the C library has the names of the local zone. */
  get zoneNamesAt(): Image['zoneNamesAt'] {
    return this.#zoneNamesAt
  }

  /** Names the local zone: its winter and its summer. */
  nameZone(names: readonly [string, string]): void {
    for (const [index, at] of this.#zoneNamesAt.entries()) {
      const text = `${names[index]}`.slice(0, MAX_ZONE_NAME)
      this.#module.HEAPU8.set(Buffer.from(`${text}\0`), at)
    }
  }

  /** Gives the run its hooks, and bounds the memory and the files. */
  begin(hooks: InstanceHooks, maxBytes: number, maxFileBytes: number): void {
    this.#hooks = hooks
    this.#maxBytes = maxBytes
    this.#quota.maxBytes = maxFileBytes
  }

  /** Runs a text in the interpreter's main module. @returns whether no exception left it */
  run(text: string): boolean {
    const bytes = Buffer.from(`${text}\0`)
    const at = this.#module._malloc(bytes.length)
    this.#module.HEAPU8.set(bytes, at)
    const code = this.#module._PyRun_SimpleString(at)
    this.#module._free(at)
    return code === 0
  }

  /** Makes the memory that of an image again, and empties the files. */
  reset(parts: readonly MemoryPart[], stackPointer: number): void {
    mendParts(this.#module.HEAPU8, parts)
    this.emptyFiles(stackPointer)
  }

  /** Empties the files, which are outside of the memory: for a run on the memory as it is. */
  emptyFiles(stackPointer: number): void {
    this.#module.__emscripten_stack_restore(stackPointer)
    this.#files.reset()
    this.#quota.usedBytes = 0
  }

  /** Grows the memory to so many bytes; it never shrinks. */
  growTo(bytes: number): void {
    this.#growTo(bytes)
  }

  /** Where the machine's stack stands. */
  get stackPointer(): number {
    return this.#module._emscripten_stack_get_current()
  }

  #growTo(bytes: number): void {
    const missing = Math.ceil((bytes - this.#module.HEAPU8.length) / WASM_PAGE_BYTES)
    if (missing <= 0) return
    this.#memory.grow(missing)
    this.#module._emscripten_notify_memory_growth(0)
  }

  /** The answer to the interpreter that needs more memory: 1 when it has it. */
  #resize(bytes: number): number {
    if (bytes > this.#maxBytes) return 0
    const spare = Math.min(this.#maxBytes, bytes + GROWTH_STEP_BYTES)
    try {
      this.#growTo(
        spare - (spare % WASM_PAGE_BYTES) < bytes ? bytes : spare - (spare % WASM_PAGE_BYTES),
      )
      return 1
    } catch {
      // The machine has no more: the guest gets a MemoryError.
      return 0
    }
  }
}

let made: Record<string, WebAssembly.ExportValue> | undefined

/**
 * Two imports that have to be WebAssembly functions: a null reference, and whether a reference is
 * null. It stands for `(module (func (result externref) …) (func (param externref) (result i32) …))`.
 */
function sentinel(): Record<string, WebAssembly.ExportValue> {
  made ??= new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(SENTINEL, 'base64'))).exports
  return made
}

const SENTINEL =
  'AGFzbQEAAAABDANfAGAAAW9gAW8BfwMDAgECBygCE0pzdl9HZXRFcnJvcl9pbXBvcnQAAA5Kc3ZFcnJvcl9DaGVjawABChMCBwD7AQD7GwsJACAA+xr7FAAL'

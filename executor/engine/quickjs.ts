/**
 * The guest engine: QuickJS-ng in WebAssembly, one instance for each execution under way.
 *
 * The only file that knows the library, and the only one that reaches for its private fields; it
 * is written for the exact version that package.json pins. Two things need them: host calls that
 * pass numbers and texts without an object for each value, and rewinding, which copies the pristine
 * memory over a used instance. A guest is ended by an exception that the host throws through
 * WebAssembly: no `catch` or `finally` of the guest runs, and the virtual machine's memory is void
 * until the next rewind.
 */

import { EvalFlags, QuickJS, type Snapshot } from 'quickjs-wasi'
import { type Guest, type GuestHooks, GuestThrown } from './guest.ts'

/** Stack of a guest: all that the library allows; overflow is a RangeError that the guest can catch. */
export const GUEST_STACK_BYTES = 512 * 1024
/** The name that the guest's own frames carry in stacks. */
export const PROGRAM_FILE = 'program'

/** The prelude's entry points, in the order in which `executor/guest/prelude.ts` gives them. */
export const entryNames = ['begin', 'finish', 'deliver', 'describe', 'describeRejection'] as const
type EntryName = (typeof entryNames)[number]

/** A virtual machine at rest, with the prelude loaded and no program: what every guest starts as. */
export interface Pristine {
  readonly module: WebAssembly.Module
  readonly snapshot: Snapshot
  /** The parts of the snapshot's memory that are not zero, in order; most of it is. */
  readonly parts: readonly MemoryPart[]
  /** Names and versions of what the snapshot was made with. */
  readonly engine: string
  /** Addresses of the entry points, and of `undefined`, in the snapshot's memory. */
  readonly entries: Readonly<Record<EntryName | 'undefined', number>>
}

export interface MemoryPart {
  readonly at: number
  readonly bytes: Uint8Array
}

type Exports = ReturnType<QuickJS['_getExports']>

/** The private fields of the library's virtual machine that this file touches. */
interface Internals {
  handleHostCall(name: number, length: number, self: number, argc: number, argv: number): number
  unhandledRejectionHandler: unknown
  _global: unknown
  _undefined: unknown
  _null: unknown
  _true: unknown
  _false: unknown
  _ownedHandles: Set<unknown>
}

/** Rejections beyond this number are not told one by one. */
const MAX_REJECTIONS = 100

/** What a heap has room for that is not full; more than a few dead frames give back. */
const PROBE = ' '.repeat(65_536)

const idle: GuestHooks = { poll() {}, host: () => 0, now: () => 0 }

/** Library options that every virtual machine gets, pristine or restored. */
export function engineOptions(module: WebAssembly.Module, hooks: () => GuestHooks) {
  return {
    wasm: module,
    maxStackSize: GUEST_STACK_BYTES,
    timezoneOffset: 0,
    interruptHandler: () => {
      hooks().poll()
      return false
    },
    wasi: (memory: WebAssembly.Memory) => ({
      clock_time_get(_clock: number, _precision: bigint, at: number) {
        const nanoseconds = BigInt(Math.round(hooks().now() * 1e6))
        new DataView(memory.buffer).setBigUint64(at, nanoseconds, true)
        return 0
      },
      // Only the engine's own hashing asks; the prelude's randomness is seeded by itself.
      random_get(at: number, length: number) {
        new Uint8Array(memory.buffer, at, length).fill(0)
        return 0
      },
      // The engine's own debug output: nobody's business.
      fd_write(_fd: number, _parts: number, _count: number, writtenAt: number) {
        new DataView(memory.buffer).setUint32(writtenAt, 0, true)
        return 0
      },
    }),
  }
}

/** A guest on QuickJS. */
export class QuickJSGuest implements Guest {
  #vm!: QuickJS
  #exports!: Exports
  #pristine: Pristine
  #hooks = idle
  #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  /** Reasons of rejections that are not handled yet, by the promise's identity. */
  #rejections = new Map<number, number>()

  private constructor(pristine: Pristine) {
    this.#pristine = pristine
  }

  /** Makes a fresh guest: one instance of the module, with the pristine memory in it. */
  static async create(pristine: Pristine): Promise<QuickJSGuest> {
    const guest = new QuickJSGuest(pristine)
    const options = engineOptions(pristine.module, () => guest.#hooks)
    guest.#vm = await QuickJS.restore(pristine.snapshot, {
      ...options,
      onUnhandledRejection: (promise, reason, isHandled) =>
        guest.#noteRejection(promise.identity, reason.ptr, isHandled),
    })
    guest.#exports = guest.#vm._getExports()
    const internals = guest.#vm as unknown as Internals
    internals.handleHostCall = (_name, _length, _self, argc, argv) => guest.#hostCall(argc, argv)
    return guest
  }

  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength
  }

  begin(hooks: GuestHooks, memoryBytes: number, configuration: string): void {
    this.#hooks = hooks
    this.#exports.qjs_set_memory_limit(memoryBytes)
    this.#free(this.#enter('begin', this.#newText(configuration)))
  }

  evaluate(code: string): void {
    const text = this.#vm._writeString(code)
    const file = this.#vm._writeString(PROGRAM_FILE)
    const promise = this.#check(
      this.#exports.qjs_eval(text.ptr, text.len, file.ptr, EvalFlags.ASYNC),
    )
    this.#exports.wasm_free(text.ptr)
    this.#exports.wasm_free(file.ptr)
    this.#free(this.#enter('finish', promise))
  }

  runJob(): boolean {
    if (this.#exports.qjs_is_job_pending() === 0) return false
    if (this.#exports.qjs_execute_pending_job() < 0) this.#throwPending()
    return true
  }

  deliver(id: number, text: string): void {
    const number = this.#exports.qjs_new_number(id)
    this.#free(this.#enter('deliver', number, this.#newText(text)))
  }

  unhandledRejections(): string[] {
    const texts: string[] = []
    for (const reason of this.#rejections.values()) {
      const text = this.#enter('describeRejection', this.#exports.qjs_dup_value(reason))
      texts.push(this.#readText(text))
      this.#free(text)
    }
    return texts
  }

  isFull(): boolean {
    const { ptr, len } = this.#vm._writeString(PROBE)
    const value = this.#exports.qjs_new_string(ptr, len)
    this.#exports.wasm_free(ptr)
    if (this.#exports.qjs_is_exception(value) !== 0) return true
    this.#free(value)
    return false
  }

  rewind(): boolean {
    const { snapshot, parts } = this.#pristine
    this.#hooks = idle
    const bytes = new Uint8Array(this.#exports.memory.buffer)
    // Pages that were grown stay grown, and the allocator of a smaller heap would never use them.
    if (bytes.byteLength !== snapshot.memory.byteLength) return false
    let end = 0
    for (const part of parts) {
      // To clear takes half the time that copying zeros does.
      bytes.fill(0, end, part.at)
      bytes.set(part.bytes, part.at)
      end = part.at + part.bytes.length
    }
    bytes.fill(0, end)
    this.#exports.qjs_set_runtime_and_context(snapshot.runtimePtr, snapshot.contextPtr)
    this.#exports.__stack_pointer.value = snapshot.stackPointer
    // What the library keeps about the memory that is gone.
    const internals = this.#vm as unknown as Internals
    internals._global = null
    internals._undefined = null
    internals._null = null
    internals._true = null
    internals._false = null
    internals._ownedHandles.clear()
    this.#rejections.clear()
    return true
  }

  /** Calls an entry point; takes over its arguments, gives a value that the caller frees. */
  #enter(entry: EntryName, ...args: number[]): number {
    const { entries } = this.#pristine
    const argv = this.#exports.wasm_malloc(args.length * 4)
    const view = new DataView(this.#exports.memory.buffer)
    for (const [i, arg] of args.entries()) view.setUint32(argv + i * 4, arg, true)
    const result = this.#exports.qjs_call(entries[entry], entries.undefined, args.length, argv)
    this.#exports.wasm_free(argv)
    for (const arg of args) this.#free(arg)
    return this.#check(result)
  }

  /** Gives the value, or throws what it stands for. */
  #check(value: number): number {
    if (this.#exports.qjs_is_exception(value) === 0) return value
    return this.#throwPending()
  }

  #throwPending(): never {
    const error = this.#exports.qjs_get_exception()
    const { entries } = this.#pristine
    const argv = this.#exports.wasm_malloc(4)
    new DataView(this.#exports.memory.buffer).setUint32(argv, error, true)
    const text = this.#exports.qjs_call(entries.describe, entries.undefined, 1, argv)
    if (this.#exports.qjs_is_exception(text) !== 0) throw new OutOfGuestMemory()
    throw new GuestThrown(this.#readText(text))
  }

  #hostCall(argc: number, argv: number): number {
    const args = new DataView(this.#exports.memory.buffer)
    if (argc !== 3) throw new Error(`host function called with ${argc} arguments`)
    const operation = this.#exports.qjs_get_float64(args.getUint32(argv, true))
    const number = this.#exports.qjs_get_float64(args.getUint32(argv + 4, true))
    const text = this.#readText(args.getUint32(argv + 8, true))
    const answer = this.#hooks.host(operation, number, text)
    return typeof answer === 'number' ? this.#exports.qjs_new_number(answer) : this.#newText(answer)
  }

  #readText(value: number): string {
    const lengthAt = this.#exports.wasm_malloc(4)
    const at = this.#exports.qjs_get_string_len(value, lengthAt)
    if (at === 0) throw new OutOfGuestMemory()
    const memory = this.#exports.memory.buffer
    const length = new DataView(memory).getUint32(lengthAt, true)
    const text = this.#decoder.decode(new Uint8Array(memory, at, length))
    this.#exports.qjs_free_cstring(at)
    this.#exports.wasm_free(lengthAt)
    return text
  }

  #newText(text: string): number {
    const { ptr, len } = this.#vm._writeString(text)
    const value = this.#exports.qjs_new_string(ptr, len)
    this.#exports.wasm_free(ptr)
    if (this.#exports.qjs_is_exception(value) !== 0) throw new OutOfGuestMemory()
    return value
  }

  #free(value: number): void {
    this.#exports.qjs_free_value(value)
  }

  #noteRejection(promise: number, reason: number, isHandled: boolean): void {
    if (isHandled) {
      const noted = this.#rejections.get(promise)
      if (noted !== undefined) this.#free(noted)
      this.#rejections.delete(promise)
    } else if (this.#rejections.size < MAX_REJECTIONS) {
      this.#rejections.set(promise, this.#exports.qjs_dup_value(reason))
    }
  }
}

/** The guest's heap has no room for what the host has to put there or take out. */
export class OutOfGuestMemory extends Error {
  override readonly name = 'OutOfGuestMemory'
}

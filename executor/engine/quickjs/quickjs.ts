/**
 * The guest engine: QuickJS-ng in WebAssembly, one instance for each guest.
 *
 * This file alone knows the library, and it alone uses private fields of it. It is written for the
 * exact version that package.json pins. Two things need the private fields: host calls that pass
 * numbers and texts without an object for each value, and rewinding, which copies the memory of the
 * base snapshot over a used instance.
 *
 * The host ends a program's guest by an exception that it throws through WebAssembly. No `catch` or
 * `finally` of the guest runs, and the virtual machine's memory is void until the next rewind.
 *
 * The host ends a session's guest by the engine's own interrupt, which unwinds its frames one by
 * one and leaves the memory sound. From then on the interrupt counter is kept at zero. So the
 * engine polls, and is interrupted, at the entry of every function, built-in ones included. A
 * built-in that swallows the interrupt fails at its next step, reactions of promises come to
 * nothing, and a host call fails where it stands. One rest may still run: a function that called an
 * async one, which swallowed the interrupt as its rejection, runs up to its next call or jump back.
 */

import { EvalFlags, QuickJS } from 'quickjs-wasi'
import type { Variable } from '../../../protocol/execution/replay.ts'
import { PLAIN } from '../../../protocol/values/value-format.ts'
import { type AsciiText, spareOf } from '../../boundary/ascii-text.ts'
import { readSessionCode } from '../../boundary/session-code.ts'
import { type Reply, textOfReply } from '../../boundary/string-reply.ts'
import { HostOperation, repliesTo } from '../../guest/host/host-operations.ts'
import type { StandbyGuest } from '../engine-parts.ts'
import { type GuestHooks, GuestThrown, OutOfGuestMemory, PROGRAM_FILE } from '../guest.ts'
import { hashOf } from '../memory-hash.ts'
import { decodeSnapshot, encodeSnapshot, fitsSnapshot } from '../session-snapshot.ts'
import type { BaseSnapshot, EntryName } from './base-snapshot-shape.ts'
import { Equipment } from './equipment.ts'
import { findVariables } from './frame-reader.ts'
import { GuestMemory } from './guest-memory.ts'
import { GuestTexts } from './guest-texts.ts'
import { HeapReader } from './heap-reader.ts'
import { snapshotTag } from './runtime-tag.ts'
import { takeSpare } from './text-output.ts'
import { type MakerExports, ValueMaker } from './value-maker.ts'

/**
 * Stack of a guest: all that the library allows. An overflow is a RangeError that the guest can
 * catch.
 */
export const GUEST_STACK_BYTES = 512 * 1024

type Exports = ReturnType<QuickJS['_getExports']> &
  MakerExports & {
    /** Functions of the engine itself, which the library exports beside its own. */
    js_malloc_rt(runtime: number, bytes: number): number
    js_free_rt(runtime: number, at: number): void
  }

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

/** Rejections beyond this number are not reported one by one. */
const MAX_REJECTIONS = 100

/** An allocation that the engine takes from the heap, not from a block that it already has. */
const PIECE_BYTES = 65_536

/** Replies up to this length are read by the prelude: the engine's way has a price of its own. */
const SHORT_REPLY_CHARS = 256

/** The room in a heap that does not count as full. It is more than a few dead frames give back. */
const PROBE = ' '.repeat(65_536)

/**
 * Time that an ended guest may take to unwind and come to rest. It runs nothing, so it needs
 * little.
 */
const REST_MS = 1000
/** The part of its heap that a session's next program has to find free. */
const ROOM_SHARE = 1 / 16
/** The engine's word for a heap without limit. */
const NO_LIMIT = 0xffffffff

/** Where a session's guest stands; see `Guest`. */
type SessionState =
  /** It has not begun a session's program. */
  | { readonly kind: 'none' }
  | { readonly kind: 'running' }
  /** A hook has thrown: the guest is being interrupted. */
  | { readonly kind: 'ended'; readonly error: unknown }
  | { readonly kind: 'clean' }
  /** The memory is in doubt. */
  | { readonly kind: 'void' }

const NONE: SessionState = { kind: 'none' }
const RUNNING: SessionState = { kind: 'running' }
const CLEAN: SessionState = { kind: 'clean' }
const VOID: SessionState = { kind: 'void' }

/** Hooks as the engine's callbacks use them. A poll returns whether to interrupt. */
interface EngineHooks extends Omit<GuestHooks, 'poll'> {
  poll(): unknown
}

const idle: GuestHooks = { poll() {}, host: () => 0, now: () => 0 }

/**
 * Library options that every virtual machine gets, base snapshot or restored.
 *
 * @param onZone called when the engine asks for the offset of its zone, which is always UTC's
 */
export function engineOptions(
  module: WebAssembly.Module,
  hooks: () => EngineHooks,
  onZone: () => void,
) {
  return {
    wasm: module,
    maxStackSize: GUEST_STACK_BYTES,
    timezoneOffset: () => {
      onZone()
      return 0
    },
    interruptHandler: () => hooks().poll() === true,
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
      // The engine's own debug output is dropped.
      fd_write(_fd: number, _parts: number, _count: number, writtenAt: number) {
        new DataView(memory.buffer).setUint32(writtenAt, 0, true)
        return 0
      },
    }),
  }
}

/**
 * Makes an instance of the engine whose memory is as long as a snapshot's, with nothing of the snapshot
 * in it. Such a memory is the same each time: no code of the engine has run but what sets its limits.
 */
export function instantiate(
  { snapshot, memoryBytes }: Pick<BaseSnapshot, 'snapshot' | 'memoryBytes'>,
  options: Parameters<typeof QuickJS.restore>[1],
): Promise<QuickJS> {
  // The library copies the whole memory. This one has the length alone: what is not zero is put in
  // afterwards, so that the other pages stay without memory of the machine.
  const memory = { byteLength: memoryBytes, length: 0 } as Uint8Array
  return QuickJS.restore({ ...snapshot, memory }, options)
}

/** A guest on QuickJS. */
export class QuickJSGuest implements StandbyGuest {
  #vm!: QuickJS
  #exports!: Exports
  #memory!: GuestMemory
  #texts!: GuestTexts
  #reader: HeapReader | undefined
  #maker: ValueMaker | undefined
  /** The text of the plain value that the prelude has asked about last. */
  #kept: string | AsciiText | undefined
  #baseSnapshot: BaseSnapshot
  #hooks: EngineHooks = idle
  /** Reasons of rejections that are not handled yet, by the promise's identity. */
  #rejections = new Map<number, number>()
  #session = NONE
  /** The heap limit of a session's execution. */
  #memoryLimit = 0
  /** When an ended guest is given up, on the clock of `performance`. */
  #restUntilMs = 0
  /** Whether the memory is that of the base snapshot. */
  #isNew = true
  #isZoneAsked = false
  #equipment: Equipment
  /** JSON of the tools that it was rewound with; absent: it has none, or its program has begun. */
  #equipped: string | undefined

  private constructor(baseSnapshot: BaseSnapshot, equipment: Equipment) {
    this.#baseSnapshot = baseSnapshot
    this.#equipment = equipment
  }

  /**
   * Makes a fresh guest: one instance of the module, with the base memory in it.
   *
   * @param equipment of all guests of the thread
   */
  static async create(
    baseSnapshot: BaseSnapshot,
    equipment = new Equipment(baseSnapshot.memoryBytes),
  ): Promise<QuickJSGuest> {
    const guest = new QuickJSGuest(baseSnapshot, equipment)
    const onZone = () => {
      guest.#isZoneAsked = true
    }
    const options = engineOptions(baseSnapshot.module, () => guest.#hooks, onZone)
    guest.#vm = await instantiate(baseSnapshot, {
      ...options,
      onUnhandledRejection: (promise, reason, isHandled) =>
        guest.#noteRejection(promise.identity, reason.ptr, isHandled),
    })
    guest.#exports = guest.#vm._getExports() as Exports
    guest.#texts = new GuestTexts(guest.#vm, guest.#exports)
    guest.#memory = new GuestMemory(guest.#exports.memory, baseSnapshot)
    guest.#setRegisters()
    const { heap } = baseSnapshot
    if (heap !== undefined) {
      guest.#reader = new HeapReader(guest.#exports.memory, heap)
      guest.#maker = new ValueMaker(guest.#exports)
    }
    const internals = guest.#vm as unknown as Internals
    internals.handleHostCall = (_name, _length, _self, argc, argv) =>
      guest.#session === NONE ? guest.#hostCall(argc, argv) : guest.#sessionHostCall(argc, argv)
    return guest
  }

  get memoryBytes(): number {
    return this.#memory.touchedBytes
  }

  get grownBytes(): number {
    return this.#memory.hasGrown ? this.#memory.length : 0
  }

  begin(hooks: GuestHooks, memoryBytes: number, tools: string, configuration: string): void {
    this.#isNew = false
    if (this.#equipped !== tools) this.#unequip()
    this.#hooks = hooks
    this.#exports.qjs_set_memory_limit(memoryBytes)
    if (this.#equipped === undefined) this.#free(this.#enter('equip', this.#texts.make(tools)))
    this.#equipment.note(tools, this.#memory.bytes)
    this.#equipped = undefined
    this.#free(this.#enter('begin', this.#texts.make(configuration)))
  }

  beginSession(hooks: GuestHooks, memoryBytes: number, configuration: string): void {
    this.#unequip()
    this.#isNew = false
    this.#session = RUNNING
    this.#memoryLimit = memoryBytes
    this.#hooks = {
      poll: () => this.#sessionPoll(hooks),
      host: (operation, number, text, kept) => hooks.host(operation, number, text, kept),
      now: () => hooks.now(),
    }
    this.#exports.qjs_set_memory_limit(memoryBytes)
    try {
      this.#guard(() => this.#free(this.#enter('beginSession', this.#texts.make(configuration))))
    } catch (error) {
      // Half of the last execution's globals, and half of this one's.
      this.#session = VOID
      throw error
    }
  }

  evaluate(code: string): void {
    if (this.#session === NONE) this.#free(this.#enter('finish', this.#eval(code, EvalFlags.ASYNC)))
    else this.#guard(() => this.#evaluateSession(code))
  }

  runJob(): boolean {
    return this.#session === NONE ? this.#runJob() : this.#guard(() => this.#runJob())
  }

  deliver(id: number, reply: Reply): void {
    if (this.#session === NONE) this.#deliver(id, reply)
    else this.#guard(() => this.#deliver(id, reply))
  }

  unhandledRejections(): string[] {
    return this.#session === NONE
      ? this.#describeRejections()
      : this.#guard(() => this.#describeRejections())
  }

  #eval(code: string, flags: number): number {
    const text = this.#vm._writeString(code)
    const file = this.#vm._writeString(PROGRAM_FILE)
    const value = this.#exports.qjs_eval(text.ptr, text.len, file.ptr, flags)
    this.#exports.wasm_free(text.ptr)
    this.#exports.wasm_free(file.ptr)
    return this.#check(value)
  }

  #evaluateSession(code: string): void {
    const { names, functions, rest } = readSessionCode(code)
    this.#free(this.#enter('declare', this.#texts.make(names)))
    if (functions !== undefined) this.#free(this.#eval(functions, EvalFlags.TYPE_GLOBAL))
    let promise: number
    try {
      promise = this.#eval(rest, EvalFlags.ASYNC)
    } catch (error) {
      if (error instanceof GuestThrown) this.#free(this.#enter('undeclare'))
      throw error
    }
    if (this.#session === RUNNING) this.#free(this.#enter('finishSession', promise))
    else this.#free(promise)
  }

  #runJob(): boolean {
    if (this.#exports.qjs_is_job_pending() === 0) return false
    if (this.#exports.qjs_execute_pending_job() < 0) this.#throwPending()
    return true
  }

  #deliver(id: number, reply: Reply): void {
    const number = this.#exports.qjs_new_number(id)
    this.#free(this.#enter('deliver', number, this.#newReply(reply)))
  }

  #describeRejections(): string[] {
    const texts: string[] = []
    for (const reason of this.#rejections.values()) {
      const text = this.#enter('describeRejection', this.#exports.qjs_dup_value(reason))
      texts.push(this.#texts.read(text))
      this.#free(text)
    }
    return texts
  }

  currentStack(): string {
    return this.#stackBy('currentStack')
  }

  waitingStack(): string {
    return this.#stackBy('waitingStack')
  }

  #stackBy(entry: 'currentStack' | 'waitingStack'): string {
    const value = this.#enter(entry)
    const stack = this.#texts.read(value)
    this.#free(value)
    return stack
  }

  variables(): Variable[] {
    const { heap } = this.#baseSnapshot
    if (heap === undefined) return []
    const { memory } = this.#exports
    const found = findVariables(memory, heap, this.#exports.qjs_get_runtime_ptr())
    return found.map(({ name, at }) => {
      if (at === undefined) return { name }
      const value = this.#enter('variableText', this.#exports.qjs_dup_value(at))
      const text = this.#texts.read(value)
      this.#free(value)
      return { name, text }
    })
  }

  takeZoneAsked(): boolean {
    const wasAsked = this.#isZoneAsked
    this.#isZoneAsked = false
    return wasAsked
  }

  isFull(): boolean {
    try {
      this.#free(this.#texts.make(PROBE))
      return false
    } catch (error) {
      if (error instanceof OutOfGuestMemory) return true
      throw error
    }
  }

  endSession(): 'clean' | 'void' {
    if (this.#session === RUNNING) this.#interrupt(undefined)
    if (this.#session.kind === 'ended') {
      try {
        this.#session = this.#comeToRest() ? CLEAN : VOID
      } catch {
        // A trap, no room, or no end: in each case the memory is in doubt.
        this.#session = VOID
      }
      this.#hooks = idle
    }
    return this.#session === CLEAN ? 'clean' : 'void'
  }

  snapshot(maxBytes: number): Uint8Array | undefined {
    if (this.#session !== CLEAN) throw new Error('a snapshot of a guest that is not at rest')
    return encodeSnapshot(baseOf(this.#baseSnapshot), this.#memory.bytes, maxBytes)
  }

  restore(snapshot: Uint8Array): void {
    if (!this.#isNew) throw new Error('a snapshot for a guest that is in use')
    const { memoryBytes, runs } = decodeSnapshot(baseOf(this.#baseSnapshot), snapshot)
    this.#unequip()
    this.#isNew = false
    this.#memory.growTo(memoryBytes)
    const { bytes } = this.#memory
    for (const run of runs) bytes.set(run.bytes, run.at)
  }

  rewind(): boolean {
    this.#session = NONE
    this.#hooks = idle
    if (!this.#memory.mayBeKept()) return false
    const { current } = this.#equipment
    this.#memory.put(current?.parts ?? this.#baseSnapshot.parts)
    this.#equipped = current?.tools
    this.#setRegisters()
    // The library keeps handles into the memory that was there before: they are forgotten.
    const internals = this.#vm as unknown as Internals
    internals._global = null
    internals._undefined = null
    internals._null = null
    internals._true = null
    internals._false = null
    internals._ownedHandles.clear()
    this.#rejections.clear()
    this.#kept = undefined
    this.#isNew = true
    return true
  }

  /** Makes a rewound guest that has tools already one without. */
  #unequip(): void {
    if (this.#equipped === undefined) return
    this.#memory.put(this.#baseSnapshot.parts)
    this.#equipped = undefined
  }

  /** Has the engine go on in a memory that was put there. */
  #setRegisters(): void {
    const { runtimePtr, contextPtr, stackPointer } = this.#baseSnapshot.snapshot
    this.#exports.qjs_set_runtime_and_context(runtimePtr, contextPtr)
    this.#exports.__stack_pointer.value = stackPointer
  }

  /** Whether the memory is that of the base snapshot, byte by byte; takes milliseconds. */
  isWhole(): boolean {
    this.#unequip()
    return !this.#memory.hasGrown && hashOf(this.#memory.bytes) === this.#baseSnapshot.memoryHash
  }

  /**
   * Runs an entry into a session's guest. When a hook has thrown on the way, the guest has been
   * interrupted, with any result, and the error of the hook is thrown here.
   */
  #guard<T>(run: () => T): T {
    // Nothing but the end may happen to a guest that has ended.
    if (this.#session !== RUNNING) throw new Error('a program in a guest that has ended')
    try {
      const value = run()
      this.#throwEnd()
      return value
    } catch (error) {
      this.#throwEnd()
      const isExpected = error instanceof GuestThrown || error instanceof OutOfGuestMemory
      if (!isExpected) this.#session = VOID
      throw error
    }
  }

  #throwEnd(): void {
    const session = this.#session as SessionState
    if (session.kind === 'ended') throw session.error
  }

  #sessionPoll(hooks: GuestHooks): boolean {
    if (this.#session === RUNNING) {
      try {
        hooks.poll()
        return false
      } catch (error) {
        this.#interrupt(error)
        return true
      }
    }
    if (performance.now() > this.#restUntilMs) {
      const { error } = this.#session as { error?: unknown }
      this.#session = VOID
      // Through WebAssembly: the guest does not unwind, and its memory is lost with it.
      throw error
    }
    this.#pollNext()
    return true
  }

  #sessionHostCall(argc: number, argv: number): number {
    if (this.#session === RUNNING) {
      try {
        return this.#hostCall(argc, argv)
      } catch (error) {
        if (isTrap(error)) throw error
        this.#interrupt(error)
      }
    }
    // Any call: the engine polls first, and the exception of the interrupt is then this call's own.
    const { entries } = this.#baseSnapshot
    this.#pollNext()
    this.#free(this.#exports.qjs_call(entries.undefined, entries.undefined, 0, 0))
    // The library's word for an exception.
    return 0
  }

  /** Ends the session's program: from now on, every poll of the engine is an interrupt. */
  #interrupt(error: unknown): void {
    this.#session = { kind: 'ended', error }
    this.#restUntilMs = performance.now() + REST_MS
    // An interrupt is an error object. Without room for one, the guest could catch another error.
    this.#exports.qjs_set_memory_limit(NO_LIMIT)
    this.#pollNext()
  }

  /** Makes the engine poll at the next call or jump back. */
  #pollNext(): void {
    new DataView(this.#exports.memory.buffer).setInt32(this.#baseSnapshot.interruptCounter, 0, true)
  }

  /** `false` when the memory has no room for another program. */
  #comeToRest(): boolean {
    const { snapshot } = this.#baseSnapshot
    const exports = this.#exports
    // Each job is interrupted before its first step, and none of them can start another one.
    while (exports.qjs_is_job_pending() !== 0) {
      if (performance.now() > this.#restUntilMs) return false
      this.#pollNext()
      exports.qjs_execute_pending_job()
    }
    for (const reason of this.#rejections.values()) this.#free(reason)
    this.#rejections.clear()
    // The error of the last interrupt, if any.
    this.#free(exports.qjs_get_exception())
    this.#hooks = idle
    this.#free(this.#enter('rest'))
    exports.qjs_run_gc()
    if (exports.__stack_pointer.value !== snapshot.stackPointer) return false
    return fitsSnapshot(this.#memory.length) && this.#hasRoom()
  }

  #hasRoom(): boolean {
    const { runtimePtr } = this.#baseSnapshot.snapshot
    const limit = this.#memoryLimit
    // With the limit lowered by the room that is required, the heap must still hand out a piece.
    this.#exports.qjs_set_memory_limit(limit - Math.ceil(limit * ROOM_SHARE))
    const at = this.#exports.js_malloc_rt(runtimePtr, PIECE_BYTES)
    this.#exports.js_free_rt(runtimePtr, at)
    this.#exports.qjs_set_memory_limit(limit)
    return at !== 0
  }

  /** Calls an entry point. Takes over its arguments. Returns a value that the caller frees. */
  #enter(entry: EntryName, ...args: number[]): number {
    const { entries } = this.#baseSnapshot
    const argv = this.#exports.wasm_malloc(args.length * 4)
    const view = new DataView(this.#exports.memory.buffer)
    for (const [i, arg] of args.entries()) view.setUint32(argv + i * 4, arg, true)
    const result = this.#exports.qjs_call(entries[entry], entries.undefined, args.length, argv)
    this.#exports.wasm_free(argv)
    for (const arg of args) this.#free(arg)
    return this.#check(result)
  }

  /** Returns the value, or throws the error that it stands for. */
  #check(value: number): number {
    if (this.#exports.qjs_is_exception(value) === 0) return value
    this.#free(value)
    return this.#throwPending()
  }

  #throwPending(): never {
    const error = this.#exports.qjs_get_exception()
    const { entries } = this.#baseSnapshot
    const argv = this.#exports.wasm_malloc(4)
    new DataView(this.#exports.memory.buffer).setUint32(argv, error, true)
    const text = this.#exports.qjs_call(entries.describe, entries.undefined, 1, argv)
    this.#exports.wasm_free(argv)
    this.#free(error)
    if (this.#exports.qjs_is_exception(text) !== 0) {
      this.#free(text)
      throw new OutOfGuestMemory()
    }
    const description = this.#texts.read(text)
    this.#free(text)
    throw new GuestThrown(description)
  }

  #hostCall(argc: number, argv: number): number {
    const args = this.#texts.view
    const operation = this.#exports.qjs_get_float64(args.getUint32(argv, true))
    if (operation >= HostOperation.promiseState) {
      const callback = argc > 3 ? args.getUint32(argv + 12, true) : 0
      return this.#askEngine(operation, args.getUint32(argv + 8, true), callback)
    }
    if (argc !== 3 && argc !== 4) throw new Error(`host function called with ${argc} arguments`)
    const number = this.#exports.qjs_get_float64(args.getUint32(argv + 4, true))
    const text = this.#texts.read(args.getUint32(argv + 8, true))
    const answer = this.#hooks.host(
      operation,
      number,
      text,
      argc === 4 ? this.#takeKept() : undefined,
    )
    if (typeof answer === 'number') return this.#exports.qjs_new_number(answer)
    return repliesTo(operation) ? this.#newReply(answer) : this.#texts.make(textOfReply(answer))
  }

  #takeKept(): string | AsciiText {
    const kept = this.#kept
    this.#kept = undefined
    if (kept === undefined) throw new Error('no text is kept')
    return kept
  }

  /** A reply as the prelude takes it: its text, or the value of a plain one in an array. */
  #newReply(reply: Reply): number {
    const value = this.#make(reply)
    return value === 0 ? this.#texts.make(textOfReply(reply)) : value
  }

  /** The value of a reply in an array; 0 when the prelude has to read its text. */
  #make(reply: Reply): number {
    if (typeof reply !== 'string') return this.#makeString(reply.string)
    if (reply.length <= SHORT_REPLY_CHARS || reply[0] !== PLAIN) return 0
    return this.#maker?.make(reply) ?? 0
  }

  #makeString(string: string | AsciiText): number {
    const value = this.#maker?.makeString(string) ?? 0
    if (value !== 0 && typeof string !== 'string') takeSpare(spareOf(string.bytes))
    return value
  }

  /** Questions that the language does not have. No code of the program runs in them. */
  #askEngine(operation: number, value: number, callback: number): number {
    const exports = this.#exports
    switch (operation) {
      case HostOperation.promiseState:
        return exports.qjs_new_number(
          exports.qjs_is_promise(value) === 0 ? -1 : exports.qjs_promise_state(value),
        )
      case HostOperation.promiseResult:
        return exports.qjs_promise_result(value)
      case HostOperation.whenSettled: {
        const chained = exports.qjs_promise_then(value, callback, callback)
        if (exports.qjs_is_exception(chained) !== 0) throw new OutOfGuestMemory()
        this.#free(chained)
        return exports.qjs_dup_value(this.#baseSnapshot.entries.undefined)
      }
      case HostOperation.keepPlain:
        this.#kept = this.#reader?.read(value)
        return exports.qjs_new_number(this.#kept === undefined ? 0 : 1)
      default:
        throw new Error(`unknown host operation ${operation}`)
    }
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

/** The memory that sessions begin with. The machine's stack stands below it. */
const baseOf = (baseSnapshot: BaseSnapshot) => ({
  tag: snapshotTag(baseSnapshot),
  memoryBytes: baseSnapshot.memoryBytes,
  parts: baseSnapshot.parts,
  lowest: baseSnapshot.snapshot.stackPointer,
})

const isTrap = (error: unknown): boolean =>
  error instanceof WebAssembly.RuntimeError || error instanceof RangeError

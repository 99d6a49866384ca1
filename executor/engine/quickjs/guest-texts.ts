/** Reads and makes strings of the engine in the memory of one guest. */

import type { QuickJS } from 'quickjs-wasi'
import { MAX_UNIT_BYTES } from '../../boundary/ascii-text.ts'
import { OutOfGuestMemory } from '../guest.ts'

/** Functions of the engine that this takes. */
export interface TextExports {
  readonly memory: WebAssembly.Memory
  wasm_malloc(bytes: number): number
  wasm_free(at: number): void
  qjs_get_string_len(value: number, lengthAt: number): number
  qjs_free_cstring(at: number): void
  qjs_new_string(at: number, bytes: number): number
  qjs_is_exception(value: number): number
}

/** Longer texts are counted before there is memory for them. */
const SHORT_CHARS = 1024

/** The texts of one guest. */
export class GuestTexts {
  #vm: QuickJS
  #exports: TextExports
  #bytes!: Buffer
  #view!: DataView

  constructor(vm: QuickJS, exports: TextExports) {
    this.#vm = vm
    this.#exports = exports
  }

  /** A view of the guest's memory, until that grows. */
  get view(): DataView {
    this.#look()
    return this.#view
  }

  /** The string behind a handle. @throws {OutOfGuestMemory} when there is no room to write it down */
  read(value: number): string {
    const exports = this.#exports
    const lengthAt = exports.wasm_malloc(4)
    const at = exports.qjs_get_string_len(value, lengthAt)
    if (at === 0) throw new OutOfGuestMemory()
    const end = at + this.view.getUint32(lengthAt, true)
    const text = this.#bytes.toString('utf8', at, end)
    exports.qjs_free_cstring(at)
    exports.wasm_free(lengthAt)
    return text
  }

  /** A handle of a new string, which the caller frees. @throws {OutOfGuestMemory} */
  make(text: string): number {
    const exports = this.#exports
    const { at, bytes } = this.#write(text)
    const value = exports.qjs_new_string(at, bytes)
    exports.wasm_free(at)
    if (exports.qjs_is_exception(value) !== 0) throw new OutOfGuestMemory()
    return value
  }

  #write(text: string): { at: number; bytes: number } {
    if (!text.isWellFormed()) {
      // The library writes halves of characters in a way that the engine reads.
      const { ptr, len } = this.#vm._writeString(text)
      return { at: ptr, bytes: len }
    }
    const most = text.length <= SHORT_CHARS ? MAX_UNIT_BYTES * text.length : Buffer.byteLength(text)
    const at = this.#exports.wasm_malloc(most + 1)
    if (at === 0) throw new OutOfGuestMemory()
    this.#look()
    const bytes = this.#bytes.write(text, at, most, 'utf8')
    // The engine wants a zero behind it.
    this.#bytes[at + bytes] = 0
    return { at, bytes }
  }

  /** Looks at the memory, which is another buffer when it has grown. */
  #look(): void {
    const { buffer } = this.#exports.memory
    if (this.#bytes?.buffer === buffer) return
    this.#bytes = Buffer.from(buffer)
    this.#view = new DataView(buffer)
  }
}

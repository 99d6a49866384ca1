/** Makes values inside a guest from JSON, by the engine's reader of its binary form. */

import { type AsciiText, isAscii } from '../../boundary/ascii-text.ts'
import { BinaryWriter, STRING_HEAD_BYTES, WIDE_BYTES, writeString } from './binary-value.ts'

/** Functions of the engine that this takes. */
export interface MakerExports {
  readonly memory: WebAssembly.Memory
  wasm_malloc(bytes: number): number
  wasm_free(at: number): void
  qjs_get_context_ptr(): number
  qjs_is_exception(value: number): number
  qjs_get_exception(): number
  qjs_free_value(value: number): void
  JS_ReadObject(context: number, at: number, bytes: number, flags: number): bigint
}

/** A value of the engine has eight bytes, also where a handle points to it. */
const VALUE_BYTES = 8

/** Makes the values of one guest. */
export class ValueMaker {
  #exports: MakerExports
  #writer = new BinaryWriter()
  #bytes: Buffer | undefined

  constructor(exports: MakerExports) {
    this.#exports = exports
  }

  /**
   * An array of one, the value of the JSON behind a text's mark. No code of the guest runs.
   *
   * @returns a handle that the caller frees; 0 when the value has no binary form, or no room
   */
  make(text: string): number {
    const parts = this.#writer.write(text)
    if (parts === undefined) return 0
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    return this.#read(length, (bytes, at) => {
      let end = at
      for (const part of parts) {
        bytes.set(part, end)
        end += part.length
      }
      return end
    })
  }

  /** An array of one, a string; as {@link make}. */
  makeString(string: string | AsciiText): number {
    const isNarrow = typeof string !== 'string' || isAscii(string)
    const most = STRING_HEAD_BYTES + (isNarrow ? 1 : WIDE_BYTES) * string.length
    return this.#read(most, (bytes, at) => writeString(string, bytes, at))
  }

  /** Has the engine read what is written into its memory. @param write returns the end of it */
  #read(mostBytes: number, write: (bytes: Buffer, at: number) => number): number {
    const exports = this.#exports
    const at = exports.wasm_malloc(mostBytes)
    if (at === 0) return 0
    const { buffer } = exports.memory
    // The memory of a guest that has grown is another one.
    if (this.#bytes?.buffer !== buffer) this.#bytes = Buffer.from(buffer)
    const length = write(this.#bytes, at) - at
    const value = exports.JS_ReadObject(exports.qjs_get_context_ptr(), at, length, 0)
    exports.wasm_free(at)
    return this.#handleOf(value)
  }

  #handleOf(value: bigint): number {
    const exports = this.#exports
    const handle = exports.wasm_malloc(VALUE_BYTES)
    if (handle === 0) throw new RangeError('no room for a handle')
    new DataView(exports.memory.buffer).setBigInt64(handle, value, true)
    if (exports.qjs_is_exception(handle) === 0) return handle
    exports.qjs_free_value(handle)
    exports.qjs_free_value(exports.qjs_get_exception())
    return 0
  }
}

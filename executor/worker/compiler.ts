/**
 * Programs of the sources that this worker saw last, so that a source seen before costs nothing.
 */

import type { Language } from '../../protocol/execution/execution.ts'
import { type Compilation, compile, type Mode } from '../compile/compile.ts'

/** Bounds of what is kept, in sources and in characters of source. */
const MAX_ENTRIES = 512
const MAX_CHARACTERS = 4 * 1024 * 1024

/** Compiles sources, and keeps the latest compilations of this worker. */
export class Compiler {
  /** Least recently used first: a `Map` keeps the order of insertion. */
  #kept = new Map<string, Compilation>()
  #characters = 0

  compile(source: string, language: Language, mode: Mode): Compilation {
    const key = `${mode} ${language}\n${source}`
    const known = this.#kept.get(key)
    if (known !== undefined) {
      this.#kept.delete(key)
      this.#kept.set(key, known)
      return known
    }
    const compilation = compile(source, language, mode)
    this.#kept.set(key, compilation)
    this.#characters += key.length
    this.#shrink()
    return compilation
  }

  #shrink(): void {
    for (const key of this.#kept.keys()) {
      if (this.#kept.size <= MAX_ENTRIES && this.#characters <= MAX_CHARACTERS) return
      this.#kept.delete(key)
      this.#characters -= key.length
    }
  }
}

/** The random bytes of a guest: the same for the same seed (sfc32 by Chris Doty-Humphrey). */
export class SeededRandom {
  #a: number
  #b: number
  #c: number
  #counter: number

  constructor([a, b, c, d]: readonly [number, number, number, number]) {
    this.#a = a | 0
    this.#b = b | 0
    this.#c = c | 0
    this.#counter = d | 0
  }

  /** Fills bytes. */
  fill(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += 4) {
      const word = this.#next()
      for (let i = 0; i < 4 && at + i < bytes.length; i++) bytes[at + i] = word >>> (8 * i)
    }
  }

  #next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    return sum
  }
}

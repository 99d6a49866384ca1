/** Pseudo-random choices that a seed repeats (mulberry32). */

export interface Random {
  /** A whole number from 0, below `bound`. */
  below(bound: number): number
  oneOf<T>(list: readonly T[]): T
}

export function random(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number) => Math.floor(next() * bound)
  return { below, oneOf: list => list[below(list.length)] as never }
}

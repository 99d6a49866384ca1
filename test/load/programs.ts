/** The programs of the load: small ones, of which no two have the same source. */

export interface LoadProgram {
  readonly source: string
  /** What it must give. */
  readonly expected: unknown
}

/** How each kind is written with a number; `later` is the tool of the daemon under load. */
const kinds: readonly ((n: number) => LoadProgram)[] = [
  n => ({
    source: `let sum = ${n}; for (let i = 1; i <= 100; i++) sum += i; sum`,
    expected: n + 5050,
  }),
  n => ({ source: `const got = later(${n}); got + 1`, expected: n + 1 }),
  n => ({
    source: `const [a, b, c] = await Promise.all([later(${n}), later(${n + 1}), later(${n + 2})]); [c, b, a]`,
    expected: [n + 2, n + 1, n],
  }),
]

/** The program with a number: a computation, one call, or calls at a time, in turns. */
export function loadProgram(n: number): LoadProgram {
  const kind = kinds[n % kinds.length] as (typeof kinds)[number]
  return kind(n)
}

/** How long executions took, by kind of program. */

/** Of the latencies that were measured, the one that so large a share does not exceed. */
export function quantile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

export class Latencies {
  #byKind = new Map<string, number[]>()

  add(kind: string, ms: number): void {
    const samples = this.#byKind.get(kind)
    if (samples === undefined) this.#byKind.set(kind, [ms])
    else samples.push(ms)
  }

  get kinds(): readonly string[] {
    return [...this.#byKind.keys()].toSorted()
  }

  /** Of one kind, in milliseconds; of all of them when it is absent. */
  samples(kind?: string): readonly number[] {
    return kind === undefined ? [...this.#byKind.values()].flat() : (this.#byKind.get(kind) ?? [])
  }
}

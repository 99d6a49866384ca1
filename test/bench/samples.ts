/** Measurements of one thing, sorted. */
export type Samples = readonly number[]

export function sorted(values: Iterable<number>): Samples {
  return [...values].sort((a, b) => a - b)
}

/** The value that a share of the samples does not exceed; `NaN` of none. */
export function quantile(samples: Samples, share: number): number {
  const at = Math.min(samples.length - 1, Math.floor(samples.length * share))
  return samples[at] ?? Number.NaN
}

export const p50 = (samples: Samples) => quantile(samples, 0.5)
export const p99 = (samples: Samples) => quantile(samples, 0.99)

/** What a table shows of samples. The p10 shows what the code costs, the p50 what the machine adds. */
export const quantiles = [
  ['p10', 0.1],
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
] as const

/** Lengths of time as people read them in a table: `850ms`, `12s`, `3m`, `5h`, `2d`. */

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const

/** Cut down to its largest unit. */
export function shortDuration(ms: number): string {
  const unit = units.find(([, size]) => ms >= size)
  return unit === undefined
    ? `${Math.max(0, Math.round(ms))}ms`
    : `${Math.floor(ms / unit[1])}${unit[0]}`
}

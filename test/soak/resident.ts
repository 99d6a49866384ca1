/** Resident memory of this process after a collection, in MB. Needs `--expose-gc`. */
export function residentMB(): number {
  globalThis.gc?.()
  return Math.round(process.memoryUsage().rss / 1_048_576)
}

/** Random instants and local times of a time zone, most of them where its offset changes. */

/** What a program about dates is given. */
export interface ZoneSamples {
  /** Epoch milliseconds. */
  readonly instants: readonly number[]
  /** Year, month from 0, day, hours, minutes, seconds, milliseconds. */
  readonly fields: ReadonlyArray<readonly number[]>
}

/** A few changes lie nearer to another; they are left out. */
const STEP_MS = 30 * 86_400_000
const HOUR_MS = 3_600_000

/** @param random gives numbers from 0 to 1 */
export function zoneSamples(timeZone: string, random: () => number, count: number): ZoneSamples {
  const between = (from: number, to: number) => Math.floor(from + random() * (to - from))
  const instants: number[] = []
  const fields: number[][] = []
  const add = (ms: number, local: number) => {
    instants.push(ms)
    const date = new Date(local)
    const day = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()]
    const time = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()]
    fields.push([...day, ...time, date.getUTCMilliseconds()])
  }
  const [first, last] = [Date.UTC(1850, 0), Date.UTC(2150, 0)]
  for (let i = 0; i < count; i++) add(between(first, last), between(first, last))
  const changes = offsetChanges(timeZone, Date.UTC(1880, 0), Date.UTC(2040, 0))
  for (let i = 0; i < count && changes.length > 0; i++) {
    const { atMs, offsetMs } = changes[between(0, changes.length)] as (typeof changes)[0]
    const near = between(-3 * HOUR_MS, 3 * HOUR_MS)
    add(atMs + near, atMs + offsetMs + Math.floor(near / 60_000) * 60_000)
  }
  return { instants, fields }
}

/** When the offset of a zone changes, with the offset before. */
function offsetChanges(timeZone: string, from: number, to: number) {
  const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  const offsetOf = (ms: number) => format.format(ms).split('GMT')[1] as string
  const changes: { readonly atMs: number; readonly offsetMs: number }[] = []
  for (let at = from; at < to; at += STEP_MS) {
    const before = offsetOf(at)
    let [low, high] = [at, at + STEP_MS]
    if (offsetOf(high) === before) continue
    while (high - low > 1000) {
      const middle = Math.floor((low + high) / 2000) * 1000
      if (offsetOf(middle) === before) low = middle
      else high = middle
    }
    const [hours = 0, minutes = 0] = before.split(':').map(Number)
    const sign = before.startsWith('-') ? -1 : 1
    changes.push({ atMs: high, offsetMs: sign * (Math.abs(hours) * 60 + minutes) * 60_000 })
  }
  return changes
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

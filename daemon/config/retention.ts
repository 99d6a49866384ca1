/** How long ended executions and unused sessions stay, as it is configured. */

import { z } from 'zod'
import { type ValueKind, valueKind } from './value-kind.ts'

/** How long ended executions and unused sessions stay. */
export interface Retention {
  /** Milliseconds after the end, or after the last use. */
  readonly keepMs: number
  /** Bytes that the store may have before the oldest go earlier; `undefined`: any number. */
  readonly maxBytes: number | undefined
}

const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const
const unitBytes = { TB: 10 ** 12, GB: 10 ** 9, MB: 10 ** 6 } as const

/** Ten years. An operator who needs more needs a backup. */
const MAX_KEEP_MS = 3650 * unitMs.d

const form = /^([1-9]\d{0,9})([dhms])(?:\s*,\s*([1-9]\d{0,9})(TB|GB|MB))?$/

/** `7d`, `12h` or `30m`, and after a comma a bound of the store: `7d,20GB`. */
export const retention: ValueKind<Retention> = {
  ...valueKind({
    schema: z.string().refine(text => (parse(text)?.keepMs ?? Infinity) <= MAX_KEEP_MS),
    allowed:
      'a time such as 12h or 7d (units s, m, h, d, at most 3650d), or with a bound of the store such as 7d,20GB (MB, GB, TB)',
    fromText: text => text.trim(),
    settle: text => parse(text) as Retention,
  }),
  show: ({ keepMs, maxBytes }) =>
    withUnit(keepMs, unitMs) + (maxBytes === undefined ? '' : `,${withUnit(maxBytes, unitBytes)}`),
}

function parse(text: string): Retention | undefined {
  const [, time, unit, size, sizeUnit] = form.exec(text) ?? []
  if (time === undefined) return undefined
  const keepMs = Number(time) * unitMs[unit as keyof typeof unitMs]
  const maxBytes =
    size === undefined ? undefined : Number(size) * unitBytes[sizeUnit as keyof typeof unitBytes]
  return { keepMs, maxBytes }
}

/** A number in the largest unit that divides it. */
function withUnit(amount: number, units: Readonly<Record<string, number>>): string {
  const [name, size] = Object.entries(units).find(([, size]) => amount % size === 0) as [
    string,
    number,
  ]
  return `${amount / size}${name}`
}

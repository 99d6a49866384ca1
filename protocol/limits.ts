/**
 * The limits of an execution: one row each, from which the type, the validator, the documents and
 * the resolver come. This file holds numbers only, so that workers and the thin client may load it.
 */

interface LimitRow {
  /** What one execution gets when its request says nothing. */
  readonly default: number
  /** The most that a request may ask for. */
  readonly ceiling: number
  /** The least that makes sense; below it nothing could run. */
  readonly floor: number
  readonly unit: 'bytes' | 'ms' | 'count'
  /** What is bounded, and what happens beyond the bound. */
  readonly note: string
}

const DAY_MS = 86_400_000
const KIB = 1024
const MIB = 1024 * KIB

export const limitTable = {
  maxSourceBytes: {
    default: 256 * KIB,
    ceiling: MIB,
    floor: 1,
    unit: 'bytes',
    note: 'source as UTF-8; more is refused with HTTP 413',
  },
  cpuMs: {
    default: 10_000,
    ceiling: 300_000,
    floor: 1,
    unit: 'ms',
    note: 'time the guest runs; waiting for tools does not count',
  },
  wallMs: {
    default: 30 * DAY_MS,
    ceiling: 30 * DAY_MS,
    floor: 1,
    unit: 'ms',
    note: 'time from acceptance',
  },
  memoryBytes: {
    default: 64 * MIB,
    ceiling: 512 * MIB,
    floor: 2 * MIB,
    unit: 'bytes',
    note: 'guest heap; the allocation throws `InternalError: out of memory` in the guest',
  },
  maxCalls: {
    default: 1000,
    ceiling: 100_000,
    floor: 0,
    unit: 'count',
    note: 'tool calls, timers and stream items',
  },
  maxJournalBytes: {
    default: 64 * MIB,
    ceiling: 1024 * MIB,
    floor: 0,
    unit: 'bytes',
    note: 'everything the tools answered',
  },
  maxConcurrentCalls: {
    default: 32,
    ceiling: 256,
    floor: 1,
    unit: 'count',
    note: 'tool calls under way at once; further ones wait their turn',
  },
  callMs: {
    default: 60_000,
    ceiling: 30 * DAY_MS,
    floor: 1,
    unit: 'ms',
    note: "time that one call's tool runs; thrown in the guest as ToolTimeoutError",
  },
  maxCallBytes: {
    default: MIB,
    ceiling: 16 * MIB,
    floor: 0,
    unit: 'bytes',
    note: 'arguments of one call; thrown in the guest',
  },
  maxCallResultBytes: {
    default: 8 * MIB,
    ceiling: 64 * MIB,
    floor: 0,
    unit: 'bytes',
    note: 'what one call answers; thrown in the guest',
  },
  maxOutputBytes: {
    default: MIB,
    ceiling: 16 * MIB,
    floor: 0,
    unit: 'bytes',
    note: 'output of the execution',
  },
  maxLogBytes: {
    default: 256 * KIB,
    ceiling: 4 * MIB,
    floor: 0,
    unit: 'bytes',
    note: 'console text; cut with a marker that says how much, not an error',
  },
} as const satisfies Record<string, LimitRow>

export type LimitName = keyof typeof limitTable
/** A value for every limit, in the unit of its row. */
export type Limits = { readonly [Name in LimitName]: number }

export const limitNames = Object.keys(limitTable) as readonly LimitName[]

/** The limits of an execution: what `requested` says, the default for what it leaves out. */
export function resolveLimits(requested: Partial<Limits> | undefined): Limits {
  const limits = {} as { -readonly [Name in LimitName]: number }
  for (const name of limitNames) limits[name] = requested?.[name] ?? limitTable[name].default
  return limits
}

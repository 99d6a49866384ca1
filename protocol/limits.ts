/**
 * The limits of an execution: one row each, from which the type, the validator, the documents and
 * the resolver come; what an editor shows of a limit is the comment above its row. This file holds numbers only, so that workers and the thin client may load it.
 */

interface LimitRow {
  /** The value when the request does not name the limit. */
  readonly default: number
  /** The highest value of a request. */
  readonly ceiling: number
  /** The least that makes sense; below it nothing could run. */
  readonly floor: number
  readonly unit: 'bytes' | 'ms' | 'count'
  /** The bounded quantity, and the effect of exceeding it. */
  readonly note: string
}

const DAY_MS = 86_400_000
const KIB = 1024
const MIB = 1024 * KIB

/** All limits, one row each. */
export const limitTable = {
  /** Bytes of the source as UTF-8; more is refused with HTTP 413. 262 144 by default, at most 1 048 576. */
  maxSourceBytes: {
    default: 256 * KIB,
    ceiling: MIB,
    floor: 1,
    unit: 'bytes',
    note: 'source as UTF-8; more is refused with HTTP 413',
  },
  /** Milliseconds that the guest runs; waiting for tools does not count. 10 000 by default, at most 300 000. */
  cpuMs: {
    default: 10_000,
    ceiling: 300_000,
    floor: 1,
    unit: 'ms',
    note: 'time the guest runs; waiting for tools does not count',
  },
  /** Milliseconds from acceptance to the end. 2 592 000 000 by default, at most 2 592 000 000. */
  wallMs: {
    default: 30 * DAY_MS,
    ceiling: 30 * DAY_MS,
    floor: 1,
    unit: 'ms',
    note: 'time from acceptance',
  },
  /** Bytes of the guest heap; beyond it an allocation throws `InternalError: out of memory`. 67 108 864 by default, at most 536 870 912. */
  memoryBytes: {
    default: 64 * MIB,
    ceiling: 512 * MIB,
    floor: 2 * MIB,
    unit: 'bytes',
    note: 'guest heap; the allocation throws `InternalError: out of memory` in the guest',
  },
  /** Tool calls, timers and stream items together. 1 000 by default, at most 100 000. */
  maxCalls: {
    default: 1000,
    ceiling: 100_000,
    floor: 0,
    unit: 'count',
    note: 'tool calls, timers and stream items',
  },
  /** Bytes of everything that the tools answered. 67 108 864 by default, at most 1 073 741 824. */
  maxJournalBytes: {
    default: 64 * MIB,
    ceiling: 1024 * MIB,
    floor: 0,
    unit: 'bytes',
    note: 'everything the tools answered',
  },
  /** Tool calls under way at once; further ones wait their turn. 32 by default, at most 256. */
  maxConcurrentCalls: {
    default: 32,
    ceiling: 256,
    floor: 1,
    unit: 'count',
    note: 'tool calls under way at once; further ones wait their turn',
  },
  /** Milliseconds that one call's tool runs; `ToolTimeoutError` in the guest. 60 000 by default, at most 2 592 000 000. */
  callMs: {
    default: 60_000,
    ceiling: 30 * DAY_MS,
    floor: 1,
    unit: 'ms',
    note: "time that one call's tool runs; thrown in the guest as ToolTimeoutError",
  },
  /** Bytes of the arguments of one call; thrown in the guest. 1 048 576 by default, at most 16 777 216. */
  maxCallBytes: {
    default: MIB,
    ceiling: 16 * MIB,
    floor: 0,
    unit: 'bytes',
    note: 'arguments of one call; thrown in the guest',
  },
  /** Bytes of what one call answers; thrown in the guest. 8 388 608 by default, at most 67 108 864. */
  maxCallResultBytes: {
    default: 8 * MIB,
    ceiling: 64 * MIB,
    floor: 0,
    unit: 'bytes',
    note: 'what one call answers; thrown in the guest',
  },
  /** Bytes of a session's compressed state after the execution; more ends it, and the session keeps what it had. 67 108 864 by default, at most 134 217 728. */
  maxSessionBytes: {
    default: 64 * MIB,
    ceiling: 128 * MIB,
    floor: 0,
    unit: 'bytes',
    note: "a session's compressed state after the execution; beyond it the session keeps what it had",
  },
  /** Bytes of the output. 1 048 576 by default, at most 16 777 216. */
  maxOutputBytes: {
    default: MIB,
    ceiling: 16 * MIB,
    floor: 0,
    unit: 'bytes',
    note: 'output of the execution',
  },
  /** Bytes of console text; what is more is cut, with a marker. 262 144 by default, at most 4 194 304. */
  maxLogBytes: {
    default: 256 * KIB,
    ceiling: 4 * MIB,
    floor: 0,
    unit: 'bytes',
    note: 'console text; cut with a marker that says how much, not an error',
  },
  /** Bytes of one file; thrown in the guest. 67 108 864 by default, at most 1 073 741 824. */
  maxFileBytes: {
    default: 64 * MIB,
    ceiling: 1024 * MIB,
    floor: 0,
    unit: 'bytes',
    note: 'one file; thrown in the guest',
  },
  /** Bytes of all files of the execution. 268 435 456 by default, at most 4 294 967 296. */
  maxFilesBytes: {
    default: 256 * MIB,
    ceiling: 4096 * MIB,
    floor: 0,
    unit: 'bytes',
    note: 'all files of the execution',
  },
} as const satisfies Record<string, LimitRow>

/** The name of a limit. */
export type LimitName = keyof typeof limitTable
/** A value for every limit, in the unit of its row. */
export type Limits = { readonly [Name in keyof typeof limitTable]: number }
/** Limits that a request lowers or raises, each up to its ceiling. */
export type LimitOverrides = { [Name in keyof typeof limitTable]?: number | undefined }

/** All names, in the order of {@link limitTable}. */
export const limitNames = Object.keys(limitTable) as readonly LimitName[]

/** One object, so that code that hands limits on knows them by identity. */
const defaultLimits = Object.freeze(
  Object.fromEntries(limitNames.map(name => [name, limitTable[name].default])),
) as Limits

/** The limits of an execution: those of `requested`, and defaults for the others. */
export function resolveLimits(requested: LimitOverrides | undefined): Limits {
  const isOther = (name: LimitName) =>
    (requested?.[name] ?? defaultLimits[name]) !== defaultLimits[name]
  const others = requested === undefined ? [] : limitNames.filter(isOther)
  if (others.length === 0) return defaultLimits
  return { ...defaultLimits, ...Object.fromEntries(others.map(name => [name, requested?.[name]])) }
}

/**
 * What statements cost PostgreSQL, measured by `node test/bench/postgres.ts` on two cores that had
 * other work: the machine that a reader sizes for is measured by the same.
 */

export const costs = {
  /** Milliseconds of PostgreSQL's CPU: one durable execution with one call, submit to end. */
  executionMs: 0.23,
  /** One look for news, of which each daemon makes one every 400 ms. */
  lookMs: 0.06,
  /** One beat, of which each daemon makes one every 2 s. */
  beatMs: 0.22,
  /** One row of another daemon, which a beat reads: of 50 at most. */
  peerMs: 0.002,
  /** One claim, and each execution in it. */
  claimMs: 1,
  claimedMs: 0.15,
  /** Bytes of write-ahead log for one execution. */
  walBytes: 3800,
  /** Bytes of one execution that waits, with its journal and indexes. */
  waitingBytes: 2400,
  /** Milliseconds of a daemon's CPU for one short execution: one core carries so many. */
  daemonMs: 2.5,
  /** Connections of one daemon. */
  connections: 4,
} as const

export const LOOK_EVERY_MS = 400
export const BEAT_EVERY_MS = 2000
export const LEASE_MS = 10_000

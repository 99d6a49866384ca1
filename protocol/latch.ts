/**
 * The latch: the shared memory on which a worker blocks, while the host awaits a tool and while there
 * is nothing to run; and two slots, each for one short frame.
 *
 * One `SharedArrayBuffer` for each worker thread, as long as the thread lives, viewed as `Int32Array`
 * and, from {@link UP_AT} on, as bytes. With a port it is the thread's lane
 * (`executor/boundary/lane-frames.ts`): one execution after the other has it.
 *
 * | offset | bytes | name      | writer | meaning |
 * | ------ | ----- | --------- | ------ | ------- |
 * | 0      | 4     | turn      | host   | bumped by one for each frame or signal; the only word waited on |
 * | 4      | 4     | signal    | host   | why the guest must stop: a {@link Signal}; 0 while it may run |
 * | 8      | 4     | state     | worker | what the worker does: a {@link GuestState} |
 * | 12     | 4     | heartbeat | worker | bumped at each interrupt poll; shows the host an unresponsive guest |
 * | 16     | 4     | spin      | host   | 1: the worker looks at `turn` for a moment before it sleeps; else 0 |
 * | 20     | 4     | taken     | host   | characters of the messages of this execution that the host has taken |
 * | 24     | 4     | looking   | host   | 1: the event loop does not sleep, and each of its turns looks into `up`; else 0 |
 * | 28     | 4     | posted    | host   | frames that the host has posted on the port, modulo 2^32 |
 * | 32     | 4     | up held   | both   | bytes of the frame in `up`; 0: it is empty |
 * | 36     | 4     | up after  | worker | frames of the task that were posted on the port before the one in `up` |
 * | 40     | 4     | down held | both   | bytes of the frame in `down`; 0: it is empty |
 * | 44     | 4     | down after | host  | frames that the host had posted on the port before the one in `down` |
 * | 64     | 4096  | up        | worker | a frame to the host, in UTF-8 |
 * | 4160   | 4096  | down      | host   | a frame to the worker, in UTF-8 |
 *
 * Order of writes. Host: put the frame into `down` or post it on the port (or store `signal`), then
 * bump `turn`, then notify. Worker: read `turn`, take all frames out of `down` and off the port, read
 * `signal`, and only then wait for `turn` to differ from what was read; so a frame that arrives in
 * between ends the wait at once. Between two executions the worker does the same, without `signal`.
 * Before the host sends a task it stores `signal` none, `state` queued, `taken` 0, `posted` and
 * `looking` as they are, and `up held` 0. A guest that has sent more than `taken` says, by more than a
 * bound, sends no further request before the next bump shows it a greater `taken`; both sides count by
 * `frameChars` (`executor/boundary/lane-frames.ts`). The worker stores `state` ended before it sends
 * the report, and touches no other word but `down held` from then to the next task. The host begins no
 * task before it has the report.
 *
 * A slot is filled by one end when `held` is 0: the bytes, `after`, then `held`. The other end takes the
 * frame when it has taken at least as many frames off the port as `after` says, so the order of all
 * frames is the one in which they were sent; then it stores `held` 0. What is not short, or finds its
 * slot filled, goes on the port. The worker fills `up` with frames of its task only, and only while
 * `looking` is 1. It reads `looking` once more after that: when it is 0 by then, it takes its frame back,
 * by an exchange of `held`, and posts it. The host stores `looking` 0 and then looks once more; so one
 * of the two sees the other. A frame whose turn has not come by then has it with a frame on the port,
 * and the host looks after each of those. The host has what it has read only when its own compare-exchange of `held`
 * finds the frame still there.
 *
 * Legal transitions, of one execution: `signal` goes from none to park and back as often as the host
 * likes, and from either to cancel, once. A guest that finds park where it would block, without a
 * delivery for it, ends there. A running guest does not look for park. `state` goes queued → running →
 * waiting → running … → ended. A bump without a frame makes the worker look at `signal` and at the
 * pool's pressure again (below), and wait on.
 *
 * Only the worker blocks: for a guest at most 10 s, then the guest parks; between executions without
 * an end. The host never waits. When the host's side dies the whole process does. When the worker dies
 * its port closes, the pool reports it, and the execution that it ran is lost; the next thread has a
 * lane of its own.
 *
 * No word is believed. What a program that is out of the engine writes here is about its own execution
 * until the report; then the host stores the words of the next one, and the bytes of both slots are
 * zeros again. `turn` is only ever compared. The host copies the bytes of `up` before it reads them,
 * at most as many as the slot has; what they say is read as any frame of the port is.
 */

/** Index of the word `turn`. */
export const TURN = 0
/** Index of the word `signal`. */
export const SIGNAL = 1
/** Index of the word `state`. */
export const STATE = 2
/** Index of the word `heartbeat`. */
export const HEARTBEAT = 3
/** Index of the word `spin`; `executor/pool/lane-spin.ts` says when it is set. */
export const SPIN = 4
/** Index of the word `taken`, whose values are taken modulo 2^32. */
export const TAKEN = 5
/** Index of the word `looking`; `executor/pool/wakeful-loop.ts` says when it is set. */
export const LOOKING = 6
/** Index of the word `posted`, whose values are taken modulo 2^32. */
export const POSTED = 7
/** Index of `held` of the slot to the host; `after` is the next word. */
export const UP = 8
/** Index of `held` of the slot to the worker; `after` is the next word. */
export const DOWN = 10
/** Bytes that a slot has. */
export const SLOT_BYTES = 4096
/** Where the bytes of the slot to the host begin. */
export const UP_AT = 64
/** Where the bytes of the slot to the worker begin. */
export const DOWN_AT = UP_AT + SLOT_BYTES
/** Bytes of the whole. */
export const LATCH_BYTES = DOWN_AT + SLOT_BYTES

/** Values of the `signal` word. */
export const Signal = {
  none: 0,
  /** Stop: the execution was cancelled or its deadline passed. The host knows which. */
  cancel: 1,
  /** Park at the next wait: what the guest waits for takes long. */
  park: 2,
} as const
export type Signal = (typeof Signal)[keyof typeof Signal]

/** Values of the `state` word. */
export const GuestState = {
  /** The task has not reached its worker yet. */
  queued: 0,
  running: 1,
  /** Blocked on the latch; costs no CPU and none of the guest's budget. */
  waiting: 2,
  ended: 3,
} as const
export type GuestState = (typeof GuestState)[keyof typeof GuestState]

/**
 * The pressure of a pool: one `SharedArrayBuffer` for all of its workers, viewed as `Int32Array`.
 *
 * | offset | bytes | name      | writer | meaning |
 * | ------ | ----- | --------- | ------ | ------- |
 * | 0      | 4     | pressure  | host   | executions that wait for a worker |
 * | 4      | 4     | rehearsed | worker | 1: a program has run on a thread of the pool, or a rehearsal; else 0 |
 *
 * A worker reads `pressure` when it blocks; when it rises from 0 the host bumps the `turn` of those
 * that run. The host does not read `rehearsed` (`executor/worker/rehearsal.ts`).
 */
export const PRESSURE_BYTES = 8
/** Index of the word `pressure`. */
export const PRESSURE = 0
/** Index of the word `rehearsed`. */
export const REHEARSED = 1

/**
 * The latch: the shared memory on which a worker blocks, while the host awaits a tool and while there
 * is nothing to run.
 *
 * One `SharedArrayBuffer` for each worker thread, as long as the thread lives, viewed as `Int32Array`.
 * With a port it is the thread's lane (`executor/boundary/lane-frames.ts`): one execution after the
 * other has it.
 *
 * | offset | bytes | name      | writer | meaning |
 * | ------ | ----- | --------- | ------ | ------- |
 * | 0      | 4     | turn      | host   | bumped by one for each frame or signal; the only word waited on |
 * | 4      | 4     | signal    | host   | why the guest must stop: a {@link Signal}; 0 while it may run |
 * | 8      | 4     | state     | worker | what the worker does: a {@link GuestState} |
 * | 12     | 4     | heartbeat | worker | bumped at each interrupt poll; shows the host an unresponsive guest |
 * | 16     | 4     | spin      | host   | 1: a guest looks at `turn` for a moment before it sleeps; else 0     |
 * | 20     | 4     | taken     | host   | characters of the messages of this execution that the host has taken |
 *
 * Order of writes. Host: post the frame on the port (or store `signal`), then bump `turn`, then
 * notify. Worker: read `turn`, take all frames off the port, read `signal`, and only then wait for
 * `turn` to differ from what was read; so a frame that arrives in between ends the wait at once.
 * Between two executions the worker does the same, without `signal`. Before the host posts a task it
 * stores `signal` none, `state` queued and `taken` 0. A guest that has sent more than `taken` says, by
 * more than a bound, sends no further request before the next bump shows it a greater `taken`; both
 * sides count by `frameChars` (`executor/boundary/lane-frames.ts`). The worker stores `state` ended before it posts the report,
 * and touches no word from then to the next task. The host begins no task before it has the report.
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
 * until the report; then the host stores the words of the next one. `turn` is only ever compared.
 */
export const LATCH_BYTES = 24
/** Index of the word `turn`. */
export const TURN = 0
/** Index of the word `signal`. */
export const SIGNAL = 1
/** Index of the word `state`. */
export const STATE = 2
/** Index of the word `heartbeat`. */
export const HEARTBEAT = 3
/** Index of the word `spin`; `executor/boundary/spin-choice.ts` says when it is set. */
export const SPIN = 4
/** Index of the word `taken`, whose values are taken modulo 2^32. */
export const TAKEN = 5

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

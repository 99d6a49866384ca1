/** With `HostOperation.stack`: the message is asked for, not the frames. */
export const MESSAGE = 1

/**
 * Operations that the prelude requests of its worker: the meaning of `number` and `text`, and of
 * the result.
 */
export const HostOperation = {
  /** number: index of the level; text: the line. */
  log: 1,
  /** number: index of the tool; text: encoded input. Blocks; returns the reply. */
  call: 2,
  /** As `call`, without blocking. Returns the call's number; its reply is delivered. */
  callConcurrently: 3,
  /** number: a call made concurrently. Blocks; returns its reply. */
  awaitCall: 4,
  /** number: the stream. Blocks; returns the reply with the next item. */
  nextItem: 5,
  /** As `nextItem`, without blocking. */
  nextItemConcurrently: 6,
  /** number: the stream that the guest leaves early. Blocks until the tool has cleaned up. */
  closeStream: 7,
  /** As `closeStream`, without blocking. */
  closeStreamConcurrently: 8,
  /**
   * number: delay in milliseconds; text: `UNREFERENCED` or empty. Returns the timer's number, which
   * is delivered when it is due.
   */
  startTimer: 9,
  /** number: the timer. */
  clearTimer: 10,
  /** text: encoded output. Ends the guest; does not return. */
  finalAnswer: 11,
  /** text: encoded output. The program has returned. */
  returned: 12,
  /** text: a described error. The program has thrown; does not return. */
  threw: 13,
  /** text: a request to the worker's own Intl. Returns the answer. */
  intl: 14,
  /** text: a request to the worker's own URL parser. Returns the answer. */
  url: 15,
  /** text: an algorithm, a colon and data in base64. Returns the digest in base64. */
  digest: 16,
  /** text: a request to the worker's own TextDecoder. Returns the answer. */
  decode: 17,
  /**
   * number: {@link MESSAGE} or 0; text: JSON of an engine's stack, the error's name and its message.
   * Returns the program's frames, or the message in V8's words.
   */
  stack: 18,
  /**
   * Returns 1 when the engine has asked for the zone of a local time since the last of these, else
   * 0.
   */
  zoneAsked: 19,
  /**
   * text: a record of the names that the session's programs hide, each with a text about its
   * program.
   */
  hiddenNames: 20,
  /**
   * number: index of the operation among `fileOperations`; text: its input. Blocks; returns the
   * reply.
   */
  file: 21,
  // The engine itself answers from here on.
  /** In place of the text any value: 0 pending, 1 fulfilled, 2 rejected, -1 not a promise. */
  promiseState: 22,
  /** In place of the text a promise that is settled. Returns its value or reason. */
  promiseResult: 23,
  /**
   * In place of the text a promise, then a function, which is called in a job once it is settled.
   */
  whenSettled: 24,
  /**
   * In place of the text any value. Returns 1 and keeps its text when it is a string or a tree of
   * plain objects and arrays, else 0. The next request may take the text with it.
   */
  keepPlain: 25,
} as const

/**
 * Whether an operation is answered with the reply of a call. A long reply that is plain comes as its
 * value in an array of one.
 */
export function repliesTo(operation: number): boolean {
  switch (operation) {
    case HostOperation.call:
    case HostOperation.awaitCall:
    case HostOperation.nextItem:
    case HostOperation.closeStream:
    case HostOperation.file:
      return true
    default:
      return false
  }
}

/** Text of a timer that no execution waits for. */
export const UNREFERENCED = 'unreferenced'

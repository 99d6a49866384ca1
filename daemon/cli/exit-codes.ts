/** The meanings of exit codes. */

/** The exit codes of `latchd`, by meaning; those of signals by the name of the signal. */
export const exitCodes = {
  ok: 0,
  /** The program failed, or a check of `doctor`, or a release that does not become ready. */
  failed: 1,
  /** The command could not do its work, such as for a bad option or a refused request. */
  refused: 2,
  /** `EX_IOERR` of sysexits.h: the store is lost, and the next process has to read it again. */
  storeLost: 74,
  /** `EX_CONFIG` of sysexits.h. */
  config: 78,
  /** 128 and the number of the signal, as shells have it. */
  SIGINT: 130,
  SIGPIPE: 141,
  SIGTERM: 143,
} as const

/** What the command's exit codes mean. */

export const exitCodes = {
  ok: 0,
  /** The program failed, or a check of `doctor`, or a release that does not become ready. */
  failed: 1,
  /** The command could not do what was asked. */
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

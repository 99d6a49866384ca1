/** Levels of the daemon's own log. */

/** Levels of the log, from the one that writes most to the one that writes nothing. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number]

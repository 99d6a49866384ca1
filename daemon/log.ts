/** The daemon's own log: JSON lines on stderr. */

import { type Logger as PinoLogger, pino } from 'pino'

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]
export type Logger = PinoLogger

/** Makes the log; lines are written at once, so that the last ones of a crash are there. */
export function createLog(level: LogLevel): Logger {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }))
}

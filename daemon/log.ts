/** The daemon's own log: JSON lines on stderr. */

import { type Logger as PinoLogger, pino } from 'pino'
import type { LogLevel } from './config/log-level.ts'

export type Logger = PinoLogger

/** Makes the log; lines are written at once, so that the last ones of a crash are there. */
export function createLog(level: LogLevel): Logger {
  return pino({ level, base: null }, pino.destination({ dest: 2, sync: true }))
}

/** The daemon's own log: lines on stderr, without secrets, with priorities where journald reads them. */

import { fstatSync } from 'node:fs'
import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'
import type { Redaction } from '../../executor/boundary/redaction.ts'
import type { LogLevel } from './log-level.ts'

/** The daemon's log, a logger of pino. */
export type Logger = PinoLogger

/** How a log is written. */
export interface LogOptions {
  /** Removes secrets from each line; absent: none are known. */
  readonly redaction?: Pick<Redaction, 'text'>
  /** Whether each line begins with its priority; see {@link isJournal}. */
  readonly hasPriorities?: boolean
  /**
   * Takes the lines; absent: stderr, written at once, so that the last lines of a crash are there.
   */
  readonly write?: (line: string) => void
}

/** Makes the log. */
export function createLog(level: LogLevel, options: LogOptions = {}): Logger {
  const { redaction, hasPriorities = false, write = toStderr() } = options
  const destination = {
    // Makes pino set each line's level before it writes the line
    // (https://getpino.io/#/docs/api?id=metadata).
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string) {
      const redacted = redaction === undefined ? line : redaction.text(line)
      write(hasPriorities ? `<${priorityOf(this.lastLevel)}>${redacted}` : redacted)
    },
  }
  return pino({ level, base: null }, destination as DestinationStream)
}

/**
 * Whether a stream is the one that systemd connected to the journal.
 *
 * @param journalStream the variable `JOURNAL_STREAM`: device and inode of that stream. A daemon
 *   whose stderr leads elsewhere has the variable too
 *   (https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#%24JOURNAL_STREAM)
 */
export function isJournal(journalStream: string | undefined, descriptor = 2): boolean {
  if (journalStream === undefined) return false
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true })
    return journalStream === `${dev}:${ino}`
  } catch {
    // It is closed, so it leads nowhere.
    return false
  }
}

/** The priority of syslog for a level of pino. */
function priorityOf(level: number): number {
  const { fatal = 0, error = 0, warn = 0, info = 0 } = pino.levels.values
  if (level >= fatal) return 2
  if (level >= error) return 3
  if (level >= warn) return 4
  return level >= info ? 6 : 7
}

/** Writes to stderr at once, so that the last lines of a crash are there. */
export function toStderr(): (line: string) => void {
  const stderr = pino.destination({ dest: 2, sync: true })
  return line => stderr.write(line)
}

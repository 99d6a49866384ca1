/** The part of the process that commands get. */

import type { Variables } from '../config/written-value.ts'
import type { ServiceManager } from './service-manager.ts'

/** A signal that asks the process to stop. */
export type StopSignal = 'SIGINT' | 'SIGTERM'

/** A stream that a command writes to. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** The process as commands see it: streams, environment, signals, exit. */
export interface Terminal {
  readonly env: Variables
  readonly cwd: string
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly stdout: Output
  readonly stderr: Output
  /** Asks the person at the terminal; absent without a terminal. */
  readonly ask?: AskPerson
  /**
   * Calls the listener for SIGINT and SIGTERM, which then end nothing; returns a function that
   * removes it.
   */
  onSignal(listener: (signal: StopSignal) => void): () => void
  /** Calls the listener for each SIGHUP, which then ends nothing; absent on systems without it. */
  readonly onHangUp?: (listener: () => void) => void
  /** The requests of the service manager that started this process; absent without one. */
  readonly manager?: ServiceManager
  /**
   * Replaces the process by the same command on a Node with these flags besides, and these variables,
   * and does not return; absent where no process can.
   */
  readonly replace?: (flags: readonly string[], variables: Readonly<Record<string, string>>) => void
  /** Ends the process at once. */
  exit(code: number): void
}

/** Asks a question and returns the line of the answer; `undefined` at the end of the input. */
export type AskPerson = (question: string) => Promise<string | undefined>

/** What a command is handed of its process. */

import type { Variables } from '../config/written-value.ts'
import type { ServiceManager } from './service-manager.ts'

export type StopSignal = 'SIGINT' | 'SIGTERM'

/** A stream that a command writes to. */
export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

export interface Terminal {
  readonly env: Variables
  readonly cwd: string
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly stdout: Output
  readonly stderr: Output
  /** Asks the person at the terminal; absent when there is none. */
  readonly ask?: AskPerson
  /** Calls the listener for SIGINT and SIGTERM, which then end nothing; gives how to stop that. */
  onSignal(listener: (signal: StopSignal) => void): () => void
  /** Calls the listener for each SIGHUP, which then ends nothing; absent where there is none. */
  readonly onHangUp?: (listener: () => void) => void
  /** What the service manager wants that has started this process; absent when none has. */
  readonly manager?: ServiceManager
  /**
   * Replaces the process by the same command on a Node with these flags besides, and these variables,
   * and does not return; absent where no process can.
   */
  readonly replace?: (flags: readonly string[], variables: Readonly<Record<string, string>>) => void
  /** Ends the process at once. */
  exit(code: number): void
}

/** Asks a question and gives the line that is answered; `undefined` when there are no more. */
export type AskPerson = (question: string) => Promise<string | undefined>

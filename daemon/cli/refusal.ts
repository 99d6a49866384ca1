/** How a command fails: one line and an exit code. */

import { CommanderError } from 'commander'
import { errorText, partOf } from '../../protocol/base/error-text.ts'
import type { Terminal } from '../lifecycle/terminal.ts'
import { exitCodes } from './exit-codes.ts'
import { print } from './output/print.ts'

/** A bad request; only its message is shown. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/**
 * Ends a command whose flags are settings: a flag that is not understood is a bad configuration, after
 * which a service manager starts nothing again.
 */
export function refuseAsConfiguration(error: CommanderError): never {
  if (error.exitCode !== exitCodes.ok) error.exitCode = exitCodes.config
  throw error
}

/** Prints the error on stderr, in one line without a stack; returns the exit code. */
export function refuse(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) {
    // Commander has printed its message already. Help and version on request are not failures.
    const isAsked = error.code === 'commander.helpDisplayed' || error.code === 'commander.version'
    if (isAsked) return exitCodes.ok
    return error.exitCode === exitCodes.config ? exitCodes.config : exitCodes.refused
  }
  print(terminal.stderr, `latchd: ${oneLine(error)}`)
  const isConfig = error instanceof Error && 'code' in error && error.code === 'CONFIG_INVALID'
  return isConfig ? exitCodes.config : exitCodes.refused
}

/** The message of an error without line breaks. */
export function oneLine(error: unknown): string {
  const message = errorText(error) || String(partOf(error, 'name') ?? 'an error without a message')
  return message.trim().replace(/\s*\n\s*/g, ' ')
}

/** The part that all commands share. */

import type { LoadedConfig } from '../config/config.ts'
import type { Terminal } from '../lifecycle/terminal.ts'

/** Options of a command as the command line gives them: text, or `true` for a bare flag. */
export type Options = Readonly<Record<string, unknown>>

/** What all commands share: the terminal, the configuration and the wrapper of their actions. */
export interface Cli {
  readonly terminal: Terminal
  /** The effective configuration under a command's flags. @throws {ConfigError} */
  config(flags: Options): LoadedConfig
  /** Makes an action whose exit code becomes the process's. */
  action<Args extends unknown[]>(
    command: (...args: Args) => Promise<number>,
  ): (...args: Args) => Promise<void>
}

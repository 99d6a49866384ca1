/** Where `install` and `uninstall` work, and whether they may. */

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Terminal } from '../../lifecycle/terminal.ts'
import { type Layout, systemLayout, userLayout } from '../../systemd/layout.ts'
import type { Options } from '../cli.ts'
import { UsageError } from '../refusal.ts'

/** Where an installation goes, and whether it runs commands there. */
export interface InstallPlace {
  readonly layout: Layout
  /** Whether commands go to this machine's manager; not under another root. */
  readonly runs: boolean
}

/** Adds `--user`, `--dry-run` and `--root` to a command; {@link installPlace} reads them. */
export function addPlaceFlags(command: Command): Command {
  return command
    .option('--user', 'for this user alone, without root')
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--root <dir>', 'put everything under this folder, and start nothing')
}

/** There when systemd runs as the system's manager: sd_booted(3). */
const BOOTED = '/run/systemd/system'

/** @throws {UsageError} when it cannot be done here, or by this user */
export function installPlace(what: string, options: Options, terminal: Terminal): InstallPlace {
  const { root, user, dryRun } = options
  const refuse = (why: string): never => {
    throw new UsageError(`Cannot ${what}: ${why}`)
  }
  if (process.platform !== 'linux')
    refuse(`systemd is a part of Linux, this is ${process.platform}`)
  const { env, cwd } = terminal
  const runs = root === undefined
  const base = typeof root === 'string' ? resolve(cwd, root) : '/'
  if (user) {
    const home = env.HOME || refuse('HOME does not say where the home of this user is')
    const runtime = env.XDG_RUNTIME_DIR
    if (runs && !dryRun && !(runtime && existsSync(`${runtime}/systemd`))) {
      refuse(
        'no systemd of this user runs (XDG_RUNTIME_DIR); log in, or see loginctl enable-linger',
      )
    }
    return { layout: userLayout(base, home), runs }
  }
  if (runs && !dryRun) {
    if (process.getuid?.() !== 0) {
      refuse('for the whole machine root is needed: sudo, or --user for yourself alone')
    }
    if (!existsSync(BOOTED)) refuse(`systemd does not run on this machine: there is no ${BOOTED}`)
  }
  return { layout: systemLayout(base), runs }
}

/** The way of a daemon under Node's permissions, which a process has from its start or not at all. */

import type { LoadedConfig } from '../config/config.ts'
import { ConfigError } from '../config/config-error.ts'
import { settings } from '../config/settings.ts'
import { startRelay } from '../lifecycle/notify-relay.ts'
import { NOTIFY_RELAY_FD } from '../lifecycle/service-manager.ts'
import type { Terminal } from '../lifecycle/terminal.ts'
import type { Logger } from '../log/log.ts'
import { keepOpen } from './descriptors.ts'
import { childUsers, flagsOf, grantsOf, MARK } from './grants.ts'

/**
 * Replaces the process by one with the configured permissions. Returns when none are configured,
 * and in the process that has them. The process keeps its id, arguments and environment, and the
 * service manager's sockets.
 *
 * @throws {ConfigError} when that is not possible
 */
export function enterPermissions(config: LoadedConfig, terminal: Terminal): void {
  if (config.allow === undefined || process.execArgv.includes(MARK)) return
  const why = whyImpossible(terminal)
  if (why !== undefined) throw new ConfigError(`Cannot use ${settings.allow.env} ${why}`)
  const { env, manager, replace } = terminal
  const grants = grantsOf(config, env)
  // Tools may start what the daemon may: at level thread it has to start nothing but this.
  const needsRelay = manager?.notifySocket !== undefined && grants.childFor.length === 0
  const relay = needsRelay ? startRelay(manager.notifySocket as string, env.PATH) : undefined
  keepOpen([...(manager?.sockets ?? []), ...(relay === undefined ? [] : [relay])])
  replace?.(flagsOf(grants), relay === undefined ? {} : { [NOTIFY_RELAY_FD]: String(relay) })
}

/** Logs the rights of tool modules. */
export function logPermissions(
  log: Pick<Logger, 'info' | 'warn'>,
  config: Pick<LoadedConfig, 'allow' | 'isolation' | 'mcpServers'>,
): void {
  const { allow } = config
  if (allow === undefined) return
  const childFor = childUsers(config)
  log.info({ allow: settings.allow.kind.show(allow), childFor }, "under Node's permissions")
  if (allow.child || childFor.length === 0) return
  log.warn({ childFor }, 'tools may start processes, and so get around what is allowed')
}

/** The obstacle and the expected state; `undefined` when permissions can be entered. */
function whyImpossible({ env, replace }: Pick<Terminal, 'env' | 'replace'>): string | undefined {
  if (replace === undefined) {
    return `on ${process.platform}: expected a system on which a process can replace itself`
  }
  // The first line of Node whose permissions cover the network, and whose threads can give them up.
  if (!process.allowedNodeEnvironmentFlags.has('--allow-net')) {
    return `on Node ${process.versions.node}: expected 26 or newer`
  }
  const others = [...process.execArgv, env.NODE_OPTIONS ?? ''].join(' ')
  if (process.permission !== undefined || /--allow-/.test(others)) {
    return 'with permissions of Node that were given otherwise: expected none in its flags and in NODE_OPTIONS'
  }
  return undefined
}

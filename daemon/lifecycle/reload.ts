/** Takes a configuration that was read again: what can change in a running daemon does. */

import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../config/config.ts'
import { type SettingKey, settingKeys } from '../config/settings.ts'
import type { Logger } from '../log/log.ts'

/** Puts values in force; `false`: these ones need a restart. */
type Appliers = { readonly [Key in SettingKey]?: (value: Config[Key]) => boolean }

/** Settings whose values only count where they are used: they are read at that moment. */
export type InForce = Pick<Config, 'maxQueue' | 'drainMs'>

/** The parts of a daemon that take new settings. */
export interface ReloadableParts {
  readonly log: Pick<Logger, 'level' | 'info' | 'warn' | 'error'>
  readonly tokens: { reload(tokens: Config['tokens']): void }
  /** @throws {LatchdError} `CONFIG_INVALID` for a bad pattern */
  readonly fetchAllow: { reload(patterns: Config['fetchAllow']): void }
  readonly tools: { govern(rules: Config['policy']): void }
  readonly sources: {
    /** `false`: they need a restart. */
    replace(changes: Partial<Pick<Config, 'mcpServers' | 'openapi' | 'httpTools'>>): boolean
    /** Reads again what the configuration only refers to. */
    refresh(): void
  }
}

/** Puts changed settings in force in a running daemon, and reports those that need a restart. */
export class Reloadable {
  /** The values in force. */
  readonly inForce: { -readonly [Key in keyof InForce]: InForce[Key] }
  #config: Config
  #log: ReloadableParts['log']
  #sources: ReloadableParts['sources']
  #appliers: Appliers

  constructor(config: Config, { log, tokens, fetchAllow, tools, sources }: ReloadableParts) {
    const { maxQueue, drainMs } = config
    this.inForce = { maxQueue, drainMs }
    this.#config = config
    this.#log = log
    this.#sources = sources
    this.#appliers = {
      tokens: list => {
        // A daemon without tokens is open to its machine, and one with them need not be: which of
        // both it is stays for its life.
        if ((list.length === 0) !== (this.#config.tokens.length === 0)) return false
        tokens.reload(list)
        return true
      },
      fetchAllow: patterns => {
        // Without hosts the tool does not exist, and the set of tools stays the same.
        if ((patterns.length === 0) !== (this.#config.fetchAllow.length === 0)) return false
        fetchAllow.reload(patterns)
        return true
      },
      policy: rules => {
        tools.govern(rules)
        return true
      },
      mcpServers: servers => sources.replace({ mcpServers: servers }),
      openapi: documents => sources.replace({ openapi: documents }),
      httpTools: list => sources.replace({ httpTools: list }),
      logLevel: level => {
        log.level = level
        return true
      },
      maxQueue: count => {
        this.inForce.maxQueue = count
        return true
      },
      drainMs: ms => {
        this.inForce.drainMs = ms
        return true
      },
    }
  }

  /**
   * Reads the configuration and puts the changes in force. The log lists the changes and those that
   * need a restart. A configuration that cannot be read or used changes nothing. Never throws.
   *
   * @returns whether it could be read
   */
  reload(read: () => Config): boolean {
    try {
      const next = read()
      const differing = settingKeys.filter(key => !isDeepStrictEqual(this.#config[key], next[key]))
      const changed = differing.filter(key => this.#apply(key, next))
      const needRestart = differing.filter(key => !changed.includes(key))
      this.#config = {
        ...this.#config,
        ...Object.fromEntries(changed.map(key => [key, next[key]])),
      }
      this.#sources.refresh()
      this.#log.info({ changed }, 'configuration read again')
      if (needRestart.length > 0) {
        this.#log.warn({ needRestart }, 'changed settings that need a restart')
      }
      return true
    } catch (error) {
      this.#log.error({ err: error }, 'configuration not read again: the one before stays')
      return false
    }
  }

  #apply<Key extends SettingKey>(key: Key, next: Config): boolean {
    const apply = this.#appliers[key] as ((value: Config[Key]) => boolean) | undefined
    return apply?.(next[key]) ?? false
  }
}

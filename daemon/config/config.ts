/** The effective configuration: flags, then `LATCHD_*`, then the file, then defaults. */

import { availableParallelism } from 'node:os'
import { badValue } from './bad-value.ts'
import { ConfigError } from './config-error.ts'
import { readConfigFile } from './config-file.ts'
import { ConfigFiles } from './config-files.ts'
import { isLoopback } from './loopback.ts'
import {
  CONFIG_FILE_ENV,
  type Config,
  type SettingKey,
  settingKeys,
  settingOf,
} from './settings.ts'
import type { Source } from './source.ts'
import { MIN_SECRET_BYTES, shortSecret } from './token-list.ts'
import { unknownName } from './unknown-name.ts'
import type { ReadFile } from './value-kind.ts'
import { type FlagTexts, rawSetting, type Variables } from './written-value.ts'

export type { Config, SettingKey } from './settings.ts'

/** A configuration that knows where each of its values comes from. */
export interface LoadedConfig extends Config {
  /** Files that were read or missed while it was read. */
  readonly files: readonly string[]
  readonly sources: { readonly [Key in SettingKey]: Source }
}

/** The sources of the configuration. */
export interface ConfigDependencies {
  readonly flags: FlagTexts
  readonly env: Variables
  readonly readFile: ReadFile
  readonly cwd: string
  /** Cores that the default number of workers follows; this machine's when absent. */
  readonly cores?: number
}

/**
 * Reads the configuration.
 *
 * @throws {ConfigError} for an unknown key or `LATCHD_*` variable, a value that is not allowed, a
 *   file that cannot be read, and an address beyond this machine without tokens
 */
export function loadConfig(deps: ConfigDependencies): LoadedConfig {
  const { flags, env, cwd, cores = availableParallelism() } = deps
  const files = new ConfigFiles(deps.readFile)
  const readFile = (path: string) => files.read(path)
  refuseUnknownVariables(env)
  const file = readConfigFile(env[CONFIG_FILE_ENV], cwd, readFile)
  const values: Record<string, unknown> = {}
  const sources: Record<string, Source> = {}
  for (const key of settingKeys) {
    const { kind, default: byDefault } = settingOf(key)
    const written = rawSetting(key, { flags, env, cwd, file })
    if (written === undefined) {
      values[key] = typeof byDefault === 'function' ? byDefault(cores) : byDefault
      sources[key] = { from: 'default' }
    } else {
      const reading = kind.read(written.value, { folder: written.folder, readFile, env })
      if (!reading.ok) throw files.denial ?? badValue(key, written, reading)
      values[key] = reading.value
      sources[key] = written.source
    }
  }
  const config = { ...values, sources, files: files.paths } as unknown as LoadedConfig
  refuseOpenAddress(config)
  refuseSharedNames(config)
  return config
}

function refuseUnknownVariables(env: Variables): void {
  const known = [...settingKeys.map(key => settingOf(key).env), CONFIG_FILE_ENV]
  for (const name of Object.keys(env)) {
    if (name.startsWith('LATCHD_') && !known.includes(name)) {
      throw new ConfigError(unknownName(`variable ${name}`, name, known))
    }
  }
}

/** A namespace has the tools of one source. */
function refuseSharedNames({ mcpServers, openapi, httpTools, sources }: LoadedConfig): void {
  const names = new Map(mcpServers.map(({ name }) => [name, 'mcpServers']))
  for (const [key, list] of [['openapi', openapi] as const, ['httpTools', httpTools] as const]) {
    for (const { name } of list) {
      const other = names.get(name)
      if (other !== undefined) {
        const source = sources[key]
        const place = source.from === 'default' ? key : source.name
        const where = source.from === 'file' ? `${key}.${name} of ${place}` : `${place} "${name}"`
        throw new ConfigError(
          `Cannot use ${where}: expected a name that ${other} does not have as well`,
        )
      }
      names.set(name, key)
    }
  }
}

function refuseOpenAddress({ host, tokens, sources }: LoadedConfig): void {
  if (sources.host.from === 'default' || isLoopback(host)) return
  const { from, name } = sources.host
  const where = from === 'file' ? `host of ${name}` : name
  if (tokens.length === 0) {
    throw new ConfigError(
      `Cannot use ${where} "${host}" without tokens: expected a loopback address such as 127.0.0.1, or tokens in ${settingOf('tokens').env}`,
    )
  }
  const short = shortSecret(tokens)
  if (short === undefined) return
  throw new ConfigError(
    `Cannot use ${where} "${host}" with the token "${short.name}": its secret is too short; expected at least ${MIN_SECRET_BYTES} bytes (latchd token new makes one), or a loopback address such as 127.0.0.1`,
  )
}

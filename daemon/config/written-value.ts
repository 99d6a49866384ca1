/** Settings as they are written, before any check, and the order of their sources. */

import type { ConfigFile } from './config-file.ts'
import { type SettingKey, settingOf } from './settings.ts'
import type { Source } from './source.ts'

/** Text of flags by setting; of a list all values, joined by commas. */
export type FlagTexts = { readonly [Key in SettingKey]?: string | undefined }

/** An environment. */
export type Variables = Readonly<Record<string, string | undefined>>

/** A value in the form that the configuration file has. */
export interface RawSetting {
  readonly value: unknown
  readonly source: Exclude<Source, { from: 'default' }>
  /** The folder of its relative paths. */
  readonly folder: string
}

/** The sources of a setting. */
export interface SettingSources {
  readonly flags: FlagTexts
  readonly env: Variables
  readonly cwd: string
  readonly file: ConfigFile | undefined
}

/** The value of the first source that has one; `undefined` when none has. */
export function rawSetting(
  key: SettingKey,
  { flags, env, cwd, file }: SettingSources,
): RawSetting | undefined {
  const { kind, flag, env: variable, fallbackEnv, isEmptyValue } = settingOf(key)
  const fromText = (from: 'flag' | 'environment', name: string, text: string): RawSetting => ({
    value: kind.fromText(text),
    source: { from, name },
    folder: cwd,
  })
  const flagText = flags[key]
  if (flagText !== undefined) return fromText('flag', flag?.split(' ')[0] ?? key, flagText)
  const text = env[variable]
  if (text || (text === '' && isEmptyValue)) return fromText('environment', variable, text)
  if (file !== undefined && Object.hasOwn(file.values, key)) {
    const { path, folder, values } = file
    return { value: values[key], source: { from: 'file', name: path }, folder }
  }
  const fallback = fallbackEnv === undefined ? undefined : env[fallbackEnv]
  return fallback ? fromText('environment', fallbackEnv as string, fallback) : undefined
}

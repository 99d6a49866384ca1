/** Settings as flags of a command. */

import { type Command, Option } from 'commander'
import { type SettingKey, settingKeys, settingOf } from '../config/settings.ts'
import type { FlagTexts } from '../config/written-value.ts'
import type { Options } from './cli.ts'

/** Adds the flags of settings to a command; one of a list may be repeated. */
export function addSettingFlags(command: Command, keys: readonly SettingKey[]): Command {
  for (const key of keys) {
    const { flag, env, default: byDefault, isRepeatable, description } = settingOf(key)
    if (flag === undefined) continue
    const option = new Option(flag, `${description} (${env})`)
    if (isRepeatable || Array.isArray(byDefault)) {
      option.argParser<string>((text, before) =>
        before === undefined ? text : `${before},${text}`,
      )
    }
    command.addOption(option)
  }
  return command
}

/** The text of those options that are flags of settings. */
export function flagTexts(options: Options): FlagTexts {
  const flags: { [Key in SettingKey]?: string } = {}
  for (const key of settingKeys) {
    const text = options[key]
    if (settingOf(key).flag !== undefined && typeof text === 'string') flags[key] = text
  }
  return flags
}

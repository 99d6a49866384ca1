/** The effective configuration as people read it, secrets masked. */

import type { LoadedConfig } from './config.ts'
import { type SettingKey, settingKeys, settingOf } from './settings.ts'
import type { Source } from './source.ts'

/** One setting; `value` is JSON, `null` when unset. */
export interface EffectiveSetting {
  readonly key: SettingKey
  readonly value: unknown
  readonly source: Source
}

/** Every setting with its value and where that comes from. */
export function effectiveConfig(config: LoadedConfig): EffectiveSetting[] {
  return settingKeys.map(key => {
    const value = config[key]
    const shown = value === undefined ? null : settingOf(key).kind.show(value)
    return { key, value: shown, source: config.sources[key] }
  })
}

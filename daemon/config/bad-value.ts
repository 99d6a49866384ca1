/** The error for a bad value: its place, the value, and the allowed values. */

import { ConfigError } from './config-error.ts'
import { MASK } from './mask.ts'
import { type SettingKey, settingOf } from './settings.ts'
import { withoutUserinfo } from './url-secrets.ts'
import type { Refused } from './value-kind.ts'
import type { RawSetting } from './written-value.ts'

/** Makes the error; a secret is masked. */
export function badValue(key: SettingKey, written: RawSetting, refused: Refused): ConfigError {
  const { value, source } = written
  const { path, allowed } = refused
  const where = source.from === 'file' ? `${key}${pathText(path)} of ${source.name}` : source.name
  const isSecret = settingOf(key).kind.isSecret(path)
  const shown = isSecret ? `"${MASK}"` : shownValue(valueAt(value, path))
  return new ConfigError(`Cannot use ${where} ${shown}: expected ${allowed}`)
}

/** `[0].name` for the path `0`, `name`. */
function pathText(path: readonly PropertyKey[]): string {
  return path.map(key => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('')
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(
    (part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key],
    value,
  )
}

/** So much of a value is repeated in a message. */
const MAX_SHOWN = 200

/** A value on one line: JSON has no line breaks. */
function shownValue(value: unknown): string {
  const text = withoutUserinfo(JSON.stringify(value) ?? 'nothing')
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

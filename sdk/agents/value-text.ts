import { isFileLike } from '../../protocol/values/file-reference.ts'

/** A value as text for a model: texts unchanged, others as JSON where possible. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return value
  try {
    return JSON.stringify(value, replace) ?? String(value)
  } catch {
    // A cycle, or a `toJSON` that throws.
    return String(value)
  }
}

function replace(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (value instanceof Map || value instanceof Set) return Array.from(value)
  if (isFileLike(value)) return fileParts(value)
  if (value instanceof Error) return { name: value.name, message: value.message }
  return value
}

/** What a model reads of a file of this process: all but its bytes. */
function fileParts(file: object): object {
  const { name, type, size, byteLength } = file as Record<string, unknown>
  return { name, type, size: size ?? byteLength }
}

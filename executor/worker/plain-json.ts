/**
 * The plain JSON form of an exact value, as contract §4 gives it: what loses least among what JSON
 * can say. Cycles become a text; what stands in two places is written twice.
 */
export function plainJson(value: unknown): unknown {
  return convert(value, new Set())
}

/** Objects nested deeper than this become a text: readers of JSON recurse, and their stacks end. */
export const MAX_DEPTH = 500
const CIRCULAR = '[Circular]'
const TOO_DEEP = '[Object]'

function convert(value: unknown, above: Set<object>): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'bigint':
      return value.toString()
    case 'object':
      return value === null ? null : convertObject(value, above)
    default:
      return null
  }
}

function convertObject(value: object, above: Set<object>): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
  if (value instanceof RegExp || value instanceof URL || value instanceof URLSearchParams)
    return String(value)
  if (
    value instanceof Number ||
    value instanceof String ||
    value instanceof Boolean ||
    value instanceof BigInt
  ) {
    return convert(value.valueOf(), above)
  }
  if (value instanceof ArrayBuffer) return Array.from(new Uint8Array(value))
  if (value instanceof DataView) {
    return Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  }
  if (ArrayBuffer.isView(value)) {
    return Array.from(value as unknown as ArrayLike<number | bigint>, item => convert(item, above))
  }
  if (value instanceof Error) return { name: value.name, message: value.message }
  if (above.has(value)) return CIRCULAR
  if (above.size === MAX_DEPTH) return TOO_DEEP
  above.add(value)
  const plain = convertContainer(value, item => convert(item, above))
  above.delete(value)
  return plain
}

function convertContainer(value: object, inner: (item: unknown) => unknown): unknown {
  if (value instanceof Map) return Array.from(value, ([key, item]) => [inner(key), inner(item)])
  if (value instanceof Set || Array.isArray(value)) return Array.from(value, inner)
  const plain: Record<string, unknown> = {}
  for (const [key, item] of Object.entries(value)) {
    // Not an assignment, which would take `__proto__` for the prototype.
    const property = { value: inner(item), enumerable: true, writable: true, configurable: true }
    Object.defineProperty(plain, key, property)
  }
  return plain
}

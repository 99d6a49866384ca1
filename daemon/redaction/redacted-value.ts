/**
 * A copy of a value in which every text went through `redact`: keys, elements, entries of maps and
 * sets, messages of errors, addresses. A value without such a string is returned itself. Bytes are
 * not searched.
 */
export function redactedValue(value: unknown, redact: (text: string) => string): unknown {
  const copies = new Map<object, unknown>()
  const walk = (part: unknown): unknown => {
    if (typeof part === 'string') return redact(part)
    if (typeof part === 'number' || typeof part === 'bigint') return redactedNumber(part, redact)
    if (typeof part !== 'object' || part === null) return part
    if (copies.has(part)) return copies.get(part)
    const copy = emptyCopy(part, redact)
    copies.set(part, copy)
    // A value that is not a container has no parts.
    if (copy !== part) fill(part, copy, walk)
    return copy
  }
  return walk(value)
}

function emptyCopy(part: object, redact: (text: string) => string): unknown {
  if (Array.isArray(part)) return new Array(part.length)
  if (part instanceof Map) return new Map()
  if (part instanceof Set) return new Set()
  if (part instanceof URL) return URL.parse(redact(part.href)) ?? redact(part.href)
  if (part instanceof URLSearchParams) return redactedText(part, redact)
  if (part instanceof RegExp || part instanceof String) return redactedText(part, redact)
  if (part instanceof Number || part instanceof BigInt) return redactedText(part, redact)
  if (part instanceof Error) return Object.create(Object.getPrototypeOf(part))
  if (isOpaque(part)) return part
  return Object.getPrototypeOf(part) === null ? Object.create(null) : {}
}

/** A number, or text in its place when a secret is written so. */
function redactedNumber(part: number | bigint, redact: (text: string) => string): unknown {
  const text = String(part)
  const redacted = redact(text)
  return redacted === text ? part : redacted
}

/** An object that stands for one text: itself, or the redacted text when it has a secret. */
function redactedText(part: object, redact: (text: string) => string): unknown {
  const text = String(part)
  const redacted = redact(text)
  return redacted === text ? part : redacted
}

/** Whether an object crosses to the guest as something else than its own properties. */
function isOpaque(part: object): boolean {
  return part instanceof Date || part instanceof ArrayBuffer || ArrayBuffer.isView(part)
}

function fill(part: object, copy: unknown, walk: (part: unknown) => unknown): void {
  if (part instanceof URL || typeof copy !== 'object') return
  if (copy instanceof Map) {
    for (const [key, value] of part as Map<unknown, unknown>) copy.set(walk(key), walk(value))
    return
  }
  if (copy instanceof Set) {
    for (const value of part as Set<unknown>) copy.add(walk(value))
    return
  }
  const target = copy as Record<string, unknown>
  const source = part as Record<string, unknown>
  if (part instanceof Error) {
    for (const key of hiddenParts) {
      if (key in part) define(target, key, walk(source[key]), false)
    }
  }
  for (const key of Object.keys(part)) {
    define(target, walk(key) as string, walk(source[key]), true)
  }
}

/** Parts of an error that are not enumerable, or stand in its prototype. The stack is left out. */
const hiddenParts = ['name', 'message', 'cause', 'errors']

/** Not by assignment: a key may be `__proto__`. */
function define(target: object, key: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(target, key, { value, enumerable, writable: true, configurable: true })
}

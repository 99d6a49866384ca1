/** The names of a value's parts in messages. */

/** Longest path in a message, about. */
const MAX_PATH = 300

/** Keys as a program writes them: `a.b[0]`. */
export function joinPath(keys: readonly PropertyKey[]): string {
  return keys.reduce<string>((path, part) => {
    if (path.length > MAX_PATH) return path
    const key = typeof part === 'string' ? part.slice(0, MAX_PATH) : part
    if (typeof key === 'number' || /^\d+$/.test(String(key))) return `${path}[${String(key)}]`
    return path === '' ? String(key) : `${path}.${String(key)}`
  }, '')
}

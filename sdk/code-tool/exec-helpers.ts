/** The functions that models of the Codex family expect in a program, in terms of ours. */

/**
 * Run once in the session of an exec tool. The functions stay there, and `store` keeps its values
 * with them.
 */
export const EXEC_HELPERS = `
{
  const shown = value => {
    if (typeof value === 'string') return value
    return value === undefined ? 'undefined' : (JSON.stringify(value) ?? String(value))
  }
  const kept = new Map()
  const bytesOf = data => Uint8Array.from(atob(data), character => character.charCodeAt(0))
  const define = (name, value) =>
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true })
  define('text', value => print(shown(value)))
  define('notify', value => print(shown(value)))
  define('store', (key, value) => void kept.set(String(key), structuredClone(value)))
  define('load', key => structuredClone(kept.get(String(key))))
  define('exit', () => final_answer())
  define('yield_control', () => {})
  define('image', item => {
    if (item instanceof Blob) return emit(item)
    const url = typeof item === 'string' ? item : item?.image_url
    const [, type, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url ?? '') ?? [, item?.mimeType, item?.data]
    if (typeof data !== 'string') {
      throw new TypeError('image takes a File, a data: URL in base64, or an image of a tool')
    }
    emit(new File([bytesOf(data)], 'image.' + String(type).split('/').pop(), { type }))
  })
}
undefined`

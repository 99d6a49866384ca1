/** How an error prints: `Name: message`, then its frames if it has any. */

import {
  isArray,
  objectHasOwn,
  StringOf,
  stringCharCodeAt,
  stringEndsWith,
  stringIndexOf,
  stringSlice,
  stringStartsWith,
  unlinkedList,
} from '../primordials.ts'
import { ownData, prefixOf } from './inspect-kind.ts'

/** Returns an error's stack, with or without its first line, or `undefined` to print none. */
export type StackInspector = (error: object) => string | undefined

let stackInspector: StackInspector = error => {
  const stack = ownData(error, 'stack')
  return typeof stack === 'string' ? stack : undefined
}

/**
 * Sets the source of errors' stacks. Until then it is an error's own `stack` data property, which
 * the engine does not make. So logs name the error and are not full of frames.
 */
export function setStackInspector(inspector: StackInspector): void {
  stackInspector = inspector
}

/**
 * The text of an error without its properties. `className` and `tag` are those of {@link prefixOf}.
 * An error without frames stands in brackets, as in Node, unless it is printed by itself and has no
 * stack.
 */
export function errorText(
  error: object,
  className: string | null,
  tag: string,
  level: number,
): string {
  const name = textOf(error, 'name', 'Error')
  const message = textOf(error, 'message', '')
  const plain = name === '' ? message : message === '' ? name : name + ': ' + message
  const title = nameClass(plain, name, className, tag)
  const stack = stackInspector(error)
  const frames = stack === undefined ? '' : framesOf(stack, message)
  if (frames !== '') return title + '\n' + frames
  return stack === undefined && level === 0 ? title : '[' + title + ']'
}

/**
 * The properties of an error to print. Those that its text shows already are left out, its causes
 * are added.
 */
export function errorKeys(error: object, keys: PropertyKey[], text: string): PropertyKey[] {
  const shown = unlinkedList<PropertyKey>()
  let hasCause = false
  let hasErrors = false
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as PropertyKey
    if (key === 'stack') continue
    if (key === 'message' || key === 'name') {
      const value = ownData(error, key)
      if (typeof value === 'string' && stringIndexOf(text, value) !== -1) continue
    }
    hasCause ||= key === 'cause'
    hasErrors ||= key === 'errors'
    shown[shown.length] = key
  }
  if (!hasCause && objectHasOwn(error, 'cause')) shown[shown.length] = 'cause'
  if (!hasErrors && isArray(ownData(error, 'errors'))) shown[shown.length] = 'errors'
  return shown
}

/** A property that may be a getter of the program's, as text. */
function textOf(error: object, key: 'name' | 'message', fallback: string): string {
  try {
    const value: unknown = (error as Record<string, unknown>)[key]
    if (typeof value === 'string') return value
    return value === undefined || typeof value === 'object' ? fallback : StringOf(value)
  } catch {
    // A getter threw: the error prints without it.
    return fallback
  }
}

/** Names the class of an error whose own name is another class's (Node's `improveStack`). */
function nameClass(title: string, name: string, className: string | null, tag: string): string {
  if (className !== null && !stringEndsWith(name, 'Error')) return title
  const spaced = prefixOf(className, tag, name === '' ? 'Error' : name)
  const prefix = stringSlice(spaced, 0, spaced.length - 1)
  if (name === prefix) return title
  if (name === '') return prefix + ': ' + title
  const rest = stringSlice(title, name.length)
  return stringIndexOf(prefix, name) === -1 ? prefix + ' [' + name + ']' + rest : prefix + rest
}

/** The lines `    at …` of a stack, `''` when it has none. */
function framesOf(stack: string, message: string): string {
  const frames = '    at '
  let start = 0
  if (!stringStartsWith(stack, frames)) {
    // A message may hold lines that look like frames.
    const from = stringIndexOf(stack, message)
    start = stringIndexOf(stack, '\n' + frames, from === -1 ? 0 : from + message.length) + 1
    if (start === 0) return ''
  }
  let end = stack.length
  while (end > start && stringCharCodeAt(stack, end - 1) === 10) end -= 1
  return stringSlice(stack, start, end)
}

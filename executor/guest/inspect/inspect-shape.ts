/**
 * The text around the entries of an object: its name and braces. Or the whole text of an object
 * without entries.
 */

import {
  bigintValueOf,
  booleanValueOf,
  dateGetTime,
  dateToISOString,
  isNaN as isNotANumber,
  mapSize,
  numberValueOf,
  objectToString,
  regExpFlags,
  regExpSource,
  setSize,
  stringValueOf,
  symbolIterator,
  symbolValueOf,
  typedArrayLength,
} from '../primordials.ts'
import { extraKeysOf, keysOf } from './inspect-entries.ts'
import { errorKeys, errorText } from './inspect-error.ts'
import { functionText } from './inspect-function.ts'
import { type Kind, kindName, prefixOf } from './inspect-kind.ts'
import { type Inspection, primitiveText } from './inspect-state.ts'
import { indent } from './inspect-text.ts'

/** The text around the entries of an object, or the whole text of one that has none. */
export type Shape = { base: string; open: string; keys: PropertyKey[] }

/** The shape of an object. `level` is the object's own. */
export function shapeOf(
  run: Inspection,
  value: object,
  kind: Kind,
  name: string | null,
  tag: string,
  level: number,
): Shape | string {
  switch (kind) {
    case 'array': {
      const { length } = value as unknown[]
      const isPlain = name === 'Array' && tag === ''
      const open = (isPlain ? '' : prefixOf(name, tag, 'Array', '(' + length + ')')) + '['
      const keys = extraKeysOf(value, length, run.showHidden)
      return length === 0 && keys.length === 0 ? open + ']' : { base: '', open, keys }
    }
    case 'typed-array': {
      const length = typedArrayLength(value)
      const open = prefixOf(name, tag, kindName(value, kind), '(' + length + ')') + '['
      const keys = extraKeysOf(value, length, run.showHidden)
      return length === 0 && keys.length === 0 ? open + ']' : { base: '', open, keys }
    }
    case 'map':
    case 'set': {
      const size = kind === 'map' ? mapSize(value) : setSize(value)
      const open = prefixOf(name, tag, kindName(value, kind), '(' + size + ')') + '{'
      const keys = keysOf(value, run.showHidden)
      return size === 0 && keys.length === 0 ? open + '}' : { base: '', open, keys }
    }
    default:
      break
  }
  if (kind === 'string') return boxedShape(run, value, kind, name, tag)
  const keys = keysOf(value, run.showHidden)
  switch (kind) {
    case 'object': {
      const open = objectPrefix(value, name, tag) + '{'
      return keys.length === 0 ? open + '}' : { base: '', open, keys }
    }
    case 'function':
      return based(functionText(value as () => unknown, name, tag), keys)
    case 'error': {
      const text = errorText(value, name, tag, level)
      return based(indent(text, run.indentation), errorKeys(value, keys, text))
    }
    case 'regexp': {
      const text = regExpText(value)
      const prefix = prefixOf(name, tag, 'RegExp')
      const base = prefix === 'RegExp ' ? text : prefix + text
      return level > run.depth ? base : based(base, keys)
    }
    case 'date': {
      const text = isNotANumber(dateGetTime(value as Date))
        ? 'Invalid Date'
        : dateToISOString(value as Date)
      const prefix = prefixOf(name, tag, 'Date')
      return based(prefix === 'Date ' ? text : prefix + text, keys)
    }
    case 'number':
    case 'boolean':
    case 'bigint':
    case 'symbol':
      return boxedShape(run, value, kind, name, tag)
    default:
      return { base: '', open: prefixOf(name, tag, kindName(value, kind)) + '{', keys }
  }
}

/** A value that has a text of its own, and braces only for properties. */
function based(base: string, keys: PropertyKey[]): Shape | string {
  return keys.length === 0 ? base : { base, open: '{', keys }
}

function objectPrefix(value: object, name: string | null, tag: string): string {
  if (name !== 'Object') return prefixOf(name, tag, 'Object')
  if (symbolIterator in value && objectToString(value) === '[object Arguments]')
    return '[Arguments] '
  return tag === '' ? '' : prefixOf(name, tag, 'Object')
}

function boxedShape(
  run: Inspection,
  value: object,
  kind: 'string' | 'number' | 'boolean' | 'bigint' | 'symbol',
  name: string | null,
  tag: string,
): Shape | string {
  const type = kindName(value, kind)
  const primitive = unboxed(value, kind)
  const keys =
    typeof primitive === 'string'
      ? extraKeysOf(value, primitive.length, run.showHidden)
      : keysOf(value, run.showHidden)
  const of = type === name ? '' : name === null ? ' (null prototype)' : ' (' + name + ')'
  const suffix = tag !== '' && tag !== name ? ' [' + tag + ']' : ''
  return based('[' + type + of + ': ' + primitiveText(run, primitive) + ']' + suffix, keys)
}

function unboxed(
  value: object,
  kind: 'string' | 'number' | 'boolean' | 'bigint' | 'symbol',
): unknown {
  switch (kind) {
    case 'string':
      return stringValueOf(value)
    case 'number':
      return numberValueOf(value)
    case 'boolean':
      return booleanValueOf(value)
    case 'bigint':
      return bigintValueOf(value)
    default:
      return symbolValueOf(value)
  }
}

function regExpText(value: object): string {
  return '/' + regExpSource(value) + '/' + regExpFlags(value)
}

/**
 * Prints one value of any type: the recursive part of `inspect`.
 *
 * It runs over values that a hostile program made. Getters are not called, except `toStringTag` and
 * an error's `name` and `message`, as in Node. A proxy's traps cannot be avoided, since JavaScript
 * cannot recognize a proxy. A value that throws prints as {@link THREW}.
 *
 * The rules are those of Node's `formatValue` and the functions that it calls:
 * https://github.com/nodejs/node/blob/v26.x/lib/internal/util/inspect.js
 */

import {
  arrayBufferByteLength,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  propertyIsEnumerable as isEnumerable,
  MapOf,
  mapGet,
  mapSet,
  mapSize,
  stringSlice,
  symbolToStringTag,
  unlinkedList,
} from '../primordials.ts'
import { promiseState } from '../promise-state.ts'
import {
  addProperties,
  arrayElements,
  bufferContents,
  type Elements,
  mapPairs,
  setElements,
  typedElements,
} from './inspect-entries.ts'
import { type Identity, identify, type Kind, kindName, prefixOf } from './inspect-kind.ts'
import { layOut } from './inspect-layout.ts'
import { shapeOf } from './inspect-shape.ts'
import { charge, type Inspection, numberText, primitiveText } from './inspect-state.ts'
import { indent } from './inspect-text.ts'

/** The text of a value that threw while it was read, such as a proxy with such a trap. */
export const THREW = '<Inspection threw>'

/** The text of `value` at `level`, the number of values that it is inside of. */
export function printValue(run: Inspection, value: unknown, level: number): string {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) {
    return charge(run, primitiveText(run, value))
  }
  const { indentation, seenCount, depth } = run
  try {
    return printObject(run, value, level)
  } catch {
    // The program's own traps and getters may throw anything. Only this value is lost.
    run.indentation = indentation
    run.seenCount = seenCount
    run.depth = depth
    return charge(run, THREW)
  }
}

function printObject(run: Inspection, value: object, level: number): string {
  for (let at = 0; at < run.seenCount; at++) {
    if (run.seen[at] === value) return charge(run, '[Circular *' + circularIndex(run, value) + ']')
  }
  const identity = identify(value)
  const { kind, inspector } = identity
  if (kind === 'promise' && run.unwrapsPromises) {
    const state = promiseState(value)
    if (state.status === 'fulfilled') return run.print(run, state.value, level)
  }
  if (inspector !== undefined) {
    try {
      return charge(run, indent(inspector(value, run.depth - level), run.indentation))
    } catch {
      // An object that only inherits from the prototype prints like any other.
    }
  }
  const tag = tagOf(value)
  const name = nameOf(run, value, identity, level)
  const shape = shapeOf(run, value, kind, name, tag, level)
  if (typeof shape === 'string') return charge(run, shape)
  if (level > run.depth) {
    const prefix = prefixOf(name, tag, kindName(value, kind))
    const text = stringSlice(prefix, 0, prefix.length - 1)
    return charge(run, name === null ? text : '[' + text + ']')
  }

  const inside = level + 1
  run.seen[run.seenCount] = value
  run.seenCount += 1
  run.deepest = inside
  const entries = unlinkedList<string>()
  const elements = elementsOf(run, value, kind, inside, entries)
  addProperties(run, value, shape.keys, inside, elements.entries)
  run.seenCount -= 1

  let { base } = shape
  const index = run.circular === undefined ? undefined : mapGet(run.circular, value)
  if (index !== undefined)
    base = base === '' ? '<ref *' + index + '>' : '<ref *' + index + '> ' + base
  const isList = kind === 'array' || kind === 'typed-array'
  return layOut(run, {
    base,
    open: shape.open,
    close: isList ? ']' : '}',
    entries: elements.entries,
    isList,
    isNumeric: elements.isNumeric && shape.keys.length === 0,
    depthBelow: run.deepest - inside,
  })
}

function circularIndex(run: Inspection, value: object): number {
  run.circular ??= new MapOf()
  let index = mapGet(run.circular, value)
  if (index === undefined) {
    index = mapSize(run.circular) + 1
    mapSet(run.circular, value, index)
  }
  return index
}

/** The `Symbol.toStringTag` of `value`, unless it is printed as one of its properties. */
function tagOf(value: object): string {
  let tag: unknown
  try {
    tag = (value as Record<symbol, unknown>)[symbolToStringTag as symbol]
  } catch {
    // As in Node, a tag whose getter throws is ignored.
    return ''
  }
  if (typeof tag !== 'string' || tag === '') return ''
  return isEnumerable(value, symbolToStringTag) ? '' : tag
}

/**
 * The constructor's name. For a chain without one, the name of the kind and a note on the chain.
 */
function nameOf(run: Inspection, value: object, identity: Identity, level: number): string | null {
  const { name, kind, unnamed } = identity
  if (name !== null || unnamed === null) return name
  const own = kindName(value, kind)
  if (level > run.depth) return own + ' <Complex prototype>'
  const { depth } = run
  run.depth = -1
  const prototype = run.print(run, unnamed, 0)
  run.depth = depth
  return own + ' <' + prototype + '>'
}

/** The entries of an object before its properties. */
function elementsOf(
  run: Inspection,
  value: object,
  kind: Kind,
  level: number,
  entries: string[],
): Elements {
  switch (kind) {
    case 'array':
      return arrayElements(run, value, (value as unknown[]).length, level)
    case 'typed-array':
      return typedElements(run, value as Uint8Array)
    case 'map':
      return { entries: mapPairs(run, value as Map<unknown, unknown>, level), isNumeric: false }
    case 'set':
      return { entries: setElements(run, value as Set<unknown>, level), isNumeric: false }
    case 'array-buffer':
      entries[0] = bufferContents(run, value as ArrayBuffer)
      entries[1] = '[byteLength]: ' + arrayBufferByteLength(value)
      break
    case 'data-view':
      entries[0] = '[byteLength]: ' + numberText(dataViewByteLength(value))
      entries[1] = '[byteOffset]: ' + numberText(dataViewByteOffset(value))
      entries[2] = '[buffer]: ' + printInside(run, dataViewBuffer(value), level)
      break
    case 'weak-map':
    case 'weak-set':
      entries[0] = '<items unknown>'
      break
    case 'promise':
      entries[0] = promiseText(run, value, level)
      break
    default:
      break
  }
  return { entries, isNumeric: false }
}

function promiseText(run: Inspection, value: object, level: number): string {
  const state = promiseState(value)
  if (state.status === 'pending') return '<pending>'
  if (state.status === 'fulfilled') return printInside(run, state.value, level)
  return '<rejected> ' + printInside(run, state.reason, level)
}

function printInside(run: Inspection, value: unknown, level: number): string {
  run.indentation += 2
  const text = run.print(run, value, level)
  run.indentation -= 2
  return text
}

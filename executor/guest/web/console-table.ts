/** The rows and columns that `console.table` shows of a value. */

import { inspect } from '../inspect/inspect.ts'
import {
  hasBrand,
  isArray,
  isBuffer,
  MapOf,
  mapEntries,
  mapGet,
  mapIteratorNext,
  mapSet,
  mapSize,
  objectHasOwn,
  objectKeys,
  StringOf,
  setIteratorNext,
  setSize,
  setValues,
  unlinkedList,
} from '../primordials.ts'
import { drawTable } from '../table.ts'

// As much as one inspected value has.
const maxLength = 1_048_576
// More rows than a log can hold: each takes a line of at least 10 characters.
const maxRows = 100_000

type Cells = (string | undefined)[]

/**
 * The table of an object's entries. `properties` names the columns; `undefined` shows all.
 *
 * @returns `undefined` for a value that is not an object
 */
export function tableOf(
  data: unknown,
  properties: ArrayLike<unknown> | undefined,
): string | undefined {
  if (typeof data !== 'object' || data === null) return undefined
  if (hasBrand(mapSize, data)) return mapTable(data as Map<unknown, unknown>)
  if (hasBrand(setSize, data)) return setTable(data as Set<unknown>)

  const rows = objectKeys(data)
  const head = unlinkedList<string>()
  const columns = unlinkedList<Cells>()
  head[0] = '(index)'
  columns[0] = unlinkedList()
  const columnOf = new MapOf<string, Cells>()
  const values = unlinkedList<string>()
  let length = 0
  let rowCount = 0
  for (; rowCount < rows.length && rowCount < maxRows && length <= maxLength; rowCount++) {
    const row = rows[rowCount] as string
    columns[0][rowCount] = row
    const item = (data as Record<string, unknown>)[row]
    const isPrimitive = (typeof item !== 'object' && typeof item !== 'function') || item === null
    if (isPrimitive && properties === undefined) {
      const cell = cellText(item)
      values[rowCount] = cell
      length += cell.length
      continue
    }
    const names = properties ?? objectKeys(item as object)
    for (let at = 0; at < names.length; at++) {
      const name = StringOf(names[at])
      let cells = mapGet(columnOf, name)
      if (cells === undefined) {
        cells = unlinkedList()
        mapSet(columnOf, name, cells)
        head[head.length] = name
        columns[columns.length] = cells
      }
      if (isPrimitive || !objectHasOwn(item as object, name)) continue
      const cell = cellText((item as Record<string, unknown>)[name])
      cells[rowCount] = cell
      length += cell.length
    }
  }
  if (values.length > 0) {
    head[head.length] = 'Values'
    columns[columns.length] = values
  }
  return drawTable(head, columns, rowCount, maxLength)
}

function mapTable(map: Map<unknown, unknown>): string {
  const indices = unlinkedList<string>()
  const keys = unlinkedList<string>()
  const values = unlinkedList<string>()
  const iterator = mapEntries(map)
  let length = 0
  for (let step = mapIteratorNext(iterator); step.done !== true; step = mapIteratorNext(iterator)) {
    const at = keys.length
    if (at >= maxRows || length > maxLength) break
    indices[at] = '' + at
    const key = cellText(step.value[0])
    const value = cellText(step.value[1])
    keys[at] = key
    values[at] = value
    length += key.length + value.length
  }
  return drawTable(
    ['(iteration index)', 'Key', 'Values'],
    [indices, keys, values],
    keys.length,
    maxLength,
  )
}

function setTable(set: Set<unknown>): string {
  const indices = unlinkedList<string>()
  const values = unlinkedList<string>()
  const iterator = setValues(set)
  let length = 0
  for (let step = setIteratorNext(iterator); step.done !== true; step = setIteratorNext(iterator)) {
    const at = values.length
    if (at >= maxRows || length > maxLength) break
    indices[at] = '' + at
    const value = cellText(step.value)
    values[at] = value
    length += value.length
  }
  return drawTable(['(iteration index)', 'Values'], [indices, values], values.length, maxLength)
}

/** A value in a cell, on one line. */
function cellText(value: unknown): string {
  const isRecord =
    typeof value === 'object' && value !== null && !isArray(value) && !isBuffer(value)
  // Node's rule: an object of more than two properties is only named.
  const depth = isRecord && objectKeys(value).length > 2 ? -1 : 0
  return inspect(value, { depth, maxArrayLength: 3, breakLength: Infinity })
}

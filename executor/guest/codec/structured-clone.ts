/** `structuredClone`: makes a copy from the records of {@link readRecords}. */

import { errorWithCode } from '../errors.ts'
import {
  arrayBufferByteLength,
  arrayBufferIsDetached,
  arrayBufferTransfer,
  arrayFrom,
  DataViewOf,
  DateOf,
  DOMExceptionOf,
  ErrorOf,
  hasBrand,
  hidden,
  MapOf,
  mapForEach,
  mapGet,
  mapHas,
  mapSet,
  ObjectOf,
  objectHasOwn,
  RegExpOf,
  reflectConstruct,
  reflectDefineProperty,
  SetOf,
  setAdd,
  standardErrors,
  symbolIterator,
  TypeErrorOf,
  typedArrayConstructors,
  unlinkedList,
} from '../primordials.ts'
import { readOnly } from '../web/web-interface.ts'
import { type CloneRecord, cloneError, type Part, readRecords } from './clone-record.ts'

/**
 * Defines `structuredClone`. It throws a `DataCloneError` for a value that cannot be cloned, as in
 * Node.
 */
export function installStructuredClone(target: object): void {
  const clone = function structuredClone(...given: unknown[]): unknown {
    if (given.length === 0) {
      throw errorWithCode(TypeErrorOf, 'The "value" argument must be specified', 'ERR_MISSING_ARGS')
    }
    const transferred = readTransferList(given[1])
    const { root, records } = readRecords(given[0], transferred)
    return new Maker(records, transferred).make(root)
  }
  reflectDefineProperty(clone, 'length', readOnly(1))
  reflectDefineProperty(target, 'structuredClone', hidden(clone))
}

/** The buffers of `options.transfer`. */
function readTransferList(options: unknown): Map<ArrayBuffer, true> {
  const transferred = new MapOf<ArrayBuffer, true>()
  if (options === undefined || options === null) return transferred
  if (typeof options !== 'object' && typeof options !== 'function') {
    throw invalid('Options cannot be converted to a dictionary')
  }
  const { transfer } = options as { transfer?: unknown }
  if (transfer === undefined) return transferred
  if (typeof transfer !== 'object' || transfer === null || !(symbolIterator in transfer)) {
    throw invalid('transfer in Options cannot be converted to sequence.')
  }
  const list = arrayFrom(transfer as Iterable<unknown>)
  for (let i = 0; i < list.length; i++) {
    const buffer = list[i] as ArrayBuffer
    if (!hasBrand(arrayBufferByteLength, buffer)) {
      throw cloneError('Found invalid value in transferList.')
    }
    if (mapHas(transferred, buffer)) {
      throw cloneError('Transfer list contains duplicate ArrayBuffer')
    }
    if (arrayBufferIsDetached(buffer)) {
      throw cloneError('An ArrayBuffer is detached and could not be cloned.')
    }
    mapSet(transferred, buffer, true)
  }
  return transferred
}

const invalid = (what: string) =>
  errorWithCode(TypeErrorOf, "Failed to execute 'structuredClone': " + what, 'ERR_INVALID_ARG_TYPE')

/** Makes the objects of records: first each by itself, then their contents. */
class Maker {
  #records: readonly CloneRecord[]
  #made = unlinkedList<object>()

  constructor(records: readonly CloneRecord[], transferred: Map<ArrayBuffer, true>) {
    this.#records = records
    const moved = new MapOf<ArrayBuffer, ArrayBuffer>()
    mapForEach(transferred, (_, buffer) => {
      if (arrayBufferIsDetached(buffer)) {
        throw cloneError('An ArrayBuffer is detached and could not be cloned.')
      }
      mapSet(moved, buffer, arrayBufferTransfer(buffer))
    })
    for (let i = 0; i < records.length; i++) {
      const record = records[i] as CloneRecord
      // Views come last, when their buffers are there.
      if (record.kind !== 'view') this.#made[i] = create(record, moved)
    }
    for (let i = 0; i < records.length; i++) {
      const record = records[i] as CloneRecord
      if (record.kind === 'view') this.#made[i] = this.#createView(record)
    }
  }

  make(root: Part): unknown {
    for (let i = 0; i < this.#records.length; i++) {
      this.#fill(this.#made[i] as object, this.#records[i] as CloneRecord)
    }
    return this.#value(root)
  }

  #value(part: Part): unknown {
    return objectHasOwn(part, 'record')
      ? this.#made[(part as { record: number }).record]
      : (part as { primitive: unknown }).primitive
  }

  #createView({ name, buffer, offset, length }: Extract<CloneRecord, { kind: 'view' }>): object {
    const constructor = name === 'DataView' ? DataViewOf : typedArrayConstructors[name]
    return reflectConstruct(constructor as never, [this.#value(buffer), offset, length])
  }

  #fill(made: object, record: CloneRecord): void {
    switch (record.kind) {
      case 'map':
        for (let i = 0; i < record.parts.length; i += 2) {
          const key = this.#value(record.parts[i] as Part)
          mapSet(made as Map<unknown, unknown>, key, this.#value(record.parts[i + 1] as Part))
        }
        return
      case 'set':
        for (let i = 0; i < record.parts.length; i++) {
          setAdd(made as Set<unknown>, this.#value(record.parts[i] as Part))
        }
        return
      case 'array':
      case 'object':
        for (let i = 0; i < record.keys.length; i++) {
          const part = record.parts[i]
          if (part === undefined) continue
          reflectDefineProperty(made, record.keys[i] as string, hidden(this.#value(part), true))
        }
        return
      case 'error':
        if (record.cause === undefined) return
        reflectDefineProperty(made, 'cause', hidden(this.#value(record.cause)))
        return
      default:
        return
    }
  }
}

function create(
  record: Exclude<CloneRecord, { kind: 'view' }>,
  moved: Map<ArrayBuffer, ArrayBuffer>,
): object {
  switch (record.kind) {
    case 'boxed':
      return ObjectOf(record.primitive) as object
    case 'date':
      return new DateOf(record.time)
    case 'regexp':
      return new RegExpOf(record.source, record.flags)
    case 'transferred':
      return mapGet(moved, record.buffer) as ArrayBuffer
    case 'buffer':
    case 'blob':
      return record.copy
    case 'map':
      return new MapOf()
    case 'set':
      return new SetOf()
    case 'error':
      return createError(record)
    case 'dom-exception':
      return new DOMExceptionOf(record.message, record.name)
    case 'array': {
      const list: unknown[] = []
      list.length = record.length
      return list
    }
    case 'object':
      return {}
    default:
      return record satisfies never
  }
}

function createError({ name, message, stack }: Extract<CloneRecord, { kind: 'error' }>): object {
  const constructor = objectHasOwn(standardErrors, name) ? standardErrors[name] : ErrorOf
  const error = new (constructor as ErrorConstructor)()
  if (message !== undefined) reflectDefineProperty(error, 'message', hidden(message))
  if (typeof stack === 'string') reflectDefineProperty(error, 'stack', hidden(stack))
  return error
}

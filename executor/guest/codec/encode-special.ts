/** The forms of objects of a kind of their own: collections, dates, patterns, buffers, errors. */

import { isBlob } from '../files/blob.ts'
import {
  arrayBufferByteLength,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  dateGetTime,
  dateToISOString,
  domExceptionName,
  hasBrand,
  isErrorBrand,
  isNaN,
  jsonStringify,
  mapForEach,
  mapGet,
  mapSet,
  mapSize,
  regExpFlags,
  regExpSource,
  setForEach,
  setSize,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayLength,
  typedArrayName,
} from '../primordials.ts'
import { toBase64 } from '../web/base64.ts'
import { isURL, isURLSearchParams, searchParamsText, urlHref } from '../web/url.ts'
import { errorParts, isRegExp, isUnsendable, unboxed } from './value-kinds.ts'
import { mapStep } from './value-path.ts'

/** The services of the walk that a form is written in. */
export interface FormWriter {
  /** Returns the index of a part, or the text in its place. */
  place(value: unknown, parent: number, key: string | number): number | string
  /** Writes the text in place of a value that cannot cross. */
  refuse(value: unknown, index: number, reason?: string): string
  /** Reads a property. In an output, one that throws is replaced by a text. */
  read(value: object, key: PropertyKey): unknown
  /** The text in place of a property whose read threw. @throws {unknown} the error itself */
  unreadable(error: unknown): string
  /** The facts of a file, which is stored first if it is not. @throws {Error} of the host */
  factsOf(file: object): object
  /** Whether plain JSON would hold the same. */
  isPlain: boolean
  /** Texts of the buffers that were met, by index. */
  readonly buffers: Map<number, BufferText>
}

/** A buffer as text, and how many bytes it holds. */
export interface BufferText {
  readonly text: string
  readonly byteLength: number
}

/** Writes the kinds that have a form of their own; `undefined` for every other object. */
export function specialForm(writer: FormWriter, value: object, index: number): string | undefined {
  const kind = typedArrayName(value)
  if (kind !== undefined) {
    const size = typedArrayByteLength(value)
    const offset = typedArrayByteOffset(value)
    return viewForm(writer, kind, value, typedArrayBuffer(value), offset, size, index)
  }
  if (isErrorBrand(value)) return errorForm(writer, value, index)
  if (hasBrand(mapSize, value)) {
    let text = '["Map"'
    mapForEach(value as Map<unknown, unknown>, (item, key) => {
      text += ',' + writer.place(key, index, 'key') + ',' + writer.place(item, index, mapStep(key))
    })
    return text + ']'
  }
  if (hasBrand(setSize, value)) {
    let text = '["Set"'
    setForEach(value as Set<unknown>, item => {
      text += ',' + writer.place(item, index, 'item')
    })
    return text + ']'
  }
  if (hasBrand(dateGetTime, value)) {
    const time = dateGetTime(value as Date)
    return isNaN(time) ? '["Date",""]' : '["Date","' + dateToISOString(value as Date) + '"]'
  }
  if (isRegExp(value)) {
    const flags = regExpFlags(value)
    return (
      '["RegExp",' +
      jsonStringify(regExpSource(value)) +
      (flags === '' ? '' : ',"' + flags + '"') +
      ']'
    )
  }
  if (hasBrand(arrayBufferByteLength, value)) return take(writer, value as ArrayBuffer, index).text
  if (hasBrand(dataViewByteLength, value)) {
    const size = dataViewByteLength(value)
    const offset = dataViewByteOffset(value)
    return viewForm(writer, 'DataView', value, dataViewBuffer(value), offset, size, index)
  }
  if (isBlob(value)) return '["File",' + writer.place(writer.factsOf(value), index, '') + ']'
  if (isURL(value)) return '["URL",' + jsonStringify(urlHref(value)) + ']'
  if (isURLSearchParams(value))
    return '["URLSearchParams",' + jsonStringify(searchParamsText(value as never)) + ']'
  if (hasBrand(domExceptionName, value)) return errorForm(writer, value as Error, index)
  const boxed = unboxed(value)
  if (boxed !== undefined) return '["Object",' + writer.place(boxed, index, '') + ']'
  if (isUnsendable(value)) return writer.refuse(value, index)
  return undefined
}

function errorForm(writer: FormWriter, error: Error, index: number): string {
  return '["Error",' + writer.place(errorParts(error, writer), index, '') + ']'
}

function viewForm(
  writer: FormWriter,
  kind: string,
  view: object,
  buffer: ArrayBuffer,
  offset: number,
  size: number,
  index: number,
): string {
  const at = writer.place(buffer, index, 'buffer') as number
  const { byteLength } = take(writer, buffer, at)
  // A getter has resized the buffer since it was taken.
  if (offset + size > byteLength) return writer.refuse(view, index, 'its buffer was resized')
  const length = kind === 'DataView' ? size : typedArrayLength(view)
  const bounds = size === byteLength ? '' : ',' + offset + ',' + length
  return '["' + kind + '",' + at + bounds + ']'
}

/** The text of a buffer, made when it or a view of it is first met. Later views must fit it. */
function take(writer: FormWriter, buffer: ArrayBuffer, index: number): BufferText {
  const known = mapGet(writer.buffers, index)
  if (known !== undefined) return known
  const byteLength = arrayBufferByteLength(buffer)
  const taken = { text: '["ArrayBuffer","' + toBase64(buffer) + '"]', byteLength }
  mapSet(writer.buffers, index, taken)
  return taken
}

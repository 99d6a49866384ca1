/** The content of a guest's file: bytes that the guest has, and ranges of files that are stored. */

import { MAX_CROSSING_BYTES } from '../../files/file-operations.ts'
import {
  append,
  arrayBufferSlice,
  base64ToBytes,
  bytesToBase64,
  dataViewBuffer,
  dataViewByteLength,
  dataViewByteOffset,
  jsonStringify,
  min,
  objectHasOwn,
  reflectApply,
  stringToWellFormed,
  typedArrayBuffer,
  typedArrayByteLength,
  typedArrayByteOffset,
  typedArrayName,
  typedArraySet,
  Uint8ArrayOf,
  unlinkedList,
} from '../primordials.ts'
import { encodeUTF8 } from '../web/utf8.ts'

/** A part of the content. A range ends before `to`. */
export type Segment =
  | { readonly bytes: Uint8Array; readonly size: number }
  | {
      readonly fileId: string
      readonly from: number
      readonly to: number
      readonly size: number
    }

/** Reads bytes of a stored file, in base64, of at most {@link MAX_CROSSING_BYTES}. */
export type ReadStored = (fileId: string, from: number, to: number) => Uint8Array

const setAt = typedArraySet as unknown as (
  target: Uint8Array,
  source: Uint8Array,
  offset: number,
) => void

const subarray = Uint8Array.prototype.subarray

/** Bytes `from` to `to` of bytes, on the same buffer. */
export function part(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return reflectApply(subarray as never, bytes, [from, to]) as Uint8Array
}

/** Whether a segment is bytes of the guest's own. */
export function isOwn(segment: Segment): segment is Extract<Segment, { bytes: Uint8Array }> {
  return objectHasOwn(segment, 'bytes')
}

/** A segment of a text. */
export function ofText(text: string): Segment {
  return ofBytes(encodeUTF8(stringToWellFormed(text)))
}

/** A segment of bytes that no program can write to. */
export function ofBytes(bytes: Uint8Array): Segment {
  return { bytes, size: typedArrayByteLength(bytes) }
}

/** A segment of a copy of a buffer. */
export function ofBuffer(buffer: ArrayBuffer): Segment {
  return ofBytes(new Uint8ArrayOf(arrayBufferSlice(buffer, 0)))
}

/** A segment of a copy of what a typed array or a `DataView` shows. */
export function ofView(view: object): Segment {
  const isArray = typedArrayName(view) !== undefined
  const buffer = isArray ? typedArrayBuffer(view) : dataViewBuffer(view)
  const from = isArray ? typedArrayByteOffset(view) : dataViewByteOffset(view)
  const size = isArray ? typedArrayByteLength(view) : dataViewByteLength(view)
  return ofBytes(new Uint8ArrayOf(arrayBufferSlice(buffer, from, from + size)))
}

/** How many bytes segments have together. */
export function sizeOf(segments: readonly Segment[]): number {
  let size = 0
  for (let i = 0; i < segments.length; i++) size += (segments[i] as Segment).size
  return size
}

/** The same content with neighbours joined that are bytes of the guest's own. */
export function joined(segments: readonly Segment[]): Segment[] {
  const list = unlinkedList<Segment>()
  for (let i = 0; i < segments.length; ) {
    const first = segments[i] as Segment
    let end = i + 1
    if (isOwn(first)) while (end < segments.length && isOwn(segments[end] as Segment)) end++
    if (end === i + 1) {
      if (first.size > 0) list[list.length] = first
    } else {
      let size = 0
      for (let j = i; j < end; j++) size += (segments[j] as Segment).size
      const bytes = new Uint8ArrayOf(size)
      let at = 0
      for (let j = i; j < end; j++) {
        const segment = segments[j] as Segment & { bytes: Uint8Array }
        setAt(bytes, segment.bytes, at)
        at += segment.size
      }
      if (size > 0) list[list.length] = { bytes, size }
    }
    i = end
  }
  return list
}

/** The content from `from` to `to`, without `to`; nothing is copied. */
export function sliced(segments: readonly Segment[], from: number, to: number): Segment[] {
  const list = unlinkedList<Segment>()
  let at = 0
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] as Segment
    const start = from > at ? from - at : 0
    const end = min(to - at, segment.size)
    at += segment.size
    if (start >= end) continue
    list[list.length] = isOwn(segment)
      ? { bytes: part(segment.bytes, start, end), size: end - start }
      : {
          fileId: segment.fileId,
          from: segment.from + start,
          to: segment.from + end,
          size: end - start,
        }
  }
  return list
}

/** All bytes, in a new array. @throws the errors of `read` */
export function readAll(segments: readonly Segment[], read: ReadStored): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8ArrayOf(sizeOf(segments))
  let at = 0
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] as Segment
    if (isOwn(segment)) {
      setAt(bytes, segment.bytes, at)
      at += segment.size
      continue
    }
    for (let from = segment.from; from < segment.to; ) {
      const to = min(segment.to, from + MAX_CROSSING_BYTES)
      setAt(bytes, read(segment.fileId, from, to), at)
      at += to - from
      from = to
    }
  }
  return bytes
}

/** Stores a piece of a file. @returns its id */
type StorePiece = (partText: string) => string

/**
 * The segments as JSON of the parts of a request that stores a file. Bytes that are too many for
 * one request are stored as pieces first.
 */
export function partsText(segments: readonly Segment[], storePiece: StorePiece): string {
  let own = 0
  for (let i = 0; i < segments.length; i++)
    if (isOwn(segments[i] as Segment)) own += (segments[i] as Segment).size
  const parts: string[] = []
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] as Segment
    if (!isOwn(segment)) append(parts, rangeText(segment.fileId, segment.from, segment.to))
    else if (own <= MAX_CROSSING_BYTES) append(parts, bytesText(segment.bytes))
    else {
      for (let from = 0; from < segment.size; ) {
        const to = min(segment.size, from + MAX_CROSSING_BYTES)
        const fileId = storePiece('[' + bytesText(part(segment.bytes, from, to)) + ']')
        append(parts, rangeText(fileId, 0, to - from))
        from = to
      }
    }
  }
  let text = '['
  for (let i = 0; i < parts.length; i++) text += (i === 0 ? '' : ',') + parts[i]
  return text + ']'
}

const rangeText = (fileId: string, from: number, to: number) =>
  '[' + jsonStringify(fileId) + ',' + from + ',' + to + ']'

const bytesText = (bytes: Uint8Array) =>
  typedArrayByteLength(bytes) === 0 ? '""' : '"' + bytesToBase64(bytes) + '"'

/** The bytes that base64 stands for. */
export const bytesOf = (text: string): Uint8Array =>
  text === '' ? new Uint8ArrayOf(0) : base64ToBytes(text)

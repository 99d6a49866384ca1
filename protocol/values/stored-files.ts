/** Encoding and decoding of values with files, for a side that has a place to store them. */

import { type FileFacts, type FileLike, FileReference, UnstoredFiles } from './file-reference.ts'
import { EXACT } from './value-format.ts'
import { decodeValue, encodeValue } from './values.ts'

/** Stores the bytes of a file, or takes over one that is stored. */
export type StoreFile = (file: FileLike | FileReference) => Promise<FileFacts>

/** Opens a stored file, for the code that takes the value. */
export type OpenFile = (claimed: FileReference) => Promise<unknown>

const none: ReadonlyMap<object, FileFacts> = new Map()

/**
 * As `encodeValue`, for a value that may have files: each is stored first. A value without one
 * takes the same time as there.
 *
 * @throws {TypeError} as `encodeValue`, and the errors of `store`
 */
export async function encodeStoring(
  value: unknown,
  root: string,
  store: StoreFile,
): Promise<string> {
  const text = encodeOrFiles(value, root)
  if (typeof text === 'string') return text
  const stored = new Map<object, FileFacts>()
  for (const file of text.files) stored.set(file, await store(file))
  return encodeValue(value, root, stored)
}

/** The text of a value, or the files that have to be stored first. */
export function encodeOrFiles(value: unknown, root: string): string | UnstoredFiles {
  try {
    return encodeValue(value, root, none)
  } catch (error) {
    if (error instanceof UnstoredFiles) return error
    throw error
  }
}

/** Whether a string may have files in it. It may not have any all the same. */
export const mayHaveFiles = (text: string): boolean =>
  text[0] === EXACT && text.includes('["File",')

/** The files that a string refers to. */
export function filesOf(text: string): FileReference[] {
  const found: FileReference[] = []
  decodeValue(text, file => {
    found.push(file)
    return file
  })
  return found
}

/** Decodes a string with files, each opened first. @throws the errors of `open` */
export async function decodeOpening(text: string, open: OpenFile): Promise<unknown> {
  if (!mayHaveFiles(text)) return decodeValue(text)
  const opened = new Map<string, unknown>()
  for (const file of filesOf(text)) {
    if (!opened.has(file.fileId)) opened.set(file.fileId, await open(file))
  }
  return decodeValue(text, file => opened.get(file.fileId) ?? new FileReference(file))
}

/** The files in the answers of tools that a model called itself. */

import { type AnswerImage, imagesAmong, readImages } from '../../protocol/answer/answer-images.ts'
import { StoredFile } from '../../protocol/execution/stored-file.ts'
import { type FileLike, isFileLike } from '../../protocol/values/file-reference.ts'
import type { CallAnswer } from './tool-caller.ts'

/** How deep in a value images are looked for: an answer, its list, a record in that. */
const MAX_DEPTH = 4

interface FoundFile {
  readonly name: string
  readonly type: string
  readonly size: number
  readonly bytes: () => Promise<Uint8Array>
}

/** The images in the values of some answers, as many as a model gets. */
export function answerImages(answers: readonly CallAnswer[]): Promise<AnswerImage[]> {
  const files = answers.flatMap(answer => (answer.ok ? filesIn(answer.value, 0) : []))
  return readImages(imagesAmong(files), file => file.bytes())
}

function filesIn(value: unknown, depth: number): FoundFile[] {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return []
  if (value instanceof StoredFile) {
    const { name, type, size } = value
    return [{ name, type, size, bytes: () => value.bytes() }]
  }
  if (isFileLike(value)) return [foundFile(value)]
  if (ArrayBuffer.isView(value)) return []
  const parts = value instanceof Map ? [...value.values()] : Object.values(value)
  return parts.flatMap(part => filesIn(part, depth + 1))
}

function foundFile(file: FileLike): FoundFile {
  const { name, type } = file as { name?: unknown; type: string }
  const named = { name: typeof name === 'string' ? name : 'image', type }
  if (file instanceof Uint8Array) {
    return { ...named, size: file.byteLength, bytes: async () => file }
  }
  const bytes = async () => new Uint8Array(await file.arrayBuffer())
  return { ...named, size: file.size, bytes }
}

/** The images of an execution that a model gets to see: few, and none too large. */

import type { EmittedFile } from '../execution/execution.ts'

/** The types that models take. */
const IMAGE_TYPES = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp'])
/** Images of one answer. */
export const MAX_IMAGES = 8
/** Bytes of one image: the least of what the services take, 5 MB in base64. */
export const MAX_IMAGE_BYTES = 3_750_000
/** Bytes of the images of one answer together. */
export const MAX_IMAGES_BYTES = 16_000_000

/** An image as it is sent to a model. */
export interface AnswerImage {
  readonly name: string
  /** MIME type. */
  readonly type: string
  /** In base64. */
  readonly data: string
}

/** How many images a model gets, and how large. */
export interface ImageBounds {
  readonly maxImages?: number
  readonly maxImageBytes?: number
}

/** Selects the files that a model gets as images: the first ones that fit. */
export function imagesAmong<File extends Pick<EmittedFile, 'type' | 'size'>>(
  files: readonly File[],
  { maxImages = MAX_IMAGES, maxImageBytes = MAX_IMAGE_BYTES }: ImageBounds = {},
): File[] {
  const images: File[] = []
  let bytes = 0
  for (const file of files) {
    const type = file.type.split(';')[0] as string
    if (!IMAGE_TYPES.has(type.trim()) || file.size === 0 || file.size > maxImageBytes) continue
    if (images.length >= maxImages || bytes + file.size > MAX_IMAGES_BYTES) break
    bytes += file.size
    images.push(file)
  }
  return images
}

/** Reads images. @param read reads the bytes of one */
export async function readImages<File extends Pick<EmittedFile, 'name' | 'type'>>(
  files: readonly File[],
  read: (file: File) => Promise<Uint8Array>,
): Promise<AnswerImage[]> {
  const images: AnswerImage[] = []
  for (const file of files) {
    const { name, type } = file
    images.push({
      name,
      type: (type.split(';')[0] as string).trim(),
      data: base64Of(await read(file)),
    })
  }
  return images
}

/** Bytes that are written as base64 at once: `String.fromCharCode` takes no longer list. */
const PIECE = 0x8000 - (0x8000 % 3)

/** Also where there is no `Buffer`: browsers run this. */
function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += PIECE) {
    text += btoa(String.fromCharCode(...bytes.subarray(at, at + PIECE)))
  }
  return text
}

/** An image as the URL that OpenAI's services take. */
export const dataUrl = ({ type, data }: AnswerImage): string => `data:${type};base64,${data}`

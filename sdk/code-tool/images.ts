/** The images of a result, as each kind of model loop hands them to its model. */

import {
  type AnswerImage,
  dataUrl,
  type ImageBounds,
  imagesAmong,
  readImages,
} from '../../protocol/answer/answer-images.ts'
import { LatchdError } from '../../protocol/errors.ts'
import type { Files } from '../../protocol/execution/stored-file.ts'
import type { CodeToolResult } from './result.ts'

/** The images of a result that the model gets; none where they are not kept any more. */
export async function imagesOf(
  result: CodeToolResult,
  files: Files,
  bounds: ImageBounds,
): Promise<readonly AnswerImage[]> {
  const emitted = 'files' in result ? (result.files ?? []) : []
  const images = imagesAmong(emitted, bounds)
  try {
    return await readImages(images, async ({ fileId }) => {
      return new Uint8Array(await (await files.download(fileId)).arrayBuffer())
    })
  } catch (error) {
    // The result names its files all the same.
    if (error instanceof LatchdError && error.code === 'NOT_FOUND') return []
    throw error
  }
}

/** The names of images, said before them. */
const caption = (images: readonly AnswerImage[]): string =>
  `Images that the program gave out: ${images.map(({ name }) => name).join(', ')}`

/** An answer of a tool in the AI SDK: its JSON, or that with images. */
export type AiOutput =
  | { readonly type: 'json'; readonly value: never }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'content'; readonly value: AiPart[] }

type AiPart =
  | { type: 'text'; text: string }
  | { type: 'file'; data: { type: 'data'; data: string }; mediaType: string; filename: string }

/** A result as the AI SDK hands it to a model. */
export function aiOutput(result: CodeToolResult, images: readonly AnswerImage[]): AiOutput {
  if (images.length === 0) return { type: 'json', value: result as never }
  return aiContent(JSON.stringify(result), images)
}

/** Text with images as the AI SDK hands them to a model. */
export function aiContent(text: string, images: readonly AnswerImage[]): AiOutput {
  if (images.length === 0) return { type: 'text', value: text }
  const parts = images.map(
    ({ name, type, data }): AiPart => ({
      type: 'file',
      data: { type: 'data', data },
      mediaType: type,
      filename: name,
    }),
  )
  return { type: 'content', value: [{ type: 'text', text }, ...parts] }
}

/** A message of Chat Completions. */
export type ChatMessage =
  | { role: 'tool'; tool_call_id: string; content: string }
  | { role: 'user'; content: ChatPart[] }

type ChatPart = { type: 'text'; text: string } | { type: 'image_url'; image_url: { url: string } }

/** Images as a message of Chat Completions, whose answers of tools are text alone. */
export function chatImages(images: readonly AnswerImage[]): ChatMessage[] {
  if (images.length === 0) return []
  const parts = images.map(
    (image): ChatPart => ({ type: 'image_url', image_url: { url: dataUrl(image) } }),
  )
  return [{ role: 'user', content: [{ type: 'text', text: caption(images) }, ...parts] }]
}

/** An item of the input of the Responses API. */
export interface ResponsesItem {
  type: 'function_call_output'
  call_id: string
  output: string | ResponsesPart[]
}

/** A part of an answer in the Responses API. */
export type ResponsesPart =
  | { type: 'input_text'; text: string }
  | { type: 'input_image'; image_url: string; detail: 'auto' }

/** An answer in the Responses API: text, or text with images. */
export function responsesItem(
  callId: string,
  text: string,
  images: readonly AnswerImage[],
): ResponsesItem {
  return { type: 'function_call_output', call_id: callId, output: responsesOutput(text, images) }
}

/** The output of a call in the Responses API: text, or text with images. */
export function responsesOutput(
  text: string,
  images: readonly AnswerImage[],
): string | ResponsesPart[] {
  if (images.length === 0) return text
  const parts = images.map(
    (image): ResponsesPart => ({ type: 'input_image', image_url: dataUrl(image), detail: 'auto' }),
  )
  return [{ type: 'input_text', text }, ...parts]
}

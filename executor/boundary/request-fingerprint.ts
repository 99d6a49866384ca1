/**
 * A guest's request as one short text. The host writes it into the journal. On replay the worker
 * writes it again, so that a difference shows. Short arguments stand for themselves, longer ones
 * are replaced by their digest.
 */

import type { AsciiText } from './ascii-text.ts'
import { digestOf, digestOfBytes } from './input-digest.ts'
import type { GuestRequest } from './messages.ts'
import { isRawIndex, toolIndex } from './tool-index.ts'

/**
 * Arguments up to this length are kept as they are. That costs less than a digest and can be read.
 */
export const MAX_PLAIN = 96

/** Returns the name of a tool by its index. */
export type ToolName = (index: number) => string

/** Requests with arguments. */
type RequestWithInput = Extract<GuestRequest, { readonly input: string }>

/** The text of a request. */
export function requestText(request: GuestRequest, toolName: ToolName): string {
  switch (request.kind) {
    case 'call':
    case 'file':
      return requestHead(request, toolName) + inputText(request)
    case 'next-item':
      return `item ${request.stream}`
    case 'close-stream':
      return `close ${request.stream}`
    case 'start-timer':
      return `timer ${request.delayMs}`
  }
}

/**
 * The text of a request for people. The codec's mark before its arguments is for machines.
 *
 * @param text as {@link requestText} writes it
 */
export function shownRequest(text: string): string {
  return text.replace(/^((?:call|file) .+? )[jd](?=[[{"\d-]|true|false|null)/, '$1')
}

/** What stands before the arguments in the text of a request. */
export function requestHead(request: RequestWithInput, toolName: ToolName): string {
  if (request.kind === 'file') return `file ${request.operation} `
  const { tool } = request
  return `call ${toolName(toolIndex(tool))}${isRawIndex(tool) ? '.raw' : ''} `
}

function inputText({ input, inputHash }: RequestWithInput): string {
  if (input.length <= MAX_PLAIN) return input
  return `gmac:${inputHash ?? digestOf(input)}`
}

/** Longer inputs are digested by the worker, since that would hold the host up. */
const MAX_DIGESTED_BY_HOST = 16 * 1024

/** The digest that a worker sends with an input; none with one that the host digests soon enough. */
export function inputHashOf(input: string | AsciiText): { readonly inputHash?: string } {
  if (input.length <= MAX_DIGESTED_BY_HOST) return {}
  return { inputHash: typeof input === 'string' ? digestOf(input) : digestOfBytes(input.bytes) }
}

/**
 * The texts that earlier versions wrote for a request. Their journals hold them, and the programs that
 * they began go on here.
 *
 * Earlier versions sent a plain tree in the exact form, its values numbered breadth first, and
 * replaced long arguments by SHA-256.
 */

import { hash } from 'node:crypto'
import { EXACT, PLAIN } from '../../protocol/values/value-format.ts'
import { decodeValue, encodeValue } from '../../protocol/values/values.ts'
import type { GuestRequest } from './messages.ts'
import { MAX_PLAIN, requestHead, requestText, type ToolName } from './request-fingerprint.ts'

/** Whether a recorded text is that of a request, in the words of any version. */
export function isRequestText(
  recorded: string,
  request: GuestRequest,
  toolName: ToolName,
): boolean {
  if (recorded === requestText(request, toolName)) return true
  return earlierTexts(request, toolName).includes(recorded)
}

/** The texts that earlier versions wrote for a request. */
export function earlierTexts(request: GuestRequest, toolName: ToolName): readonly string[] {
  if (request.kind !== 'call' && request.kind !== 'file') return []
  const head = requestHead(request, toolName)
  const { input } = request
  const other = otherForm(input)
  const texts = [earlierInput(input)]
  if (other !== undefined) {
    texts.push(earlierInput(other))
    const { inputHash: _, ...sent } = request
    texts.push(requestText({ ...sent, input: other }, toolName).slice(head.length))
  }
  return texts.map(text => head + text)
}

const earlierInput = (input: string): string =>
  input.length <= MAX_PLAIN ? input : `sha256:${hash('sha256', input, 'base64url')}`

/** The exact form of a plain value, or the plain form of an exact one that has it. */
function otherForm(input: string): string | undefined {
  try {
    if (input[0] === PLAIN) return exactForm(JSON.parse(input.slice(1)))
    if (input[0] !== EXACT) return undefined
    const text = encodeValue(decodeValue(input))
    return text[0] === PLAIN ? text : undefined
  } catch {
    // Deeper than the stack, or of files that are not there: there is one form.
    return undefined
  }
}

/** The exact form of a tree of JSON, as guests write it. */
function exactForm(root: unknown): string {
  const places = [root]
  let text = EXACT
  for (let i = 0; i < places.length; i++) {
    text += (i === 0 ? '[' : ',') + formOf(places[i], places)
  }
  return `${text}]`
}

function formOf(value: unknown, places: unknown[]): string {
  const place = (part: unknown) => places.push(part) - 1
  if (Array.isArray(value)) return `[${value.map(place).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const parts = Object.entries(value).map(([key, part]) => `${JSON.stringify(key)}:${place(part)}`)
  return `{${parts.join(',')}}`
}

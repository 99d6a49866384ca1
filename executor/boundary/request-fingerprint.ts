/**
 * A guest's request as one short text. The host writes it into the journal. On replay the worker
 * writes it again, so that a difference shows. Short arguments stand for themselves, longer ones
 * are replaced by their hash.
 */

import { hash } from 'node:crypto'
import type { GuestRequest } from './messages.ts'
import { isRawIndex, toolIndex } from './tool-index.ts'

/**
 * Arguments up to this length are kept as they are. That costs less than a hash and can be read.
 */
const MAX_PLAIN = 96

/**
 * The text of a request.
 *
 * @param toolName returns the name of a tool by its index
 */
export function requestText(request: GuestRequest, toolName: (index: number) => string): string {
  switch (request.kind) {
    case 'call':
      return `call ${toolName(toolIndex(request.tool))}${isRawIndex(request.tool) ? '.raw' : ''} ${request.inputHash === undefined ? shortened(request.input) : `sha256:${request.inputHash}`}`
    case 'file':
      return `file ${request.operation} ${request.inputHash === undefined ? shortened(request.input) : `sha256:${request.inputHash}`}`
    case 'next-item':
      return `item ${request.stream}`
    case 'close-stream':
      return `close ${request.stream}`
    case 'start-timer':
      return `timer ${request.delayMs}`
  }
}

function shortened(input: string): string {
  return input.length <= MAX_PLAIN ? input : `sha256:${hash('sha256', input, 'base64url')}`
}

/** Longer inputs are hashed by the worker, since hashing them would hold the host up. */
const MAX_HASHED_BY_HOST = 16 * 1024

/** The hash that a worker sends with an input; none with one that the host hashes soon enough. */
export function inputHashOf(input: string): { readonly inputHash?: string } {
  if (input.length <= MAX_HASHED_BY_HOST) return {}
  return { inputHash: hash('sha256', input, 'base64url') }
}

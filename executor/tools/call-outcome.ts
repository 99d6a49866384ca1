/** How one call of a tool ended, and how the guest reads that. */

import type { CallContext } from '../../protocol/tool/call-context.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { STREAM, THROWN, type ThrownText } from '../../protocol/values/value-format.ts'
import type { LongString } from '../boundary/string-reply.ts'

/** How a call ended, as far as the guest is concerned. */
export type CallOutcome =
  | { readonly kind: 'value'; readonly text: string | LongString }
  | { readonly kind: 'stream'; readonly stream: OpenStream }
  | ThrownOutcome

/** A call that threw. `isTimeout`: its time was up. */
export interface ThrownOutcome {
  readonly kind: 'thrown'
  readonly thrown: ThrownText
  readonly isTimeout?: true
}

/** A stream that a call opened, with the context and the bounds of its items. */
export interface OpenStream {
  readonly tool: Tool
  readonly iterator: AsyncIterator<unknown> | Iterator<unknown>
  readonly context: CallContext
  /** Forgets the call; to be called when the stream has ended. */
  readonly release: () => void
}

/** The reply for the guest. @param callNumber of a call */
export function replyOf(callNumber: number, outcome: CallOutcome): string | LongString {
  switch (outcome.kind) {
    case 'value':
      return outcome.text
    case 'stream':
      return `${STREAM}${callNumber}`
    case 'thrown':
      return THROWN + JSON.stringify(outcome.thrown)
  }
}

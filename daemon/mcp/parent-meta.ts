/**
 * Which call of a program a request is beneath, in the request's `_meta`. A server that is a latchd
 * shows what the request begins beneath that call; to any other it is an id that says nothing.
 */

import {
  metadataBeneath,
  metadataOfParent,
  parentCallOf,
} from '../../protocol/execution/parent-call.ts'
import type { ToolContext } from '../../protocol/tool/wire-tool.ts'

const KEY = 'latchd/parentCallId'

type Meta = Readonly<Record<string, unknown>>

/** The `_meta` of a request that a tool sends; empty for a call that no execution has made. */
export function metaBeneath(context: ToolContext): Meta {
  const parent = parentCallOf(metadataBeneath(context))
  return parent === undefined ? {} : { [KEY]: parent.callId }
}

/** The metadata of an execution that a request begins; `undefined`: it is beneath no call. */
export const metadataOfMeta = (meta: Meta | undefined) => metadataOfParent(meta?.[KEY])

/**
 * The call that began an execution. It is an entry of the execution's metadata, and so reaches the
 * store, the readers, and the tools of the execution.
 */

import type { ToolContext } from '../tool/wire-tool.ts'

/** The entry of the metadata: the id of the call. */
const PARENT_CALL = 'parentCallId'

/** Ids of calls, as executions give them: the execution's own digits and the number of the call. */
const callIdPattern = /^call_([0-9a-f]{32})_\d{1,6}$/

/** A call, and the execution that made it. */
export interface ParentCall {
  readonly callId: string
  readonly executionId: string
}

type Metadata = Readonly<Record<string, unknown>>

/** The call that began an execution, by its metadata; `undefined`: the metadata names none. */
export function parentCallOf(metadata: Metadata | undefined): ParentCall | undefined {
  return readCallId(metadata?.[PARENT_CALL])
}

/**
 * The metadata of executions that a tool begins: beneath its call. A call that no execution has made
 * passes on the one that it is beneath itself; without either it is empty.
 */
export function metadataBeneath({
  callId,
  executionId,
  metadata,
}: Partial<Pick<ToolContext, 'callId' | 'executionId' | 'metadata'>>): Metadata {
  const own = readCallId(callId)
  const parent = own?.executionId === executionId ? own : parentCallOf(metadata)
  return metadataOfParent(parent?.callId) ?? {}
}

/** The metadata of an execution beneath a call; `undefined` for a string that is not the id of a call. */
export function metadataOfParent(callId: unknown): Record<string, unknown> | undefined {
  const parent = readCallId(callId)
  return parent && { [PARENT_CALL]: parent.callId }
}

function readCallId(callId: unknown): ParentCall | undefined {
  const digits = typeof callId === 'string' ? callIdPattern.exec(callId)?.[1] : undefined
  return digits === undefined
    ? undefined
    : { callId: callId as string, executionId: `exe_${digits}` }
}

/** What happens in an execution, as the progress of the call that waits for it. */

import type { ServerContext } from '@modelcontextprotocol/server'
import type { ExecutionEvent } from '../../../protocol/execution/events.ts'
import type { Latchd } from '../../../sdk/latchd.ts'

/** Longest message of one notification. */
const MAX_MESSAGE = 200

/** Reports progress where the client asks for it; returns a function that ends it. */
export function reportProgress(
  client: Latchd,
  executionId: string,
  { mcpReq }: ServerContext,
): () => void {
  const progressToken = mcpReq._meta?.progressToken
  if (progressToken === undefined) return () => {}
  const stop = new AbortController()
  const report = async () => {
    let progress = 0
    for await (const event of client.events(executionId, { signal: stop.signal })) {
      const message = messageOf(event)
      if (message === undefined) continue
      progress++
      const params = { progressToken, progress, message: message.slice(0, MAX_MESSAGE) }
      await mcpReq.notify({ method: 'notifications/progress', params })
    }
  }
  report().catch(() => {
    // The execution or the daemon was stopped, or the client has left: the call itself shows which.
  })
  return () => stop.abort()
}

function messageOf(event: ExecutionEvent): string | undefined {
  switch (event.type) {
    case 'call-started':
      return `calls ${event.call.tool}`
    case 'call-completed':
      return `${event.call.tool}: ${event.call.status}`
    case 'call-progressed':
      return `${event.tool}: ${textOf(event.progress)}`
    case 'log-written':
      return event.log.text
    case 'approval-requested':
      return `waits for a decision about ${event.approval.tool}`
    case 'approval-decided':
      return `${event.approval.tool} is ${event.approval.status}`
    default:
      // The others say nothing about how far it is.
      return undefined
  }
}

function textOf(progress: unknown): string {
  const { message } = (progress ?? {}) as { message?: unknown }
  return typeof message === 'string' ? message : (JSON.stringify(progress) ?? '')
}

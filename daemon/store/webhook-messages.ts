/** Messages to webhooks, made from events. */

import type { StoredEvent } from '../../executor/store/stored-event.ts'
import type { WebhookMessage } from './store.ts'

/** Receivers bound their bodies, and a message stays until it arrives. */
const MAX_BODY_BYTES = 1024 * 1024

type WebhookEvent = Extract<
  StoredEvent,
  { type: 'approval-requested' | 'execution-ended' | 'execution-stuck' }
>

/** Parts that a large message leaves out, one after another; a receiver can request them. */
const largeParts = {
  'approval-requested': ['input'],
  'execution-ended': ['logs', 'calls', 'output', 'metadata', 'error'],
  'execution-stuck': ['message'],
} as const satisfies Record<WebhookEvent['type'], readonly string[]>

/** The subject of a message, and its name in the body. */
function subjectOf(event: WebhookEvent): readonly [name: string, shown: object] {
  switch (event.type) {
    case 'approval-requested':
      return ['approval', event.approval]
    case 'execution-ended':
      return ['execution', event.execution]
    case 'execution-stuck':
      return ['error', event.error]
    default:
      return event satisfies never
  }
}

/**
 * The message about an event; `undefined` for events that webhooks do not get. Its id is the same
 * however often it is made, so that a receiver can drop repetitions.
 */
export function messageFor(url: string, event: StoredEvent): WebhookMessage | undefined {
  if (!isWebhookEvent(event)) return undefined
  const { executionId, sequence, atMs } = event
  return {
    messageId: `msg_${executionId.replace(/^exe_/, '')}_${sequence}`,
    executionId,
    url,
    body: bodyOf(event),
    createdAtMs: atMs,
    attempts: 0,
  }
}

const isWebhookEvent = (event: StoredEvent): event is WebhookEvent => event.type in largeParts

/** `{type, executionId, atMs, approval | execution | error}`; `omitted` names what a large one lacks. */
function bodyOf(event: WebhookEvent): string {
  const { type, executionId, atMs } = event
  const [key, subject] = subjectOf(event)
  const shown: Record<string, unknown> = { ...subject }
  const omitted: string[] = []
  const write = () =>
    JSON.stringify({
      type,
      executionId,
      atMs,
      [key]: shown,
      ...(omitted.length > 0 && { omitted }),
    })
  let body = write()
  for (const part of largeParts[type]) {
    if (Buffer.byteLength(body) <= MAX_BODY_BYTES) break
    if (!(part in shown)) continue
    delete shown[part]
    omitted.push(`${key}.${part}`)
    body = write()
  }
  return body
}

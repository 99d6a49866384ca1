/** Posts one message to its webhook. */

import type { Dispatcher } from 'undici'
import { errorText } from '../../protocol/base/error-text.ts'
import type { AllowList } from '../outbound/allow-list.ts'
import { systemNetwork } from '../outbound/network-dependencies.ts'
import { discardBody } from '../outbound/read-body.ts'
import type { WebhookMessage } from '../store/store.ts'
import { signatureHeaders } from './signature.ts'

/** The outcome of an attempt. */
export type PostOutcome =
  | { readonly kind: 'delivered' }
  /** The receiver wants no more messages (410). */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly why: string }

/** Posts a message once. Never rejects; aborting the signal is a failure like others. */
export type Post = (message: WebhookMessage, signal: AbortSignal) => Promise<PostOutcome>

/** Whole time of an attempt, in milliseconds: receivers are to answer first and work then. */
const ATTEMPT_MS = 10_000
/** Answers are not read; a longer one costs its connection. */
const MAX_ANSWER_BYTES = 65_536

/** @param secret what messages are signed with */
export function poster(hosts: AllowList, secret: string): Post {
  let loading: Promise<Dispatcher> | undefined
  // undici costs a daemon's start some 90 ms; the first message pays them.
  const dispatcher = () =>
    (loading ??= import('../outbound/dispatcher.ts').then(({ guardedDispatcher }) =>
      guardedDispatcher(hosts, systemNetwork, MAX_ANSWER_BYTES),
    ))
  return async ({ url: text, messageId, body }, signal) => {
    const url = new URL(text)
    const timestamp = Math.floor(Date.now() / 1000)
    try {
      const answer = await (await dispatcher()).request({
        origin: url.origin,
        path: url.pathname + url.search,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'latchd',
          ...signatureHeaders(secret, { messageId, timestamp, body }),
        },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
      })
      discardBody(answer.body)
      const { statusCode } = answer
      if (statusCode >= 200 && statusCode < 300) return { kind: 'delivered' }
      // A redirect leads to an address that was not admitted: a failure like others.
      return statusCode === 410 ? { kind: 'gone' } : { kind: 'failed', why: `status ${statusCode}` }
    } catch (error) {
      return { kind: 'failed', why: errorText(error) }
    }
  }
}

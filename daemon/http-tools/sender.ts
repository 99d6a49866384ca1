/** Sends the requests of one configured entry: within its hosts, its bounds and its turns. */

import { CallSlots } from '../base/call-slots.ts'
import { AllowList } from '../outbound/allow-list.ts'
import type { HostPattern } from '../outbound/host-pattern.ts'
import type { Outbound } from '../outbound/outbound.ts'
import { answerValue } from './answer.ts'
import type { SendOperation } from './make-tool.ts'
import { requestOf } from './request.ts'

/** Bytes of an answer. An answer that is not a file has the limits of its execution beside this. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024
/** A call has a bound, which aborts its signal. */
const NO_TIMEOUT_MS = 2 ** 31 - 1
/** Stands for a secret in an error. */
const HIDDEN = '****'
/** Shorter strings do not count as secrets: they would stand in any answer. */
const MIN_SECRET = 4

/** The part of a setting that a sender needs. */
export interface SenderSetting {
  readonly headers: Readonly<Record<string, string>>
  readonly maxConcurrentCalls: number
  readonly secrets: readonly string[]
}

/**
 * Makes the sender of an entry; its connections are made by its first request.
 *
 * @param patterns the hosts that requests and their redirects may reach
 * @param place where they are configured, as errors name it
 */
export function operationSender(
  { headers, maxConcurrentCalls, secrets }: SenderSetting,
  patterns: readonly HostPattern[],
  place: string,
): SendOperation {
  const allowList = new AllowList(patterns, place)
  const slots = new CallSlots(maxConcurrentCalls)
  const hide = hiding(secrets)
  let loading: Promise<Outbound> | undefined
  // undici costs a start some 100 ms.
  const outbound = () =>
    (loading ??= import('../outbound/outbound.ts').then(
      ({ Outbound }) =>
        new Outbound(allowList, { timeoutMs: NO_TIMEOUT_MS, maxBodyBytes: MAX_ANSWER_BYTES }),
    ))
  return (operation, input, { signal }) =>
    slots.run(signal, async () => {
      const request = await requestOf(operation, input, headers)
      const answer = await (await outbound()).send({ ...request, signal })
      return answerValue(answer, operation.method, hide)
    })
}

function hiding(secrets: readonly string[]): (text: string) => string {
  const long = secrets.filter(secret => secret.length >= MIN_SECRET)
  return text => long.reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)
}

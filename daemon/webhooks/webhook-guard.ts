/** Which addresses messages to webhooks may be posted to. */

import { isIP } from 'node:net'
import { LatchdError } from '../../protocol/errors.ts'
import { AllowList } from '../outbound/allow-list.ts'
import { FetchError } from '../outbound/fetch-error.ts'
import { parseHostPattern, trustedHost } from '../outbound/host-pattern.ts'
import { targetOf } from '../outbound/target.ts'

/** The setting that allows private hosts, as messages name it. */
const ALLOW_SETTING = 'webhookAllow (LATCHD_WEBHOOK_ALLOW)'

/** The part of the configuration that decides about hosts. */
export interface WebhookSettings {
  readonly tokens: readonly unknown[]
  readonly webhookUrl: string | undefined
  readonly webhookAllow: readonly string[]
}

/**
 * The hosts of webhooks. With tokens a caller may name any public host, and of the others those in
 * the configuration. A daemon without tokens serves this machine alone, and programs of the machine
 * reach every host that the daemon reaches.
 */
export function webhookHosts({ tokens, webhookAllow }: WebhookSettings): AllowList {
  const texts = tokens.length === 0 ? ['*', '0.0.0.0/0', '::/0'] : ['*', ...webhookAllow]
  return new AllowList(texts.map(parseHostPattern), ALLOW_SETTING)
}

/** The host of the operator's own webhook, for that URL alone; `undefined` without one. */
export function operatorHost({ webhookUrl }: WebhookSettings): AllowList | undefined {
  if (webhookUrl === undefined) return undefined
  return new AllowList([trustedHost(targetOf(new URL(webhookUrl)))], ALLOW_SETTING)
}

/**
 * Refuses an address that could never be posted to, when it is named. What a name resolves to is
 * checked at every connection.
 *
 * @throws {LatchdError} `INVALID_REQUEST`
 */
export function admitWebhook(hosts: AllowList, text: string): void {
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') {
    throw refusal('its URL has a user name or password in it')
  }
  const target = targetOf(url)
  if (isIP(target.host) === 0) return
  try {
    hosts.admitAddresses(target, [target.host])
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    throw refusal(`its address is not public, and the setting ${ALLOW_SETTING} does not name it`)
  }
}

function refusal(why: string): LatchdError {
  return new LatchdError('INVALID_REQUEST', `Cannot use the webhook: ${why}`, {
    errors: [{ pointer: '/webhook/url', detail: why }],
  })
}

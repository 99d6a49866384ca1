/** The webhooks of a daemon: its rule for hosts, its messages, and the sender. */

import type { StoredEvent } from '../../executor/store/stored-event.ts'
import type { Config } from '../config/config.ts'
import type { Logger } from '../log/log.ts'
import { signingSecrets } from '../redaction/known-secrets.ts'
import type { Secrets } from '../redaction/secrets.ts'
import type { Store, WebhookMessage } from '../store/store.ts'
import { messageFor } from '../store/webhook-messages.ts'
import { poster } from './post.ts'
import { keptSecret, newSecret, WEBHOOK_SECRET } from './secret-file.ts'
import { admitWebhook, operatorHost, webhookHosts } from './webhook-guard.ts'
import { senderMachine, WebhookSender } from './webhook-sender.ts'

/** The part of webhooks that executions use. */
export interface Webhooks {
  /** @throws {LatchdError} `INVALID_REQUEST` for a URL that is not allowed */
  admit(url: string): void
  /** The message to a webhook for an event; `undefined` for events without one. */
  messageFor(url: string, event: StoredEvent): WebhookMessage | undefined
  /** Sends due messages: at the start, and whenever some were stored. */
  wake(): void
  /** Lets messages under way arrive for a moment; the others are sent after the next start. */
  close(): Promise<void>
}

/** So long a daemon that stops waits for receivers. */
const LAST_POSTS_MS = 1000

/**
 * @param config with the state folder as an absolute path
 * @param secrets gets the secret that the daemon has made itself
 * @param now the clock of executions, in epoch milliseconds
 * @param onFailure called with each failed attempt; `isLast`: the message is given up
 */
export async function openWebhooks(
  config: Config,
  store: Store,
  log: Logger,
  secrets: Pick<Secrets, 'add'>,
  now: () => number,
  onFailure: (isLast: boolean) => void = () => {},
): Promise<Webhooks> {
  const { webhookUrl } = config
  const hosts = webhookHosts(config)
  const ownHost = operatorHost(config)
  const learnt = (secret: string) => {
    secrets.add(signingSecrets(secret))
    return secret
  }
  const { sharing } = store
  const made = () =>
    sharing?.secret(WEBHOOK_SECRET, newSecret) ?? Promise.resolve(keptSecret(config.stateDir))
  const secret = config.webhookSecret ?? learnt(await made())
  const post = poster(hosts, secret)
  // A host that the operator posts to may have other paths, which no caller is to reach.
  const postOwn = ownHost === undefined ? post : poster(ownHost, secret)
  const sender = new WebhookSender({
    ...senderMachine(now),
    store,
    post: (message, signal) => (message.url === webhookUrl ? postOwn : post)(message, signal),
    keepMs: config.retention.keepMs,
    onFailure: ({ messageId, executionId, attempts }, why, isLast) => {
      log.warn(
        { messageId, executionId, attempts: attempts + 1, why },
        isLast ? 'webhook given up' : 'webhook not delivered',
      )
      onFailure(isLast)
    },
    onFault: error => log.error({ err: error }, 'webhooks failed'),
  })
  return {
    admit: url => {
      if (url !== webhookUrl) admitWebhook(hosts, url)
    },
    messageFor,
    wake: () => sender.wake(),
    close: () => sender.close(LAST_POSTS_MS),
  }
}

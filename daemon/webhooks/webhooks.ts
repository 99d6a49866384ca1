/** The webhooks of a daemon: which may be named, what is told there, and the sender. */

import type { Config } from '../config/config.ts'
import type { Logger } from '../log/log.ts'
import { signingSecrets } from '../redaction/known-secrets.ts'
import type { Secrets } from '../redaction/secrets.ts'
import type { Store, StoredEvent, WebhookMessage } from '../store/store.ts'
import { messageFor } from '../store/webhook-messages.ts'
import { poster } from './post.ts'
import { keptSecret } from './secret-file.ts'
import { admitWebhook, operatorHost, webhookHosts } from './webhook-guard.ts'
import { senderMachine, WebhookSender } from './webhook-sender.ts'

/** What the executions of a daemon need of them. */
export interface Webhooks {
  /** @throws {LatchdError} `INVALID_REQUEST` for a URL that is never posted to */
  admit(url: string): void
  /** The message to a webhook for an event; `undefined` when none is sent for it. */
  messageFor(url: string, event: StoredEvent): WebhookMessage | undefined
  /** Sends what is due: at the start, and whenever messages were kept. */
  wake(): void
  /** Lets messages under way arrive for a moment; the others are sent after the next start. */
  close(): Promise<void>
}

/** So long a daemon that stops waits for receivers. */
const LAST_POSTS_MS = 1000

/**
 * @param config with the folder of state as an absolute path
 * @param secrets told of a secret that the daemon has made itself
 * @param now the clock of executions, in epoch milliseconds
 * @param onFailure told of each attempt that failed; `isLast`: the message is given up
 */
export function openWebhooks(
  config: Config,
  store: Store,
  log: Logger,
  secrets: Pick<Secrets, 'add'>,
  now: () => number,
  onFailure: (isLast: boolean) => void = () => {},
): Webhooks {
  const { webhookUrl } = config
  const hosts = webhookHosts(config)
  const ownHost = operatorHost(config)
  const learnt = (secret: string) => {
    secrets.add(signingSecrets(secret))
    return secret
  }
  const secret = config.webhookSecret ?? learnt(keptSecret(config.stateDir))
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

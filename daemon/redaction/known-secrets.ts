/** The secrets that a daemon is started with. */

import type { Config } from '../config/config.ts'
import { mcpServerSecrets } from '../config/mcp-servers.ts'
import { tokenSecrets } from '../config/token-list.ts'
import { urlTokens } from '../config/url-secrets.ts'
import { SECRET_PREFIX } from '../config/webhook-secret-prefix.ts'
import type { Variables } from '../config/written-value.ts'

/**
 * Variables whose values count as secrets, by a word in their names. Not all variables: a home
 * folder or a locale that many errors name would be hidden too.
 */
const secretName =
  /(?:KEY|SECRETS?|TOKENS?|PASS|PASSWD|PASSWORD|PASSPHRASE|PWD|CREDENTIALS?|AUTH|AUTHORIZATION|COOKIE|DSN)(?:_|$)/i

/**
 * Of these variables the value is the place of a secret, not the secret; `PWD` of shells is a
 * folder.
 */
const placeName = /^(?:OLD)?PWD$|_(?:FILE|PATH|DIR|DIRECTORY|SOCK|SOCKET|URL|HOST|PORT|USER|NAME)$/i

/** Values of the configuration and of the environment that must not leave the host. */
export function knownSecrets(config: Config, env: Variables): string[] {
  const { token, tokens, webhookSecret, webhookUrl, modelApiKey, databaseUrl } = config
  const found = [token, modelApiKey].filter(secret => secret !== undefined)
  found.push(...tokenSecrets(tokens))
  if (webhookSecret !== undefined) found.push(...signingSecrets(webhookSecret))
  if (databaseUrl !== undefined) found.push(...passwordOf(databaseUrl))
  if (webhookUrl !== undefined) found.push(...urlTokens(webhookUrl))
  found.push(...sourceSecrets(config))
  found.push(...secretVariables(Object.entries(env)))
  return found
}

/** Of them those of servers and documents. */
export function sourceSecrets({
  mcpServers,
  httpTools,
  openapi,
}: Pick<Config, 'mcpServers' | 'httpTools' | 'openapi'>): string[] {
  const ofServers = mcpServers.flatMap(({ transport }) =>
    transport.kind === 'stdio' ? Object.entries(transport.env) : [],
  )
  return [
    ...mcpServerSecrets(mcpServers),
    ...[...httpTools, ...openapi].flatMap(({ secrets }) => secrets),
    ...secretVariables(ofServers),
  ]
}

function secretVariables(variables: readonly (readonly [string, string | undefined])[]): string[] {
  const found: string[] = []
  for (const [name, value] of variables) {
    if (value === undefined) continue
    if (secretName.test(name) && !placeName.test(name)) found.push(value)
    found.push(...passwordOf(value))
  }
  return found
}

/** The password of a URL such as `postgres://user:password@host/base`, as written and decoded. */
function passwordOf(value: string): string[] {
  const url = value.includes('://') ? URL.parse(value) : null
  if (url === null || url.password === '') return []
  try {
    return [url.password, decodeURIComponent(url.password)]
  } catch {
    // A percent sign that does not begin an escape stays as it is.
    return [url.password]
  }
}

/** The signing secret of webhooks, as written and as the key that it encodes. */
export function signingSecrets(secret: string): string[] {
  const key = secret.startsWith(SECRET_PREFIX) ? [secret.slice(SECRET_PREFIX.length)] : []
  return [secret, ...key]
}

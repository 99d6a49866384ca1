/** How the daemon gets its tokens for servers by HTTP: by credentials, or by a login of a person. */

import {
  ClientCredentialsProvider,
  type OAuthClientMetadata,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  type StoredOAuthClientInformation,
  type StoredOAuthTokens,
} from '@modelcontextprotocol/client'
import type { OAuthFile } from './oauth-file.ts'
import type { OAuthSetting } from './server-setting.ts'

/** Tokens for a server. */
export interface ServerTokens {
  readonly provider: OAuthClientProvider
  /** Whether there are any; else a person has to log in first. */
  isLoggedIn(): Promise<boolean>
}

/**
 * The tokens of a server.
 *
 * @param name of the server, for the message that asks for a login
 * @param onSecrets called with tokens, which must not leave the host
 */
export function serverTokens(
  name: string,
  oauth: OAuthSetting,
  file: OAuthFile,
  onSecrets: (secrets: readonly string[]) => void,
): ServerTokens {
  if (oauth.grant === 'client_credentials') {
    return { provider: new Credentials(oauth, onSecrets), isLoggedIn: async () => true }
  }
  const provider = new LoginProvider(oauth, file, onSecrets, () => {
    throw new Error(loginNeeded(name))
  })
  return { provider, isLoggedIn: async () => (await provider.tokens()) !== undefined }
}

/** What a server without a login says. */
export const loginNeeded = (name: string): string =>
  `it wants a login: run latchd mcp login ${name}`

const secretsOf = ({ access_token, refresh_token }: StoredOAuthTokens): string[] =>
  refresh_token === undefined ? [access_token] : [access_token, refresh_token]

/** Tokens for an application; in memory, since they are to be had again. */
class Credentials extends ClientCredentialsProvider {
  #onSecrets: (secrets: readonly string[]) => void
  #tokens: StoredOAuthTokens | undefined

  constructor(
    { clientId = '', clientSecret = '', scope, issuer = '' }: OAuthSetting,
    onSecrets: (secrets: readonly string[]) => void,
  ) {
    super({
      ...{ clientId, clientSecret, expectedIssuer: issuer, clientName: 'latchd' },
      ...(scope !== undefined && { scope }),
    })
    this.#onSecrets = onSecrets
  }

  override tokens(): StoredOAuthTokens | undefined {
    return this.#tokens
  }

  override saveTokens(tokens: StoredOAuthTokens): void {
    this.#onSecrets(secretsOf(tokens))
    this.#tokens = tokens
  }

  /** The credentials are the operator's, and stay. */
  invalidateCredentials(): void {
    this.#tokens = undefined
  }
}

/** Tokens that a person has given by a login, and that are renewed here. */
export class LoginProvider implements OAuthClientProvider {
  readonly redirectUrl: string
  /** Absent: no answer to this login can be mistaken for that of another. */
  state?: () => string
  #oauth: OAuthSetting
  #file: OAuthFile
  #onSecrets: (secrets: readonly string[]) => void
  #onRedirect: (url: URL) => void
  #verifier = ''
  #discovery: OAuthDiscoveryState | undefined

  /**
   * @param onRedirect called with the address at which a person logs in
   * @param redirectUrl where the browser is sent then; absent: nothing listens there
   */
  constructor(
    oauth: OAuthSetting,
    file: OAuthFile,
    onSecrets: (secrets: readonly string[]) => void,
    onRedirect: (url: URL) => void,
    redirectUrl = 'http://127.0.0.1/callback',
  ) {
    this.#oauth = oauth
    this.#file = file
    this.#onSecrets = onSecrets
    this.#onRedirect = onRedirect
    this.redirectUrl = redirectUrl
  }

  get clientMetadata(): OAuthClientMetadata {
    const { scope, clientSecret } = this.#oauth
    return {
      client_name: 'latchd',
      redirect_uris: [this.redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: clientSecret === undefined ? 'none' : 'client_secret_basic',
      ...(scope !== undefined && { scope }),
    }
  }

  async clientInformation(): Promise<StoredOAuthClientInformation | undefined> {
    const { clientId, clientSecret, issuer } = this.#oauth
    if (clientId === undefined) return (await this.#file.read()).client
    return {
      client_id: clientId,
      ...(clientSecret !== undefined && { client_secret: clientSecret }),
      ...(issuer !== undefined && { issuer }),
    }
  }

  async saveClientInformation(client: StoredOAuthClientInformation): Promise<void> {
    await this.#file.change({ client })
  }

  async tokens(): Promise<StoredOAuthTokens | undefined> {
    const { tokens } = await this.#file.read()
    if (tokens !== undefined) this.#onSecrets(secretsOf(tokens))
    return tokens
  }

  async saveTokens(tokens: StoredOAuthTokens): Promise<void> {
    this.#onSecrets(secretsOf(tokens))
    await this.#file.change({ tokens })
  }

  redirectToAuthorization(url: URL): void {
    this.#onRedirect(url)
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier
  }

  codeVerifier(): string {
    return this.#verifier
  }

  saveDiscoveryState(discovery: OAuthDiscoveryState): void {
    this.#discovery = discovery
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#discovery
  }

  async invalidateCredentials(scope: 'all' | 'client' | 'tokens' | 'verifier' | 'discovery') {
    if (scope === 'all') await this.#file.remove()
    if (scope === 'client') await this.#file.change({ client: undefined })
    if (scope === 'discovery') this.#discovery = undefined
    if (scope === 'tokens') await this.#file.change({ tokens: undefined })
  }
}

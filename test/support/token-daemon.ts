/** A daemon of a test's own with tokens: their names are their secrets, twice. */

import type { Test } from 'tap'
import { loadConfig } from '../../daemon/config/config.ts'
import { type Daemon, startDaemon } from '../../daemon/start-daemon.ts'
import { testSettings } from './daemon.ts'

/** A token as the configuration file has it, without its secret. */
export interface TestToken {
  readonly name: string
  readonly scopes?: readonly string[]
  readonly tools?: readonly string[]
  readonly limits?: Readonly<Record<string, number>>
}

/** Starts a daemon; `as(name)` gives the headers of a token. */
export async function tokenDaemon(
  t: Test,
  tokens: readonly TestToken[],
  env: Record<string, string> = {},
): Promise<Daemon> {
  const daemon = await startDaemon(readTokens(t, tokens, env))
  t.teardown(() => daemon.close())
  return daemon
}

/** The configuration of such a daemon. */
export function readTokens(
  t: Test,
  tokens: readonly TestToken[],
  env: Record<string, string> = {},
) {
  const withSecrets = tokens.map(token => ({ ...token, secret: secretOf(token.name) }))
  return loadConfig({
    flags: {},
    env: testSettings(t, { LATCHD_CONFIG: '/tokens.json', ...env }),
    readFile: path =>
      path === '/tokens.json' ? JSON.stringify({ tokens: withSecrets }) : undefined,
    cwd: import.meta.dirname,
  })
}

export const secretOf = (name: string) => `${name}-${name}`

/** The headers that show a token. */
export const as = (name: string) => ({ authorization: `Bearer ${secretOf(name)}` })

/** Bearer tokens as they are configured: in one line of text, or as a list in the file. */

import { resolve } from 'node:path'
import { z } from 'zod'
import { digestOf, isWrittenDigest } from '../auth/secret-digest.ts'
import { TokenLimits, tokenLimitNames } from '../auth/token-limits.ts'
import { scopes, type TokenSetting } from '../auth/tokens.ts'
import { MASK } from './mask.ts'
import { PolicyRules, policyText } from './tool-policy.ts'
import {
  listFromText,
  type ParseResult,
  type Place,
  secretSchema,
  type ValueKind,
} from './value-kind.ts'

/** The form of a token's name. */
export const TOKEN_NAME = /^[A-Za-z0-9._-]+$/

const name = z.string().regex(TOKEN_NAME)

const WrittenToken = z
  .strictObject({
    name,
    secret: secretSchema.optional(),
    secretFile: z.string().min(1).optional(),
    scopes: z.array(z.enum(scopes)).min(1).optional(),
    tools: z.array(z.string().min(1)).optional(),
    policy: PolicyRules.optional(),
    limits: TokenLimits.optional(),
  })
  .refine(token => (token.secret === undefined) !== (token.secretFile === undefined))
type WrittenToken = z.infer<typeof WrittenToken>

/** The allowed values of each part of a token, by its name. */
const allowedParts: Record<string, string> = {
  name: 'a name of letters, digits, ".", "_" and "-"',
  secret: 'a secret of visible ASCII characters',
  secretFile: 'the path of a file that holds the secret',
  scopes: `a list out of ${scopes.join(', ')}`,
  tools: 'a list of tool names, * for any text',
  policy: policyText,
  limits: `an object of ${tokenLimitNames.join(', ')}, each a whole number from 1`,
}

const allowedText = `name:secret or name:secret:scope+scope, separated by commas, scopes out of ${scopes.join(', ')}`
const allowedToken = `an object of ${Object.keys(allowedParts).join(', ')}, with a name and one of secret and secretFile`
const allowedList =
  'a list of tokens, or as text name:secret[:scope+scope] separated by commas, with names and secrets used once'

/** Stored apart from the tokens, since the configuration is shown and compared. */
const secrets = new WeakMap<TokenSetting, string>()

/** The secrets of tokens, for redaction; the secret of a `sha256:` digest is unknown. */
export function tokenSecrets(tokens: readonly TokenSetting[]): string[] {
  return tokens.flatMap(token => secrets.get(token) ?? [])
}

/** A random secret of this length cannot be guessed over a network. */
export const MIN_SECRET_BYTES = 16

/** A token whose secret is too short for callers on other machines. */
export function shortSecret(tokens: readonly TokenSetting[]): TokenSetting | undefined {
  return tokens.find(token => {
    const secret = secrets.get(token)
    return secret !== undefined && secret.length < MIN_SECRET_BYTES
  })
}

/** The tokens; empty when the daemon has none. */
export const tokenList: ValueKind<readonly TokenSetting[]> = {
  fromText: text => listFromText(text).map(tokenFromText),
  read(written, place) {
    // An empty list would open the daemon, and its author meant to close it.
    const read = z.array(WrittenToken).min(1).safeParse(written)
    if (!read.success) return refusal(read.error.issues[0], written)
    const tokens: TokenSetting[] = []
    for (const [index, token] of read.data.entries()) {
      const secret = secretOf(token, place)
      if (!secret.ok) return { ...secret, path: [index, ...secret.path] }
      const { name, tools, policy, limits = {} } = token
      const digest = digestOf(secret.value)
      const setting = {
        ...{ name, digest, scopes: [...new Set(token.scopes ?? scopes)], tools, limits },
        ...(policy && { policy }),
      }
      if (!isWrittenDigest(secret.value)) secrets.set(setting, secret.value)
      tokens.push(setting)
    }
    const isUnique = (key: 'name' | 'digest') =>
      new Set(tokens.map(t => t[key])).size === tokens.length
    if (isUnique('name') && isUnique('digest')) return { ok: true, value: tokens }
    return { ok: false, path: [], allowed: allowedList }
  },
  show: tokens =>
    tokens.map(({ name, scopes, tools, policy, limits }) => {
      const only = tools === undefined ? '' : ` (tools ${tools.join(' ') || 'none'})`
      const rules = policy?.map(({ tools, action }) => ` (${action} ${tools.join(' ')})`) ?? []
      const most = Object.entries(limits).map(([limit, value]) => ` (${limit} ${value})`)
      return `${name}:${MASK}:${scopes.join('+')}${only}${rules.join('')}${most.join('')}`
    }),
  // A part with an unknown name may be a misspelt secret.
  isSecret: ([, part]) => part === 'secret' || allowedPart(part) === undefined,
}

/**
 * Reads `name:secret[:scope+scope]`. Other text is returned unchanged, which is not a valid token:
 * then nothing of it is shown, since a secret may hold a colon.
 */
function tokenFromText(text: string): unknown {
  const [name, secret, scopesText, ...more] = text.split(':')
  if (secret === undefined || more.length > 0) return text
  if (scopesText === undefined) return { name, secret }
  const given = scopesText.split('+')
  return given.every(scope => (scopes as readonly string[]).includes(scope))
    ? { name, secret, scopes: given }
    : text
}

function secretOf({ secret, secretFile }: WrittenToken, place: Place): ParseResult<string> {
  if (secretFile === undefined) return { ok: true, value: secret as string }
  const refused = { ok: false, path: ['secretFile'] } as const
  let text: string | undefined
  try {
    text = place.readFile(resolve(place.folder, secretFile))
  } catch {
    // Which fault it was is between the daemon and its machine: a file that can be read is expected.
    text = undefined
  }
  if (text === undefined) return { ...refused, allowed: 'the path of a file that can be read' }
  const read = secretSchema.safeParse(text.trim())
  if (read.success) return { ok: true, value: read.data }
  return { ...refused, allowed: 'the path of a file that holds nothing but the secret' }
}

function refusal(issue: z.core.$ZodIssue | undefined, written: unknown): ParseResult<never> {
  const path = issue?.path ?? []
  const [index, part] = path
  if (typeof index !== 'number') return { ok: false, path: [], allowed: allowedList }
  if (issue?.code === 'unrecognized_keys' && part === undefined) {
    return { ok: false, path: [index, issue.keys[0] as string], allowed: allowedToken }
  }
  const isText = typeof (written as unknown[])[index] === 'string'
  return { ok: false, path, allowed: allowedPart(part) ?? (isText ? allowedText : allowedToken) }
}

function allowedPart(part: PropertyKey | undefined): string | undefined {
  return typeof part === 'string' && Object.hasOwn(allowedParts, part)
    ? allowedParts[part]
    : undefined
}

/** Servers of the Model Context Protocol as they are configured, in the shape that other hosts have. */

import { resolve } from 'node:path'
import { z } from 'zod'
import type {
  HttpServer,
  McpServerSetting,
  OAuthSetting,
  StdioServer,
} from '../mcp/client/server-setting.ts'
import { callBounds, callBoundTexts, DEFAULT_CONCURRENT_CALLS } from './call-bounds.ts'
import { entryRefusal, namedEntries, SOURCE_NAME } from './named-entries.ts'
import {
  HeaderTexts,
  isPlainHttpUrl,
  maskedTexts,
  ReferenceResolver,
} from './reference-resolver.ts'
import { PolicyRules, policyText } from './tool-policy.ts'
import type { ParseResult, Place, ValueKind } from './value-kind.ts'

const common = {
  tools: z
    .strictObject({
      include: z.array(z.string().min(1)).optional(),
      exclude: z.array(z.string().min(1)).optional(),
    })
    .optional(),
  policy: PolicyRules.optional(),
  ...callBounds,
}

const Stdio = z.strictObject({
  type: z.literal('stdio').optional(),
  command: z.string().min(1),
  args: z.array(z.string()).optional(),
  env: z.record(z.string().regex(/^[^=\0]+$/), z.string()).optional(),
  cwd: z.string().min(1).optional(),
  ...common,
})
const OAuth = z
  .strictObject({
    grant: z.enum(['client_credentials', 'authorization_code']).optional(),
    clientId: z.string().min(1).optional(),
    clientSecret: z.string().min(1).optional(),
    scope: z.string().min(1).optional(),
    issuer: z.url({ protocol: /^https?$/ }).optional(),
    redirectPort: z.int().min(1).max(65_535).optional(),
  })
  .refine(({ grant, clientId, clientSecret, issuer }) =>
    grant === 'client_credentials'
      ? // Without an issuer the server would say who gets the secret.
        clientId !== undefined && clientSecret !== undefined && issuer !== undefined
      : clientSecret === undefined || clientId !== undefined,
  )
const Http = z.strictObject({
  type: z.enum(['http', 'streamable-http']).optional(),
  url: z.string().min(1),
  headers: HeaderTexts.optional(),
  oauth: OAuth.optional(),
  ...common,
})
type Written = z.infer<typeof Stdio> | z.infer<typeof Http>

/** The expected form of each part, for messages. */
const allowedParts: Record<string, string> = {
  type: '"stdio" with a command, "http" with a url, or nothing',
  command: 'the name or the path of a program',
  args: 'a list of texts',
  env: 'an object of texts, each a variable of the server',
  cwd: 'the path of a folder',
  url: 'an http or https URL without credentials',
  headers: 'an object of texts, each a header of every request',
  oauth:
    'an object of grant (authorization_code, or client_credentials with clientId, clientSecret and issuer), clientId, clientSecret, scope, issuer and redirectPort',
  tools: 'an object of include and exclude, each a list of patterns of names, * for any text',
  policy: policyText,
  ...callBoundTexts,
}
const allowedServer = `an object of ${Object.keys(allowedParts).join(', ')}, with one of command and url`
const allowedServers =
  'an object of servers by name, names of letters, digits, "_" and "-" (at most 64)'

/** How a server was written, for people; and its secrets. Apart, since settings are compared. */
const facts = new WeakMap<McpServerSetting, { written: Written; secrets: readonly string[] }>()

/** Texts that must not leave the host: values of headers, and of files that settings refer to. */
export function mcpServerSecrets(servers: readonly McpServerSetting[]): string[] {
  return servers.flatMap(server => facts.get(server)?.secrets ?? [])
}

/** Servers by their names. */
export const mcpServerList: ValueKind<readonly McpServerSetting[]> = namedEntries({
  allowed: allowedServers,
  isName: name => SOURCE_NAME.test(name),
  read: readServer,
  show: server => shown(facts.get(server)?.written),
  // A part with an unknown name may be a misspelt one that holds a secret.
  isSecretPart: part =>
    ['env', 'headers', 'args', 'url', 'oauth'].includes(part as string) ||
    !Object.hasOwn(allowedParts, part),
})

function readServer(name: string, one: unknown, place: Place): ParseResult<McpServerSetting> {
  const isHttp = typeof one === 'object' && one !== null && 'url' in one
  const read = (isHttp ? Http : Stdio).safeParse(one)
  if (!read.success) return entryRefusal(read.error, allowedParts, allowedServer)
  const resolver = new ReferenceResolver(place)
  const transport =
    'url' in read.data ? httpOf(read.data, resolver) : stdioOf(read.data, resolver, place)
  if (resolver.refused !== undefined) return resolver.refused
  const { tools, policy = [], timeoutMs, maxConcurrentCalls } = read.data
  const setting: McpServerSetting = {
    name,
    transport,
    include: tools?.include,
    exclude: tools?.exclude ?? [],
    policy,
    timeoutMs,
    maxConcurrentCalls: maxConcurrentCalls ?? DEFAULT_CONCURRENT_CALLS,
  }
  facts.set(setting, { written: read.data, secrets: resolver.secrets })
  return { ok: true, value: setting }
}

function stdioOf(
  written: z.infer<typeof Stdio>,
  resolver: ReferenceResolver,
  place: Place,
): StdioServer {
  const { command, args = [], env = {}, cwd } = written
  return {
    kind: 'stdio',
    command: resolver.text(command, ['command']),
    args: args.map((arg, at) => resolver.text(arg, ['args', at])),
    env: resolver.record(env, 'env'),
    cwd: resolve(place.folder, cwd === undefined ? '.' : resolver.text(cwd, ['cwd'])),
  }
}

function httpOf(
  { url: written, headers = {}, oauth }: z.infer<typeof Http>,
  resolver: ReferenceResolver,
): HttpServer {
  const url = resolver.text(written, ['url'])
  if (!isPlainHttpUrl(url)) resolver.refuse(['url'], allowedParts.url as string)
  const sent = resolver.headers(headers)
  return { kind: 'http', url, headers: sent, ...(oauth && { oauth: oauthOf(oauth, resolver) }) }
}

function oauthOf(
  { grant = 'authorization_code', ...written }: z.infer<typeof OAuth>,
  resolver: ReferenceResolver,
): OAuthSetting {
  const { clientId, clientSecret, scope, issuer, redirectPort } = written
  const text = (part: string, given: string | undefined) =>
    given === undefined ? {} : { [part]: resolver.text(given, ['oauth', part]) }
  const setting: OAuthSetting = {
    grant,
    ...text('clientId', clientId),
    ...text('clientSecret', clientSecret),
    ...(scope !== undefined && { scope }),
    ...(issuer !== undefined && { issuer }),
    ...(redirectPort !== undefined && { redirectPort }),
  }
  if (setting.clientSecret !== undefined) resolver.secrets.push(setting.clientSecret)
  return setting
}

/** A server as people see it: values of its environment and its headers only as references. */
function shown(written: Written | undefined): unknown {
  if (written === undefined) return null
  if ('url' in written)
    return {
      ...written,
      ...(written.headers && { headers: maskedTexts(written.headers) }),
      ...(written.oauth && { oauth: maskedSecret(written.oauth) }),
    }
  return { ...written, ...(written.env && { env: maskedTexts(written.env) }) }
}

function maskedSecret({ clientSecret, ...rest }: z.infer<typeof OAuth>): object {
  return clientSecret === undefined ? rest : { ...rest, ...maskedTexts({ clientSecret }) }
}

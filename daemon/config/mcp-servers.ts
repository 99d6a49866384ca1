/** Servers of the Model Context Protocol as they are configured, in the shape that other hosts have. */

import { resolve } from 'node:path'
import { z } from 'zod'
import type { HttpServer, McpServerSetting, StdioServer } from '../mcp/client/server-setting.ts'
import { jsonFromText } from './json-text.ts'
import { isReference, resolveReferences } from './references.ts'
import { PolicyRules, policyText } from './tool-policy.ts'
import { MASK, type ParseResult, type Place, type ValueKind } from './value-kind.ts'

/** Calls of one server at once when its setting says nothing. */
const DEFAULT_CONCURRENT_CALLS = 16
const MAX_CONCURRENT_CALLS = 256
/** 30 days, as the longest `callMs`. */
const MAX_TIMEOUT_MS = 30 * 86_400_000
/** Names of servers begin the names of their tools, and a dot ends them there. */
const SERVER_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

const common = {
  tools: z
    .strictObject({
      include: z.array(z.string().min(1)).optional(),
      exclude: z.array(z.string().min(1)).optional(),
    })
    .optional(),
  policy: PolicyRules.optional(),
  timeoutMs: z.int().min(1).max(MAX_TIMEOUT_MS).optional(),
  maxConcurrentCalls: z.int().min(1).max(MAX_CONCURRENT_CALLS).optional(),
}

const Stdio = z.strictObject({
  type: z.literal('stdio').optional(),
  command: z.string().min(1),
  args: z.array(z.string()).optional(),
  env: z.record(z.string().regex(/^[^=\0]+$/), z.string()).optional(),
  cwd: z.string().min(1).optional(),
  ...common,
})
const Http = z.strictObject({
  type: z.enum(['http', 'streamable-http']).optional(),
  url: z.string().min(1),
  headers: z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), z.string()).optional(),
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
  tools: 'an object of include and exclude, each a list of patterns of names, * for any text',
  policy: policyText,
  timeoutMs: `a whole number from 1 to ${MAX_TIMEOUT_MS}`,
  maxConcurrentCalls: `a whole number from 1 to ${MAX_CONCURRENT_CALLS}`,
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
export const mcpServerList: ValueKind<readonly McpServerSetting[]> = {
  fromText: jsonFromText,
  read(written, place) {
    const record = z.record(z.string(), z.unknown()).safeParse(written)
    if (!record.success) return { ok: false, path: [], allowed: allowedServers }
    const servers: McpServerSetting[] = []
    for (const [name, one] of Object.entries(record.data)) {
      if (!SERVER_NAME.test(name)) return { ok: false, path: [name], allowed: allowedServers }
      const read = readServer(name, one, place)
      if (!read.ok) return { ...read, path: [name, ...read.path] }
      servers.push(read.value)
    }
    return { ok: true, value: servers }
  },
  show: servers =>
    Object.fromEntries(servers.map(server => [server.name, shown(facts.get(server)?.written)])),
  // A part with an unknown name may be a misspelt one that holds a secret.
  isSecret: ([, part]) =>
    part === 'env' ||
    part === 'headers' ||
    part === 'args' ||
    part === 'url' ||
    (part !== undefined && !Object.hasOwn(allowedParts, part)),
}

function readServer(name: string, one: unknown, place: Place): ParseResult<McpServerSetting> {
  const isHttp = typeof one === 'object' && one !== null && 'url' in one
  const read = (isHttp ? Http : Stdio).safeParse(one)
  if (!read.success) return refusal(read.error.issues[0])
  const resolver = new Resolver(place)
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

function stdioOf(written: z.infer<typeof Stdio>, resolver: Resolver, place: Place): StdioServer {
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
  { url: written, headers = {} }: z.infer<typeof Http>,
  resolver: Resolver,
): HttpServer {
  const url = resolver.text(written, ['url'])
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.username !== '') {
    resolver.refuse(['url'], allowedParts.url as string)
  }
  const sent = resolver.record(headers, 'headers')
  for (const [name, value] of Object.entries(sent)) {
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      resolver.refuse(['headers', name], 'a text that a header can hold')
    }
    resolver.secrets.push(value, ...value.split(' ').slice(1))
  }
  return { kind: 'http', url, headers: sent }
}

/** Resolves the references of one server. */
class Resolver {
  readonly secrets: string[] = []
  refused: Extract<ParseResult<never>, { ok: false }> | undefined
  #place: Place

  constructor(place: Place) {
    this.#place = place
  }

  refuse(path: readonly PropertyKey[], allowed: string): void {
    this.refused ??= { ok: false, path, allowed }
  }

  text(written: string, path: readonly PropertyKey[]): string {
    const resolved = resolveReferences(written, this.#place)
    if (!resolved.ok) {
      this.refuse(path, resolved.allowed)
      return ''
    }
    this.secrets.push(...resolved.fromFiles)
    return resolved.text
  }

  record(written: Readonly<Record<string, string>>, part: string): Record<string, string> {
    return Object.fromEntries(
      Object.entries(written).map(([name, text]) => [name, this.text(text, [part, name])]),
    )
  }
}

function refusal(issue: z.core.$ZodIssue | undefined): ParseResult<never> {
  const path = issue?.path ?? []
  if (issue?.code === 'unrecognized_keys' && path.length === 0) {
    return { ok: false, path: [issue.keys[0] as string], allowed: allowedServer }
  }
  const [part] = path
  const known = typeof part === 'string' && Object.hasOwn(allowedParts, part)
  return { ok: false, path, allowed: (known && allowedParts[part]) || allowedServer }
}

/** A server as people see it: values of its environment and its headers only as references. */
function shown(written: Written | undefined): unknown {
  if (written === undefined) return null
  const masked = (texts: Readonly<Record<string, string>> | undefined) =>
    texts &&
    Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [name, isReference(text) ? text : MASK]),
    )
  if ('url' in written)
    return { ...written, ...(written.headers && { headers: masked(written.headers) }) }
  return { ...written, ...(written.env && { env: masked(written.env) }) }
}

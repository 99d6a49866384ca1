/** `openapi`: documents whose operations are tools, as they are configured. */

import { resolve } from 'node:path'
import { z } from 'zod'
import { isUrl } from '../http-tools/hosts.ts'
import type { OpenApiSetting, OverlayAction } from '../http-tools/setting.ts'
import { callBounds, callBoundTexts, DEFAULT_CONCURRENT_CALLS } from './call-bounds.ts'
import { allowedHosts, allowedHostsText } from './host-patterns.ts'
import { lowerCase } from './http-tools.ts'
import { entryRefusal, namedEntries, SOURCE_NAME } from './named-entries.ts'
import {
  HeaderTexts,
  isPlainHttpUrl,
  maskedTexts,
  ReferenceResolver,
} from './reference-resolver.ts'
import { PolicyRules, policyText } from './tool-policy.ts'
import type { ParseResult, Place, ValueKind } from './value-kind.ts'

const Patterns = z.array(z.string().min(1))
const Action = z
  .strictObject({
    target: z.string().startsWith('$'),
    description: z.string().optional(),
    update: z.unknown().optional(),
    remove: z.boolean().optional(),
  })
  .refine(action => action.remove === true || 'update' in action)

const Written = z.strictObject({
  document: z.string().min(1),
  server: z.string().min(1).optional(),
  serverVariables: z.record(z.string(), z.string()).optional(),
  headers: HeaderTexts.optional(),
  operations: z
    .strictObject({ include: Patterns.optional(), exclude: Patterns.optional() })
    .optional(),
  overlays: z.array(Action).optional(),
  policy: PolicyRules.optional(),
  allow: allowedHosts.optional(),
  ...callBounds,
})
type WrittenDocument = z.infer<typeof Written>

/** The expected form of each part, for messages. */
const allowedParts: Record<string, string> = {
  document: 'a path, or an http or https URL without credentials',
  server: 'an http or https URL without credentials',
  serverVariables: 'an object of texts, each the value of a variable in the servers',
  headers: 'an object of texts, each a header of every request',
  operations:
    'an object of include and exclude, each a list of patterns of names, or of "METHOD /path"',
  overlays:
    'a list of actions as OpenAPI Overlay 1.0 has them: {target: JSONPath, update} or {target: JSONPath, remove: true}',
  policy: policyText,
  allow: allowedHostsText,
  ...callBoundTexts,
}
const allowedDocument = `an object of ${Object.keys(allowedParts).join(', ')}, with a document`
const allowedDocuments =
  'an object of documents by name, names of letters, digits, "_" and "-" (at most 64)'

/** How a document was written, for people. Apart, since settings are compared. */
const written = new WeakMap<OpenApiSetting, WrittenDocument>()

/** Documents by their names. */
export const openApiList: ValueKind<readonly OpenApiSetting[]> = namedEntries({
  allowed: allowedDocuments,
  isName: name => SOURCE_NAME.test(name),
  read: readDocument,
  show: document => shown(written.get(document)),
  // A part with an unknown name may be a misspelt one that holds a secret.
  isSecretPart: part =>
    ['headers', 'document', 'server'].includes(part as string) ||
    !Object.hasOwn(allowedParts, part),
})

function readDocument(name: string, one: unknown, place: Place): ParseResult<OpenApiSetting> {
  const read = Written.safeParse(one)
  if (!read.success) return entryRefusal(read.error, allowedParts, allowedDocument)
  const { operations, serverVariables = {}, overlays = [], headers = {}, policy = [] } = read.data
  const { timeoutMs, maxConcurrentCalls = DEFAULT_CONCURRENT_CALLS } = read.data
  const resolver = new ReferenceResolver(place)
  const document = documentOf(read.data.document, resolver, place)
  const server = read.data.server === undefined ? undefined : serverOf(read.data.server, resolver)
  const setting: OpenApiSetting = {
    ...{ name, document, server, policy, timeoutMs, maxConcurrentCalls },
    serverVariables: resolver.record(serverVariables, 'serverVariables'),
    headers: lowerCase(resolver.headers(headers)),
    include: operations?.include,
    exclude: operations?.exclude ?? [],
    overlays: overlays.map(
      ({ target, update, remove }): OverlayAction => ({
        target,
        ...(update !== undefined && { update }),
        ...(remove === true && { remove }),
      }),
    ),
    allow: read.data.allow ?? [],
    secrets: resolver.secrets,
  }
  if (resolver.refused !== undefined) return resolver.refused
  written.set(setting, read.data)
  return { ok: true, value: setting }
}

function documentOf(text: string, resolver: ReferenceResolver, place: Place): string {
  const document = resolver.text(text, ['document'])
  if (!isUrl(document)) return resolve(place.folder, document)
  if (!isPlainHttpUrl(document)) resolver.refuse(['document'], allowedParts.document as string)
  return document
}

function serverOf(text: string, resolver: ReferenceResolver): string {
  const server = resolver.text(text, ['server'])
  if (!isPlainHttpUrl(server) || /[{}?#]/.test(server)) {
    resolver.refuse(['server'], allowedParts.server as string)
  }
  return server
}

function shown(document: WrittenDocument | undefined): unknown {
  if (document === undefined) return null
  return { ...document, ...(document.headers && { headers: maskedTexts(document.headers) }) }
}

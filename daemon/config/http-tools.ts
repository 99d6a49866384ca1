/** `httpTools`: single requests as tools, as they are configured. */

import { z } from 'zod'
import { isRecord } from '../../protocol/base/predicates.ts'
import { standardName } from '../../protocol/tool/identifier.ts'
import { type HttpMethod, httpMethods, pathParameters } from '../http-tools/operation.ts'
import type { HttpToolSetting } from '../http-tools/setting.ts'
import { callBounds, callBoundTexts, DEFAULT_CONCURRENT_CALLS } from './call-bounds.ts'
import { allowedHosts, allowedHostsText } from './host-patterns.ts'
import { entryRefusal, namedEntries, SOURCE_NAME } from './named-entries.ts'
import {
  HeaderTexts,
  isPlainHttpUrl,
  maskedTexts,
  ReferenceResolver,
} from './reference-resolver.ts'
import type { ParseResult, Place, ValueKind } from './value-kind.ts'

const Schema = z.record(z.string(), z.unknown())
const Method = z
  .string()
  .transform(text => text.toUpperCase())
  .pipe(z.enum(httpMethods))

const Written = z.strictObject({
  description: z.string().min(1),
  method: Method,
  url: z.string().min(1),
  headers: HeaderTexts.optional(),
  inputSchema: Schema.optional(),
  outputSchema: Schema.optional(),
  annotations: z
    .strictObject({
      readOnly: z.boolean().optional(),
      destructive: z.boolean().optional(),
      idempotent: z.boolean().optional(),
    })
    .optional(),
  allow: allowedHosts.optional(),
  ...callBounds,
})
type WrittenTool = z.infer<typeof Written>

/** The expected form of each part, for messages. */
const allowedParts: Record<string, string> = {
  description: 'a text that says what the tool does',
  method: `one of ${httpMethods.join(', ')}`,
  url: 'an http or https URL without credentials; {name} in its path is a property of inputSchema',
  headers: 'an object of texts, each a header of every request',
  inputSchema: 'a JSON Schema of an object with properties',
  outputSchema: 'a JSON Schema',
  annotations: 'an object of readOnly, destructive and idempotent, each true or false',
  allow: allowedHostsText,
  ...callBoundTexts,
}
const allowedTool = `an object of ${Object.keys(allowedParts).join(', ')}`
const allowedTools =
  'an object of tools by name, names of letters, digits, "_" and "-" (at most 64) that are no standard global'

/** How a tool was written, for people. Apart, since settings are compared. */
const written = new WeakMap<HttpToolSetting, WrittenTool>()

/** Tools by their names. */
export const httpToolList: ValueKind<readonly HttpToolSetting[]> = namedEntries({
  allowed: allowedTools,
  isName: name => SOURCE_NAME.test(name) && standardName(name) === undefined,
  read: readTool,
  show: tool => shown(written.get(tool)),
  // A part with an unknown name may be a misspelt one that holds a secret.
  isSecretPart: part => part === 'headers' || part === 'url' || !Object.hasOwn(allowedParts, part),
})

function readTool(name: string, one: unknown, place: Place): ParseResult<HttpToolSetting> {
  const read = Written.safeParse(one)
  if (!read.success) return entryRefusal(read.error, allowedParts, allowedTool)
  const {
    description,
    method,
    headers = {},
    outputSchema,
    annotations = {},
    allow = [],
  } = read.data
  const { timeoutMs, maxConcurrentCalls = DEFAULT_CONCURRENT_CALLS } = read.data
  const resolver = new ReferenceResolver(place)
  const url = urlOf(read.data.url, resolver)
  const inputSchema = schemaOf(read.data.inputSchema, url, method, resolver)
  const sent = resolver.headers(headers)
  if (resolver.refused !== undefined) return resolver.refused
  const setting: HttpToolSetting = {
    ...{ name, description, method, url, inputSchema, outputSchema, allow, timeoutMs },
    headers: lowerCase(sent),
    annotations: definedMarks(annotations),
    maxConcurrentCalls,
    secrets: resolver.secrets,
  }
  written.set(setting, read.data)
  return { ok: true, value: setting }
}

/** Names in lower case, as requests have them. */
export function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}

function definedMarks(annotations: NonNullable<WrittenTool['annotations']>) {
  return Object.fromEntries(Object.entries(annotations).filter(([, mark]) => mark !== undefined))
}

function urlOf(text: string, resolver: ReferenceResolver): string {
  const url = resolver.text(text, ['url'])
  const [beforePath = ''] = /^https?:\/\/[^/?#]*/i.exec(url) ?? []
  const isWhole = isPlainHttpUrl(url) && !/[{}]/.test(beforePath) && !/[?#].*\{/.test(url)
  if (!isWhole) resolver.refuse(['url'], allowedParts.url as string)
  return url
}

/** Without one the parameters of the path are texts. */
function schemaOf(
  schema: Record<string, unknown> | undefined,
  url: string,
  method: HttpMethod,
  resolver: ReferenceResolver,
): Record<string, unknown> {
  const inPath = pathParameters(url)
  if (schema === undefined) {
    const properties = Object.fromEntries(inPath.map(name => [name, { type: 'string' }]))
    return { type: 'object', properties, required: inPath, additionalProperties: false }
  }
  const properties = isRecord(schema.properties) ? schema.properties : {}
  const missing = inPath.find(name => !Object.hasOwn(properties, name))
  if (missing !== undefined) {
    resolver.refuse(['inputSchema'], `a property ${missing}, which the path of ${method} has`)
  }
  if (schema.type !== undefined && schema.type !== 'object') {
    resolver.refuse(['inputSchema', 'type'], '"object"')
  }
  return schema
}

function shown(tool: WrittenTool | undefined): unknown {
  if (tool === undefined) return null
  return { ...tool, ...(tool.headers && { headers: maskedTexts(tool.headers) }) }
}

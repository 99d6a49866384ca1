/** Kinds of configuration values: how one is read from text, checked, and shown. */

import { resolve } from 'node:path'
import { z } from 'zod'
import { MASK } from './mask.ts'
import { maskedUrl } from './url-secrets.ts'

/**
 * Reads a file as UTF-8; `undefined` when it does not exist.
 *
 * @throws {Error} Node's, for other faults
 */
export type ReadFile = (path: string) => string | undefined

/** Where a value was written: what its relative paths are relative to, and how to read files. */
export interface Place {
  readonly folder: string
  readonly readFile: ReadFile
  /** Variables that values may refer to; absent: none. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/** The part of a value that is not allowed; `allowed` completes "expected …". */
export interface Refused {
  readonly ok: false
  readonly path: readonly PropertyKey[]
  readonly allowed: string
}
/** A checked value, or the part of it that was refused. */
export type ParseResult<Value> = { readonly ok: true; readonly value: Value } | Refused

/** How values of one kind are read from text, checked and shown. */
export interface ValueKind<Value> {
  /**
   * The value as the configuration file would hold it. A text in another form goes to `read`
   * unchanged.
   */
  fromText(text: string): unknown
  /** Checks a value of the configuration file. */
  read(written: unknown, place: Place): ParseResult<Value>
  /** The value as people see it, secrets masked: text, a number or a list. */
  show(value: Value): unknown
  /** Whether a part of the written value must not be repeated in a message. */
  isSecret(path: readonly PropertyKey[]): boolean
}

interface KindOptions<Written, Value> {
  readonly schema: z.ZodType<Written>
  readonly allowed: string
  readonly fromText?: (text: string) => unknown
  readonly settle?: (written: Written, place: Place) => Value
}

/** A kind whose schema checks values and whose `settle` completes them, such as relative paths. */
export function valueKind<Written, Value = Written>({
  schema,
  allowed,
  fromText = text => text,
  settle = written => written as unknown as Value,
}: KindOptions<Written, Value>): ValueKind<Value> {
  return {
    fromText,
    read(written, place) {
      const read = schema.safeParse(written)
      if (read.success) return { ok: true, value: settle(read.data, place) }
      return { ok: false, path: read.error.issues[0]?.path ?? [], allowed }
    },
    show: value => value,
    isSecret: () => false,
  }
}

/** A whole number; both bounds are allowed. */
export function wholeNumber(min: number, max: number): ValueKind<number> {
  return valueKind({
    schema: z.int().min(min).max(max),
    allowed: `a whole number from ${min} to ${max}`,
    fromText: text => (/^\d+$/.test(text) ? Number(text) : text),
  })
}

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): ValueKind<Word> {
  return valueKind({ schema: z.enum(words), allowed: `one of ${words.join(', ')}` })
}

/** Any text that is not empty. */
export function anyText(allowed: string): ValueKind<string> {
  return valueKind({ schema: z.string().min(1), allowed })
}

/** {@link anyText} that is never shown. It travels in a header, so it has no spaces. */
export function secretText(allowed: string, schema = secretSchema): ValueKind<string> {
  const kind = valueKind({
    schema,
    allowed: `${allowed} without spaces`,
    // Secrets that come out of files end in a line break.
    fromText: text => text.trim(),
  })
  return { ...kind, show: () => MASK, isSecret: () => true }
}

/** The characters of a secret: visible ASCII, as HTTP headers carry them. */
export const secretSchema = z.string().regex(/^[\x21-\x7e]+$/)

/** {@link secretSchema} for signing: after `whsec_` base64 of 24 bytes or more, or any other text. */
export const signingSecretSchema = secretSchema.regex(
  /^(?!whsec_)|^whsec_(?=.{32})(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
)

/** {@link secretSchema} for the address of a database, which has a password in it. */
export const databaseUrlSchema = secretSchema.regex(/^postgres(?:ql)?:\/\//)

/** The address of a bucket: `s3://bucket/prefix?region=…&endpoint=…`. */
export const bucketUrl = valueKind({
  schema: z.string().regex(/^s3:\/\/[a-z0-9][a-z0-9.-]+(?:[/?][\x21-\x7e]*)?$/),
  allowed: 'an s3:// URL of a bucket, without credentials',
})

/** An address or a name to listen on. */
export const hostName = valueKind({
  schema: z.string().regex(/^[A-Za-z0-9._:%-]+$/),
  allowed: 'an IP address or a host name',
})

/** A URL with a name or a password in it would show a secret, and fetch refuses it. */
const openUrl = z.url({ protocol: /^https?$/ }).refine(text => {
  const url = URL.parse(text)
  return url !== null && url.username + url.password === ''
})

/** The base of HTTP addresses, without a slash at its end. */
export const httpUrl = valueKind({
  schema: openUrl,
  allowed: 'an http or https URL without credentials',
  settle: text => text.replace(/\/+$/, ''),
})

/** Begins the URL of a daemon's Unix socket; its absolute path follows. */
export const SOCKET_SCHEME = 'unix:'

/** Where a daemon is: {@link httpUrl}, or its Unix socket. */
export const daemonUrl: ValueKind<string> = {
  ...httpUrl,
  read(written, place) {
    if (typeof written === 'string' && /^unix:\/./.test(written))
      return { ok: true, value: written }
    const reading = httpUrl.read(written, place)
    const allowed = 'an http or https URL without credentials, or unix: and the path of a socket'
    return reading.ok ? reading : { ...reading, allowed }
  },
}

/** The whole address of a webhook; shown without the tokens in it. */
export const webhookUrl: ValueKind<string> = {
  ...valueKind({ schema: openUrl, allowed: 'an http or https URL without credentials' }),
  show: maskedUrl,
}

/** The path of a file, made absolute. */
export const filePath = valueKind({
  schema: z.string().min(1),
  allowed: 'a path',
  settle: (path, { folder }) => resolve(folder, path),
})

/** Paths of files, made absolute; separated by commas in text. */
export const filePaths = valueKind({
  schema: z.array(z.string().min(1)),
  allowed: 'a list of paths',
  fromText: listFromText,
  settle: (paths, { folder }): readonly string[] => paths.map(path => resolve(folder, path)),
})

/** The parts between commas, blanks around them and empty ones left out. */
export function listFromText(text: string): string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
}

/** Settings that are a record of entries by name, such as servers: read entry by entry. */

import { z } from 'zod'
import { jsonFromText } from './json-text.ts'
import type { ParseResult, Place, Refused, ValueKind } from './value-kind.ts'

/** Names that begin the names of tools, and that a dot ends there. */
export const SOURCE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/

/** How the entries of one setting are read. */
export interface EntriesOptions<Entry> {
  /** The expected form of the whole, for messages. */
  readonly allowed: string
  readonly isName: (name: string) => boolean
  readonly read: (name: string, written: unknown, place: Place) => ParseResult<Entry>
  /** An entry as people see it, secrets masked. */
  readonly show: (entry: Entry) => unknown
  /** Whether a part of an entry must not be repeated in a message. */
  readonly isSecretPart: (part: PropertyKey) => boolean
}

/** A kind of settings: entries by their names. */
export function namedEntries<Entry extends { readonly name: string }>({
  allowed,
  isName,
  read,
  show,
  isSecretPart,
}: EntriesOptions<Entry>): ValueKind<readonly Entry[]> {
  return {
    fromText: jsonFromText,
    read(written, place) {
      const record = z.record(z.string(), z.unknown()).safeParse(written)
      if (!record.success) return { ok: false, path: [], allowed }
      const entries: Entry[] = []
      for (const [name, one] of Object.entries(record.data)) {
        if (!isName(name)) return { ok: false, path: [name], allowed }
        const entry = read(name, one, place)
        if (!entry.ok) return { ...entry, path: [name, ...entry.path] }
        entries.push(entry.value)
      }
      return { ok: true, value: entries }
    },
    show: entries => Object.fromEntries(entries.map(entry => [entry.name, show(entry)])),
    isSecret: ([, part]) => part !== undefined && isSecretPart(part),
  }
}

/**
 * The first fault of an entry, in the words of its part.
 *
 * @param parts what each part of an entry may be
 */
export function entryRefusal(
  error: z.ZodError,
  parts: Readonly<Record<string, string>>,
  whole: string,
): Refused {
  const [issue] = error.issues
  const path = issue?.path ?? []
  if (issue?.code === 'unrecognized_keys' && path.length === 0) {
    return { ok: false, path: [issue.keys[0] as string], allowed: whole }
  }
  const [part] = path
  const isKnown = typeof part === 'string' && Object.hasOwn(parts, part)
  return { ok: false, path, allowed: (isKnown && parts[part]) || whole }
}

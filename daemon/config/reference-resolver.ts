/** The references of one configured entry, such as a server: resolved, with its secrets. */

import { z } from 'zod'
import { MASK } from './mask.ts'
import { isReference, resolveReferences } from './references.ts'
import type { ParseResult, Place } from './value-kind.ts'

/** Headers by their names, as they are written. */
export const HeaderTexts = z.record(z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/), z.string())

/** Whether a string is an http or https URL without credentials. */
export function isPlainHttpUrl(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
  )
}

/** Texts as people see them: only references are shown. */
export function maskedTexts(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, isReference(text) ? text : MASK]),
  )
}

/** Resolves the references of one entry, and keeps its first fault. */
export class ReferenceResolver {
  /** Texts that must not leave the host. */
  readonly secrets: string[] = []
  /** The first fault; `undefined` while there is none. */
  refused: Extract<ParseResult<never>, { ok: false }> | undefined
  #place: Place

  constructor(place: Place) {
    this.#place = place
  }

  /** Keeps a fault. @param allowed completes "expected …" */
  refuse(path: readonly PropertyKey[], allowed: string): void {
    this.refused ??= { ok: false, path, allowed }
  }

  /** The text with its references resolved; empty after a fault. */
  text(written: string, path: readonly PropertyKey[]): string {
    const resolved = resolveReferences(written, this.#place)
    if (!resolved.ok) {
      this.refuse(path, resolved.allowed)
      return ''
    }
    this.secrets.push(...resolved.fromFiles)
    return resolved.text
  }

  /** {@link text} for each of a record. */
  record(written: Readonly<Record<string, string>>, part: string): Record<string, string> {
    return Object.fromEntries(
      Object.entries(written).map(([name, text]) => [name, this.text(text, [part, name])]),
    )
  }

  /** The headers of an entry, all of which are secrets. */
  headers(written: Readonly<Record<string, string>>): Record<string, string> {
    const sent = this.record(written, 'headers')
    for (const [name, value] of Object.entries(sent)) {
      if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
        this.refuse(['headers', name], 'a text that a header can hold')
      }
      // A scheme such as Bearer is none.
      this.secrets.push(value, ...value.split(' ').slice(1))
    }
    return sent
  }
}

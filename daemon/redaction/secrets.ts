/** The secrets that a daemon knows, and their removal from texts and values. */

import type { Redaction } from '../../executor/boundary/redaction.ts'
import { redactedValue } from './redacted-value.ts'

/** Stands where a secret stood. No form of escaping changes it. */
export const REDACTED = '[redacted]'

/** Shorter values occur in too many texts by chance. */
export const MIN_SECRET_LENGTH = 8

const nowhere = /(?!)/

/** Replaces known secrets in texts and values by {@link REDACTED}, also where they are escaped. */
export class Secrets implements Redaction {
  #forms = new Set<string>()
  #one = nowhere
  #all = new RegExp(nowhere, 'g')

  constructor(secrets: Iterable<string> = []) {
    this.add(secrets)
  }

  /** Adds secrets; those with fewer than {@link MIN_SECRET_LENGTH} characters are passed over. */
  add(secrets: Iterable<string>): void {
    const before = this.#forms.size
    for (const secret of secrets) {
      // A value that was read from a file often ends in a newline, which errors do not repeat.
      for (const written of new Set([secret, secret.trim()])) {
        if (written.length < MIN_SECRET_LENGTH) continue
        for (const form of formsOf(written)) this.#forms.add(form)
      }
    }
    if (this.#forms.size === before) return
    // The longest first, so that a secret inside another one is removed whole.
    const forms = [...this.#forms].sort((a, b) => b.length - a.length)
    this.#one = new RegExp(forms.map(escaped).join('|'))
    this.#all = new RegExp(this.#one, 'g')
  }

  isIn(text: string): boolean {
    return this.#one.test(text)
  }

  text(text: string): string {
    return text.replace(this.#all, REDACTED)
  }

  value(value: unknown): unknown {
    return redactedValue(value, text => this.text(text))
  }
}

/** The forms of a secret: plain, in a URL or a regular expression; each also in JSON, and in JSON within JSON. */
function formsOf(secret: string): string[] {
  // A lone surrogate has no form in a URL.
  const forms = [secret, ...regExpForms(secret), ...(secret.isWellFormed() ? urlForms(secret) : [])]
  return forms.flatMap(form => {
    const inJson = JSON.stringify(form).slice(1, -1)
    return [form, inJson, JSON.stringify(inJson).slice(1, -1)]
  })
}

/** As the source of a regular expression has it, which was made of the secret or of its escaped text. */
function regExpForms(secret: string): string[] {
  const lineEnds: Record<string, string> = {
    '/': '\\/',
    '\n': '\\n',
    '\r': '\\r',
    '\u2028': '\\u2028',
    '\u2029': '\\u2029',
  }
  const lines = secret.replace(/[/\n\r\u2028\u2029]/g, found => lineEnds[found] as string)
  // Not what is escaped already.
  const others = secret.replace(/\\.|\//gs, found => (found === '/' ? '\\/' : found))
  const literally = secret.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  return [lines, others, literally]
}

/** As `encodeURIComponent`, forms, and each part of a URL write it: they escape different characters. */
function urlForms(secret: string): string[] {
  const url = new URL('http://host/')
  url.pathname = secret
  url.search = secret
  url.hash = secret
  const form = new URLSearchParams([['', secret]]).toString().slice(1)
  // A part drops what no URL can hold, such as line breaks: a short rest would be found by chance.
  const parts = [url.pathname, url.search, url.hash].map(part => part.slice(1))
  const whole = parts.filter(part => part.length >= secret.length)
  return [encodeURIComponent(secret), form, ...whole]
}

function escaped(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
}

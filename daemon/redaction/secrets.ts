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

/** The forms of a secret: plain, inside JSON, inside JSON within JSON, and inside a URL. */
function formsOf(secret: string): string[] {
  const escaped = JSON.stringify(secret).slice(1, -1)
  const twice = JSON.stringify(escaped).slice(1, -1)
  // A lone surrogate has no form in a URL.
  return [secret, escaped, twice, ...(secret.isWellFormed() ? urlForms(secret) : [])]
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

/** `Intl.NumberFormat` and `Intl.PluralRules`. */

import { open } from './intl-options.ts'
import { askIntl, boundText, numberText, numericText } from './intl-request.ts'
import { toNumber } from './primordials.ts'

type Format = (value: unknown) => unknown

export class NumberFormat {
  #head: string
  #format: Format | undefined

  constructor(locales?: unknown, options?: unknown) {
    this.#head = open('NumberFormat', locales, options)
  }

  get format(): Format {
    const head = this.#head
    this.#format ??= value => askIntl(head, 'format', numericText(value))
    return this.#format
  }

  formatToParts(value: unknown) {
    return askIntl(this.#head, 'formatToParts', numericText(value))
  }

  formatRange(start: unknown, end: unknown) {
    return askIntl(this.#head, 'formatRange', rangeText(start, end))
  }

  formatRangeToParts(start: unknown, end: unknown) {
    return askIntl(this.#head, 'formatRangeToParts', rangeText(start, end))
  }

  resolvedOptions() {
    return askIntl(this.#head, 'resolvedOptions')
  }
}

export class PluralRules {
  #head: string

  constructor(locales?: unknown, options?: unknown) {
    this.#head = open('PluralRules', locales, options)
  }

  select(value: unknown) {
    return askIntl(this.#head, 'select', numberText(toNumber(value)))
  }

  selectRange(start: unknown, end: unknown) {
    return askIntl(this.#head, 'selectRange', rangeText(start, end))
  }

  resolvedOptions() {
    return askIntl(this.#head, 'resolvedOptions')
  }
}

function rangeText(start: unknown, end: unknown): string {
  return boundText(start) + ',' + boundText(end)
}

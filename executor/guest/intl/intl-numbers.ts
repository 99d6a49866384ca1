/** `Intl.NumberFormat` and `Intl.PluralRules`. */

import { toNumber } from '../primordials.ts'
import { unwrapped } from './intl-legacy.ts'
import { keepPrototype, open } from './intl-options.ts'
import { askIntl, boundText, numberText, numericText } from './intl-request.ts'

type Format = (value: unknown) => unknown

/** The guest's `Intl.NumberFormat`; the worker's own formats the numbers. */
export class NumberFormat {
  #head: string
  #format: Format | undefined

  constructor(locales?: unknown, options?: unknown) {
    keepPrototype(this, new.target, NumberFormat)
    this.#head = open('NumberFormat', locales, options)
  }

  get format(): Format {
    const self = NumberFormat.#of(this)
    const head = self.#head
    self.#format ??= value => askIntl(head, 'format', numericText(value))
    return self.#format
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
    return askIntl(NumberFormat.#of(this).#head, 'resolvedOptions')
  }

  static #of(value: NumberFormat): NumberFormat {
    const isObject = typeof value === 'object' && value !== null
    return isObject ? unwrapped(value, #head in value, NumberFormat.prototype) : value
  }
}

/** The guest's `Intl.PluralRules`; the worker's own selects the category. */
export class PluralRules {
  #head: string

  constructor(locales?: unknown, options?: unknown) {
    keepPrototype(this, new.target, PluralRules)
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

/** `Intl.DateTimeFormat`, `Intl.RelativeTimeFormat` and `Intl.DurationFormat`. */

import { clockMs } from '../host/clock.ts'
import { toNumber, toText } from '../primordials.ts'
import { unwrapped } from './intl-legacy.ts'
import { DURATION_UNITS, keepPrototype, open } from './intl-options.ts'
import { askIntl, numberText, textText, UNDEFINED_TEXT } from './intl-request.ts'

type Format = (date?: unknown) => unknown

/** The guest's `Intl.DateTimeFormat`; the worker's own formats the dates. */
export class DateTimeFormat {
  #head: string
  #format: Format | undefined

  constructor(locales?: unknown, options?: unknown) {
    keepPrototype(this, new.target, DateTimeFormat)
    this.#head = open('DateTimeFormat', locales, options)
  }

  get format(): Format {
    const self = DateTimeFormat.#of(this)
    const head = self.#head
    self.#format ??= date => askIntl(head, 'format', dateText(date))
    return self.#format
  }

  formatToParts(date: unknown) {
    return askIntl(this.#head, 'formatToParts', dateText(date))
  }

  formatRange(start: unknown, end: unknown) {
    return askIntl(this.#head, 'formatRange', dateRangeText(start, end))
  }

  formatRangeToParts(start: unknown, end: unknown) {
    return askIntl(this.#head, 'formatRangeToParts', dateRangeText(start, end))
  }

  resolvedOptions() {
    return askIntl(DateTimeFormat.#of(this).#head, 'resolvedOptions')
  }

  static #of(value: DateTimeFormat): DateTimeFormat {
    const isObject = typeof value === 'object' && value !== null
    return isObject ? unwrapped(value, #head in value, DateTimeFormat.prototype) : value
  }
}

function dateText(date: unknown): string {
  return numberText(date === undefined ? clockMs() : toNumber(date))
}

function dateRangeText(start: unknown, end: unknown): string {
  // The worker refuses an absent end, so it must not become a number before.
  if (start === undefined || end === undefined) return UNDEFINED_TEXT + ',' + UNDEFINED_TEXT
  return dateText(start) + ',' + dateText(end)
}

/** The guest's `Intl.RelativeTimeFormat`; the worker's own writes the texts. */
export class RelativeTimeFormat {
  #head: string

  constructor(locales?: unknown, options?: unknown) {
    keepPrototype(this, new.target, RelativeTimeFormat)
    this.#head = open('RelativeTimeFormat', locales, options)
  }

  format(value: unknown, unit: unknown) {
    return askIntl(this.#head, 'format', relativeText(value, unit))
  }

  formatToParts(value: unknown, unit: unknown) {
    return askIntl(this.#head, 'formatToParts', relativeText(value, unit))
  }

  resolvedOptions() {
    return askIntl(this.#head, 'resolvedOptions')
  }
}

function relativeText(value: unknown, unit: unknown): string {
  const number = numberText(toNumber(value))
  return number + ',' + textText(toText(unit))
}

/** The guest's `Intl.DurationFormat`; the worker's own writes the texts. */
export class DurationFormat {
  #head: string

  constructor(locales?: unknown, options?: unknown) {
    keepPrototype(this, new.target, DurationFormat)
    this.#head = open('DurationFormat', locales, options)
  }

  format(duration: unknown) {
    return askIntl(this.#head, 'format', durationText(duration))
  }

  formatToParts(duration: unknown) {
    return askIntl(this.#head, 'formatToParts', durationText(duration))
  }

  resolvedOptions() {
    return askIntl(this.#head, 'resolvedOptions')
  }
}

/** The units of a duration in the order in which a record of them is read. */
const UNITS_AS_READ = DURATION_UNITS.toSorted()

/**
 * A duration's units as a tagged record. Any other value is sent as it is: the worker refuses it.
 */
function durationText(duration: unknown): string {
  if (typeof duration === 'string') return textText(duration)
  if (typeof duration === 'number') return numberText(duration)
  if ((typeof duration !== 'object' && typeof duration !== 'function') || duration === null) {
    return UNDEFINED_TEXT
  }
  let text = ''
  for (let i = 0; i < UNITS_AS_READ.length; i++) {
    const unit = UNITS_AS_READ[i] as string
    const amount = (duration as Record<string, unknown>)[unit]
    if (amount === undefined) continue
    text += (text === '' ? '"' : ',"') + unit + '":' + numberText(toNumber(amount))
  }
  return '["record",{' + text + '}]'
}

/** `Intl.Collator`, `Intl.ListFormat` and `Intl.DisplayNames`. */

import { SetOf, StringOf, setHas, TypeErrorOf, toText, unlinkedList } from '../primordials.ts'
import { compareSimple } from './compare-texts.ts'
import { keepPrototype, open } from './intl-options.ts'
import { askIntl, textsText, textText } from './intl-request.ts'

type Compare = (a?: unknown, b?: unknown) => number

/** The guest's `Intl.Collator`; the worker's own compares what {@link compareSimple} cannot. */
export class Collator {
  #head: string
  #compare: Compare | undefined

  constructor(locales?: unknown, options?: unknown) {
    keepPrototype(this, new.target, Collator)
    this.#head = open('Collator', locales, options)
  }

  get compare(): Compare {
    const head = this.#head
    this.#compare ??= (a, b) => compareUnder(head, toText(a), toText(b))
    return this.#compare
  }

  resolvedOptions() {
    return askIntl(this.#head, 'resolvedOptions')
  }
}

/** The head of `localeCompare` without locales and options. */
export const SIMPLE_COMPARISON = '["String.localeCompare"]'

/**
 * The order of two texts under a collation. The worker is asked only when English does not decide.
 */
export function compareUnder(head: string, a: string, b: string): number {
  if (setHas(ENGLISH, head)) {
    const order = compareSimple(a, b)
    if (order !== undefined) return order
  }
  return askIntl(head, 'compare', textText(a) + ',' + textText(b)) as number
}

/** The heads of comparisons that order as English does, without options. */
const ENGLISH = new SetOf([
  SIMPLE_COMPARISON,
  '["String.localeCompare",["en"]]',
  '["String.localeCompare",["en-US"]]',
  '["Collator"]',
  '["Collator",["en"]]',
  '["Collator",["en-US"]]',
])

/** The guest's `Intl.ListFormat`; the worker's own joins the strings. */
export class ListFormat {
  #head: string

  constructor(locales?: unknown, options?: unknown) {
    keepPrototype(this, new.target, ListFormat)
    this.#head = open('ListFormat', locales, options)
  }

  format(list: unknown) {
    return askIntl(this.#head, 'format', textsOf(list))
  }

  formatToParts(list: unknown) {
    return askIntl(this.#head, 'formatToParts', textsOf(list))
  }

  resolvedOptions() {
    return askIntl(this.#head, 'resolvedOptions')
  }
}

/** The texts of a program's iterable, by its own iteration protocol, as a tagged list. */
function textsOf(list: unknown): string {
  const texts = unlinkedList<string>()
  if (list !== undefined) {
    for (const text of list as Iterable<unknown>) {
      if (typeof text !== 'string') {
        throw new TypeErrorOf('Iterable yielded ' + nameOf(text) + ' which is not a string')
      }
      texts[texts.length] = text
    }
  }
  return textsText(texts)
}

/** The guest's `Intl.DisplayNames`; the worker's own finds the names. */
export class DisplayNames {
  #head: string

  constructor(locales: unknown, options: unknown) {
    keepPrototype(this, new.target, DisplayNames)
    this.#head = open('DisplayNames', locales, options)
  }

  of(code: unknown) {
    return askIntl(this.#head, 'of', textText(toText(code)))
  }

  resolvedOptions() {
    return askIntl(this.#head, 'resolvedOptions')
  }
}

/** A value in the words of an error. No code of the program runs. */
function nameOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return '#<Object>'
  return typeof value === 'function' ? 'a function' : StringOf(value)
}

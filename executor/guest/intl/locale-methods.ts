/** The methods of numbers, dates, texts and lists that depend on a locale. */

import {
  append,
  bigintValueOf,
  dateGetTime,
  hidden,
  isNaN,
  numberValueOf,
  ObjectOf,
  reflectApply,
  reflectDefineProperty,
  reflectGetOwnPropertyDescriptor,
  reflectGetPrototypeOf,
  stringToLowerCase,
  stringToUpperCase,
  TypeErrorOf,
  toNumber,
  toText,
  trunc,
  typedArrayKeys,
  typedArrayLength,
} from '../primordials.ts'
import { headOf, localeListText, OPTIONS } from './intl-options.ts'
import { askIntl, numberText, numericText, taggedList, textText } from './intl-request.ts'
import { compareUnder, SIMPLE_COMPARISON } from './intl-texts.ts'

/** Replaces the methods on the built-in prototypes. */
export function installLocaleMethods(): void {
  replace(Number.prototype, numbers)
  replace(BigInt.prototype, bigints)
  replace(Date.prototype, dates)
  replace(String.prototype, texts)
  replace(Array.prototype, lists)
  replace(reflectGetPrototypeOf(Uint8Array.prototype) as object, typedArrays)
}

function replace(prototype: object, methods: object): void {
  const names = Object.keys(methods)
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string
    const method = (methods as Record<string, object>)[name] as object
    const { value } = reflectGetOwnPropertyDescriptor(prototype, name) ?? {}
    reflectDefineProperty(method, 'length', { ...hidden(value?.length ?? 0), writable: false })
    reflectDefineProperty(prototype, name, hidden(method))
  }
}

const numbers = {
  toLocaleString(this: unknown, locales?: unknown, options?: unknown) {
    return formatNumber('Number.toLocaleString', numberText(numberValueOf(this)), locales, options)
  },
}

const bigints = {
  toLocaleString(this: unknown, locales?: unknown, options?: unknown) {
    return formatNumber('BigInt.toLocaleString', numericText(bigintValueOf(this)), locales, options)
  },
}

function formatNumber(service: string, valueText: string, locales: unknown, options: unknown) {
  return askIntl(headOf(service, locales, options, OPTIONS.NumberFormat), 'format', valueText)
}

const dates = {
  toLocaleString(this: Date, locales?: unknown, options?: unknown) {
    return formatDate('Date.toLocaleString', this, locales, options)
  },
  toLocaleDateString(this: Date, locales?: unknown, options?: unknown) {
    return formatDate('Date.toLocaleDateString', this, locales, options)
  },
  toLocaleTimeString(this: Date, locales?: unknown, options?: unknown) {
    return formatDate('Date.toLocaleTimeString', this, locales, options)
  },
}

function formatDate(service: string, date: Date, locales: unknown, options: unknown) {
  const time = dateGetTime(date)
  if (isNaN(time)) return 'Invalid Date'
  return askIntl(
    headOf(service, locales, options, OPTIONS.DateTimeFormat),
    'format',
    numberText(time),
  )
}

const texts = {
  localeCompare(this: unknown, that?: unknown, locales?: unknown, options?: unknown) {
    const text = receiver(this, 'localeCompare')
    const other = toText(that)
    if (locales === undefined && options === undefined)
      return compareUnder(SIMPLE_COMPARISON, text, other)
    return compareUnder(
      headOf('String.localeCompare', locales, options, OPTIONS.Collator),
      text,
      other,
    )
  },
  toLocaleLowerCase(this: unknown, locales?: unknown) {
    const text = receiver(this, 'toLocaleLowerCase')
    return changeCase('toLocaleLowerCase', text, locales) ?? stringToLowerCase(text)
  },
  toLocaleUpperCase(this: unknown, locales?: unknown) {
    const text = receiver(this, 'toLocaleUpperCase')
    return changeCase('toLocaleUpperCase', text, locales) ?? stringToUpperCase(text)
  },
}

function receiver(self: unknown, method: string): string {
  if (self === undefined || self === null) {
    throw new TypeErrorOf('String.prototype.' + method + ' called on null or undefined')
  }
  return toText(self)
}

/** Changes case under the rules of a language; `undefined` where no locale is named. */
function changeCase(method: string, text: string, locales: unknown): unknown {
  if (locales === undefined || locales === 'en' || locales === 'en-US') return undefined
  return askIntl('["Intl"]', method, textText(text) + ',' + taggedList(localeListText(locales)))
}

/** Lists that are being written, so that one inside itself becomes the empty text. */
const underWay: object[] = []

/** Forgets lists whose writing an execution's end has cut short. */
export function forgetLists(): void {
  underWay.length = 0
}

const lists = {
  toLocaleString(this: unknown, locales?: unknown, options?: unknown) {
    if (this === undefined || this === null) {
      throw new TypeErrorOf('Array.prototype.toLocaleString called on null or undefined')
    }
    const list = ObjectOf(this) as ArrayLike<unknown>
    const length = trunc(toNumber(list.length))
    return joinLocalized(list, length, locales, options)
  },
}

const typedArrays = {
  toLocaleString(this: unknown, locales?: unknown, options?: unknown) {
    // Throws for a value other than a typed array, and for one that is detached or out of bounds.
    typedArrayKeys(this)
    const length = typedArrayLength(this)
    return joinLocalized(this as ArrayLike<unknown>, length, locales, options)
  },
}

function joinLocalized(
  list: ArrayLike<unknown>,
  length: number,
  locales: unknown,
  options: unknown,
) {
  for (let i = 0; i < underWay.length; i++) if (underWay[i] === list) return ''
  append(underWay, list)
  try {
    let text = ''
    for (let i = 0; i < length; i++) {
      if (i > 0) text += ','
      const item = list[i] as { toLocaleString?: unknown } | null | undefined
      if (item === undefined || item === null) continue
      // Not by destructuring, in which the engine makes an object of a primitive.
      const method: unknown = item.toLocaleString
      if (typeof method !== 'function') {
        throw new TypeErrorOf('toLocaleString is not a function')
      }
      text += toText(reflectApply(method, item, [locales, options]))
    }
    return text
  } finally {
    underWay.length--
  }
}

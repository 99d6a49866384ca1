/**
 * `Intl`, which QuickJS lacks: the classes of ECMA-402 over the worker's own Intl.
 *
 * The guest reads the program's arguments, the worker's V8 formats, and only plain values cross
 * (intl-request.ts). The default locale is en-US and the default time zone UTC, on every host.
 */

import {
  hidden,
  reflectConstruct,
  reflectDefineProperty,
  reflectGetPrototypeOf,
  reflectSetPrototypeOf,
  symbolToString,
  symbolToStringTag,
  TypeErrorOf,
  toText,
} from '../primordials.ts'
import { readOnly } from '../web/web-interface.ts'
import { DateTimeFormat, DurationFormat, RelativeTimeFormat } from './intl-dates.ts'
import { inherits, LEGACY } from './intl-legacy.ts'
import { Locale } from './intl-locale.ts'
import { NumberFormat, PluralRules } from './intl-numbers.ts'
import { keepPrototype, localeListText, OPTIONS, optionsText } from './intl-options.ts'
import { askIntl, connectIntl, taggedList, textText } from './intl-request.ts'
import { Segmenter } from './intl-segmenter.ts'
import { Collator, DisplayNames, ListFormat } from './intl-texts.ts'
import { installLocaleMethods } from './locale-methods.ts'

type Constructor = new (locales: never, options: never) => object

/**
 * Defines `Intl` on `target`, and replaces the built-in methods that depend on a locale.
 *
 * @param ask answers a request of intl-request.ts; must not throw
 */
export function installIntl(target: object, ask: (request: string) => string): void {
  connectIntl(ask)
  const intl = {}
  const define = (name: string, value: unknown) => reflectDefineProperty(intl, name, hidden(value))
  reflectDefineProperty(intl, symbolToStringTag, readOnly('Intl'))
  define('getCanonicalLocales', getCanonicalLocales)
  define('supportedValuesOf', supportedValuesOf)
  define('DateTimeFormat', service(callable(DateTimeFormat, true), 0))
  define('NumberFormat', service(callable(NumberFormat, true), 0))
  define('Collator', service(callable(Collator, false), 0))
  define('PluralRules', service(PluralRules, 0))
  define('RelativeTimeFormat', service(RelativeTimeFormat, 0))
  define('ListFormat', service(ListFormat, 0))
  define('Locale', tagged(Locale, 1))
  define('DisplayNames', service(DisplayNames, 2))
  define('Segmenter', service(Segmenter, 0))
  define('DurationFormat', service(DurationFormat, 0))
  reflectDefineProperty(target, 'Intl', hidden(intl))
  installLocaleMethods()
}

const { getCanonicalLocales, supportedValuesOf } = {
  getCanonicalLocales(locales: unknown) {
    return askIntl('["Intl"]', 'getCanonicalLocales', taggedList(localeListText(locales)))
  },
  supportedValuesOf(key: unknown) {
    return askIntl('["Intl"]', 'supportedValuesOf', textText(toText(key)))
  },
}

/**
 * Lets a class be called without `new`, as the three oldest services may be.
 *
 * @param isLegacy whether a call on an object that inherits from the class makes that an instance
 *   (https://tc39.es/ecma402/#legacy-constructor)
 */
function callable(original: Constructor, isLegacy: boolean): Constructor {
  const wrapper = function (this: unknown, locales: unknown, options: unknown) {
    const made = reflectConstruct(original, [locales, options], wrapper)
    if (new.target !== undefined) {
      // The prototype that the engine has read from the called constructor, so that it is read
      // once.
      reflectSetPrototypeOf(made, reflectGetPrototypeOf(this as object))
      keepPrototype(made, new.target, original)
      return made
    }
    if (!isLegacy || !inherits(this, original.prototype)) return made
    const descriptor = hidden(made)
    descriptor.writable = false
    descriptor.configurable = false
    if (!reflectDefineProperty(this as object, LEGACY, descriptor)) {
      throw new TypeErrorOf('Cannot redefine property: ' + symbolToString(LEGACY))
    }
    return this
  }
  reflectDefineProperty(wrapper, 'name', { ...hidden(original.name), writable: false })
  reflectDefineProperty(wrapper, 'prototype', {
    ...hidden(original.prototype),
    writable: false,
    configurable: false,
  })
  reflectDefineProperty(original.prototype, 'constructor', hidden(wrapper))
  return wrapper as unknown as Constructor
}

function service(constructor: Constructor, length: number): Constructor {
  const name = textText(constructor.name)
  const { supportedLocalesOf } = {
    supportedLocalesOf(locales: unknown, options?: unknown) {
      const given = optionsText(options, OPTIONS.Matcher)
      const list = taggedList(localeListText(locales)) + (given === '' ? '' : ',' + given)
      return askIntl('["Intl"]', 'supportedLocalesOf', name + ',' + list)
    },
  }
  reflectDefineProperty(supportedLocalesOf, 'length', readOnly(1))
  reflectDefineProperty(constructor, 'supportedLocalesOf', hidden(supportedLocalesOf))
  return tagged(constructor, length)
}

function tagged(constructor: Constructor, length: number): Constructor {
  const tag = 'Intl.' + constructor.name
  reflectDefineProperty(constructor.prototype, symbolToStringTag, readOnly(tag))
  reflectDefineProperty(constructor, 'length', readOnly(length))
  return constructor
}

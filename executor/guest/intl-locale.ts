/** `Intl.Locale`: parsed by the worker once, when it is constructed. */

import { brandLocale, localeTag, OPTIONS, optionsText } from './intl-options.ts'
import { askIntl, textText, toText } from './intl-request.ts'
import { TypeErrorOf } from './primordials.ts'

/** What the worker tells of a locale; the names of the getters. */
interface Description {
  readonly tag: string
  readonly language?: string
  readonly script?: string
  readonly region?: string
  readonly baseName: string
  readonly calendar?: string
  readonly caseFirst?: string
  readonly collation?: string
  readonly firstDayOfWeek?: string
  readonly hourCycle?: string
  readonly numeric?: boolean
  readonly numberingSystem?: string
}

export class Locale {
  #head: string
  #described: Description

  constructor(tag: unknown, options?: unknown) {
    if (typeof tag !== 'string' && (typeof tag !== 'object' || tag === null)) {
      throw new TypeErrorOf("First argument to Intl.Locale constructor can't be empty or missing")
    }
    const text = textText(localeTag(tag) ?? toText(tag))
    const plain = optionsText(options, OPTIONS.Locale)
    const given = '["Locale",' + text + (plain === '' ? '' : ',' + plain) + ']'
    this.#described = askIntl(given, 'describe') as Description
    this.#head = '["Locale",' + textText(this.#described.tag) + ']'
    brandLocale(this, this.#described.tag)
  }

  toString() {
    return this.#described.tag
  }
  maximize() {
    return new Locale(askIntl(this.#head, 'maximize'))
  }
  minimize() {
    return new Locale(askIntl(this.#head, 'minimize'))
  }
  get language() {
    return this.#described.language
  }
  get script() {
    return this.#described.script
  }
  get region() {
    return this.#described.region
  }
  get baseName() {
    return this.#described.baseName
  }
  get calendar() {
    return this.#described.calendar
  }
  get caseFirst() {
    return this.#described.caseFirst
  }
  get collation() {
    return this.#described.collation
  }
  get firstDayOfWeek() {
    return this.#described.firstDayOfWeek
  }
  get hourCycle() {
    return this.#described.hourCycle
  }
  get numeric() {
    return this.#described.numeric
  }
  get numberingSystem() {
    return this.#described.numberingSystem
  }
  getCalendars() {
    return askIntl(this.#head, 'getCalendars')
  }
  getCollations() {
    return askIntl(this.#head, 'getCollations')
  }
  getHourCycles() {
    return askIntl(this.#head, 'getHourCycles')
  }
  getNumberingSystems() {
    return askIntl(this.#head, 'getNumberingSystems')
  }
  getTimeZones() {
    return askIntl(this.#head, 'getTimeZones')
  }
  getTextInfo() {
    return askIntl(this.#head, 'getTextInfo')
  }
  getWeekInfo() {
    return askIntl(this.#head, 'getWeekInfo')
  }
}

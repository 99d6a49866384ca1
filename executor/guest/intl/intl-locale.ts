/** `Intl.Locale`: parsed by the worker once, when it is constructed. */

import { TypeErrorOf, toText } from '../primordials.ts'
import { brandLocale, keepPrototype, localeTag, OPTIONS, optionsText } from './intl-options.ts'
import { askIntl, textText } from './intl-request.ts'

/** The worker's description of a locale, by the names of the getters; `null` for what it lacks. */
interface Description {
  readonly tag: string
  readonly language: string | null
  readonly script: string | null
  readonly region: string | null
  readonly baseName: string
  readonly calendar: string | null
  readonly caseFirst: string | null
  readonly collation: string | null
  readonly firstDayOfWeek: string | null
  readonly hourCycle: string | null
  readonly numeric: boolean | null
  readonly numberingSystem: string | null
}

/** The guest's `Intl.Locale`: keeps the worker's description of a tag, and asks it for the rest. */
export class Locale {
  #head: string
  #described: Description

  constructor(tag: unknown, options?: unknown) {
    keepPrototype(this, new.target, Locale)
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
    return this.#described.language ?? undefined
  }
  get script() {
    return this.#described.script ?? undefined
  }
  get region() {
    return this.#described.region ?? undefined
  }
  get baseName() {
    return this.#described.baseName
  }
  get calendar() {
    return this.#described.calendar ?? undefined
  }
  get caseFirst() {
    return this.#described.caseFirst ?? undefined
  }
  get collation() {
    return this.#described.collation ?? undefined
  }
  get firstDayOfWeek() {
    return this.#described.firstDayOfWeek ?? undefined
  }
  get hourCycle() {
    return this.#described.hourCycle ?? undefined
  }
  get numeric() {
    return this.#described.numeric ?? undefined
  }
  get numberingSystem() {
    return this.#described.numberingSystem ?? undefined
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

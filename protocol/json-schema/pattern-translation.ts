/**
 * Translates a regular expression of JavaScript to the syntax of RE2, which matches in linear time.
 *
 * The engine has parsed the text already, so it is valid here. Characters are code points, as with
 * the flag `u`. Captures and laziness are dropped: they do not change whether a string matches.
 */

import {
  anyButLineEnd,
  anything,
  character,
  nothing,
  noWhiteSpace,
  unicodeProperty,
  whiteSpace,
} from './pattern-characters.ts'

/** A part of the pattern that RE2 has nothing for; the message names it. */
export class Untranslatable extends Error {}

/** RE2's own bound, of one repetition and of nested ones together. */
const MAX_REPEAT = 1000

/** @throws {Untranslatable} for back-references, lookaround and the like */
export function translatePattern(pattern: string): string {
  return new Translation(pattern).run()
}

class Translation {
  readonly #source: string
  #at = 0
  /** For each open group the greatest repeat inside. */
  #groups: { repeat: number }[] = [{ repeat: 1 }]
  /** The greatest repeat inside of the last atom. */
  #atomRepeat = 1

  constructor(source: string) {
    this.#source = source
  }

  run(): string {
    let text = ''
    while (this.#at < this.#source.length) text += this.#next()
    return text
  }

  #match(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at
    const found = expression.exec(this.#source)
    if (found !== null) this.#at = expression.lastIndex
    return found ?? undefined
  }

  #next(): string {
    const quantifier = this.#match(/(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})\??/y)
    if (quantifier !== undefined) return this.#repeat(quantifier)
    this.#atomRepeat = 1
    switch (this.#source[this.#at]) {
      case '^':
        this.#at++
        return '\\A'
      case '$':
        this.#at++
        return '\\z'
      case '.':
        this.#at++
        return anyButLineEnd
      case '|':
        this.#at++
        return '|'
      case '(':
        return this.#open()
      case ')':
        return this.#close()
      case '[':
        return this.#class()
      case '\\':
        return this.#escape(false).text
      default:
        return character(this.#codePoint())
    }
  }

  #codePoint(): number {
    const codePoint = this.#source.codePointAt(this.#at) as number
    this.#at += codePoint > 0xffff ? 2 : 1
    return codePoint
  }

  #repeat([text, least, comma, most]: RegExpExecArray): string {
    const bare = text.length > 1 && text.endsWith('?') ? text.slice(0, -1) : text
    const times = Math.max(1, Number(least ?? 1), Number(most || 1))
    const total = times * this.#atomRepeat
    if (total > MAX_REPEAT) throw new Untranslatable(`it repeats more than ${MAX_REPEAT} times`)
    this.#atomRepeat = total
    const group = this.#groups.at(-1) as { repeat: number }
    group.repeat = Math.max(group.repeat, total)
    return comma === undefined || most !== ''
      ? bare.replace(/\b0+(?=\d)/g, '')
      : `{${Number(least)},}`
  }

  #open(): string {
    const [text] = this.#match(/\((?:\?(?:[imsx-]*:|<?[=!]|<[^>]*>))?/y) as RegExpExecArray
    if (/^\(\?<?[=!]/.test(text)) throw new Untranslatable('it looks ahead or behind')
    const flags = /^\(\?([imsx-]+):/.exec(text)?.[1]
    if (flags !== undefined) throw new Untranslatable(`it sets the flags ${flags}`)
    this.#groups.push({ repeat: 1 })
    return '(?:'
  }

  #close(): string {
    this.#at++
    const { repeat } = this.#groups.pop() as { repeat: number }
    this.#atomRepeat = repeat
    const outer = this.#groups.at(-1) as { repeat: number }
    outer.repeat = Math.max(outer.repeat, repeat)
    return ')'
  }

  /**
   * `codePoint` is present when the escape is one character, so that it may begin or end a range.
   */
  #escape(isClass: boolean): { text: string; codePoint?: number } {
    this.#at++
    const own = this.#match(/[dDwW]/y)
    if (own !== undefined) return { text: `\\${own[0]}` }
    if (this.#match(/s/y)) return { text: isClass ? whiteSpace : `[${whiteSpace}]` }
    if (this.#match(/S/y)) return { text: isClass ? noWhiteSpace : `[^${whiteSpace}]` }
    const boundary = isClass ? undefined : this.#match(/[bB]/y)
    if (boundary !== undefined) return { text: `\\${boundary[0]}` }
    const property = this.#match(/([pP])\{([^}]*)\}/y)
    if (property !== undefined) {
      const text = unicodeProperty(property[1] as string, property[2] as string)
      if (text === undefined) throw new Untranslatable(`it asks for ${`\\${property[0]}`}`)
      return { text }
    }
    if (this.#match(/k</y) || this.#match(/[1-9]/y))
      throw new Untranslatable('it refers back to a group')
    const codePoint = this.#escapedCharacter()
    return { text: character(codePoint), codePoint }
  }

  #escapedCharacter(): number {
    const pair = this.#match(/u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})/iy)
    if (pair !== undefined) {
      const units = pair.slice(1).map(unit => Number.parseInt(unit, 16))
      return String.fromCharCode(...units).codePointAt(0) as number
    }
    const hex = this.#match(/(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2}))/iy)
    if (hex !== undefined) return Number.parseInt(hex[1] ?? hex[2] ?? (hex[3] as string), 16)
    const control = this.#match(/c([A-Za-z])/y)
    // A control letter stands for its last five bits.
    if (control !== undefined) return (control[1] as string).charCodeAt(0) & 31
    const named = { t: 9, n: 10, v: 11, f: 12, r: 13, b: 8, '0': 0 }
    const letter = this.#match(/[tnvfrb0]/y)
    if (letter !== undefined) return named[letter[0] as keyof typeof named]
    return this.#codePoint()
  }

  #class(): string {
    this.#at++
    const isNegated = this.#match(/\^/y) !== undefined
    let inside = ''
    while (this.#source[this.#at] !== ']') {
      const from = this.#classAtom()
      const isRange = this.#source[this.#at] === '-' && this.#source[this.#at + 1] !== ']'
      if (!isRange || from.codePoint === undefined) {
        inside += from.text
        continue
      }
      this.#at++
      const to = this.#classAtom()
      // After a class the dash is a dash: the lenient mode allows it.
      inside +=
        to.codePoint === undefined ? `${from.text}\\x{2d}${to.text}` : `${from.text}-${to.text}`
    }
    this.#at++
    if (inside === '') return isNegated ? anything : nothing
    return `[${isNegated ? '^' : ''}${inside}]`
  }

  #classAtom(): { text: string; codePoint?: number } {
    if (this.#source[this.#at] === '\\') return this.#escape(true)
    const codePoint = this.#codePoint()
    return { text: character(codePoint), codePoint }
  }
}

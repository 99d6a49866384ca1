/**
 * Finds the brackets that a source has opened and not closed. It reads characters, since the source
 * does not parse.
 */

/** Something that is open. */
export interface Opening {
  readonly mark: '(' | '[' | '{' | '${' | '`'
  /** Offset of the mark. */
  readonly at: number
}

/** Behind one of these a slash begins a regular expression and does not divide. */
const BEFORE_REGEXP =
  /(?:^|[=(,;:!&|?{}+\-*%~<>[]|\b(?:return|typeof|case|in|of|delete|void|await))\s*$/
const REGEXP = /\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\r\n])*\]|[^/\\[\r\n])+\//y
const STRING = /'(?:\\[\s\S]|[^'\\\r\n])*'?|"(?:\\[\s\S]|[^"\\\r\n])*"?/y
const COMMENT = /\/\/[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$)/y
/** Text of a template up to its end or its next expression. */
const TEMPLATE_TEXT = /(?:\\[\s\S]|\$(?!\{)|[^`\\$])*/y

const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

/** The brackets that are open at an offset, the innermost last. */
export function openingsAt(source: string, offset: number): Opening[] {
  const open: Opening[] = []
  const skip = (pattern: RegExp, at: number): number => {
    pattern.lastIndex = at
    return pattern.test(source) ? pattern.lastIndex : at
  }
  let at = 0
  while (at < offset) {
    const character = source.charAt(at)
    if (open.at(-1)?.mark === '`') {
      const end = skip(TEMPLATE_TEXT, at)
      if (end >= offset) break
      if (source.startsWith('${', end)) open.push({ mark: '${', at: end })
      else open.pop()
      at = end + (source.startsWith('${', end) ? 2 : 1)
      continue
    }
    if (character === "'" || character === '"') at = Math.max(skip(STRING, at), at + 1)
    else if (character === '/') {
      const end = skip(COMMENT, at)
      const isRegExp = end === at && BEFORE_REGEXP.test(source.slice(Math.max(0, at - 32), at))
      at = Math.max(isRegExp ? skip(REGEXP, at) : end, at + 1)
    } else {
      if (character === '`' || '([{'.includes(character)) {
        open.push({ mark: character as Opening['mark'], at })
      } else if (character in CLOSES) close(open, character)
      at++
    }
  }
  return open
}

function close(open: Opening[], character: string): void {
  const mark = open.at(-1)?.mark
  if (mark === CLOSES[character] || (character === '}' && mark === '${')) open.pop()
}

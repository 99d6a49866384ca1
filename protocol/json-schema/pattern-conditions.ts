/**
 * Lookaround that needs linear time only: at the two ends of a pattern.
 *
 * `^(?=A)(?!B)C(?<!D)$` holds for a string that matches `^A`, does not match `^B`, matches `^C$` and
 * does not match `D$`. Most lookaround in schemas is of this kind: rules for passwords, and for the
 * begin or end of a name.
 */

/** Expressions that a string must match, and those that it must not. */
export interface Conditions {
  readonly must: readonly string[]
  readonly mustNot: readonly string[]
}

/** Splits a valid pattern; its inner part stays unchanged. */
export function splitConditions(pattern: string): Conditions {
  const must: string[] = []
  const mustNot: string[] = []
  if (hasTopLevelAlternative(pattern)) return { must: [pattern], mustNot }
  let core = pattern
  if (core.startsWith('^')) {
    core = core.slice(1)
    for (let found = leading(core); found !== undefined; found = leading(core)) {
      const list = found.isNegated ? mustNot : must
      list.push(`^(?:${found.inside})`)
      core = found.rest
    }
    core = `^${core}`
  }
  const behind = trailing(core)
  if (behind !== undefined) {
    const list = behind.isNegated ? mustNot : must
    list.push(`(?:${behind.inside})$`)
    core = `${behind.rest}$`
  }
  must.push(core)
  return { must, mustNot }
}

interface Found {
  readonly inside: string
  readonly isNegated: boolean
  readonly rest: string
}

function leading(text: string): Found | undefined {
  if (!/^\(\?[=!]/.test(text)) return undefined
  const end = groupEnd(text, 0)
  const rest = text.slice(end)
  // A repeated lookahead may be left out.
  if (/^[*+?{]/.test(rest)) return undefined
  return { inside: text.slice(3, end - 1), isNegated: text[2] === '!', rest }
}

function trailing(text: string): Found | undefined {
  if (!text.endsWith(')$')) return undefined
  for (let i = 0; i < text.length; i = next(text, i)) {
    if (text[i] !== '(') continue
    const end = groupEnd(text, i)
    if (end === text.length - 1) {
      const kind = /^\(\?<([=!])/.exec(text.slice(i, i + 4))?.[1]
      if (kind === undefined) return undefined
      return { inside: text.slice(i + 4, end - 1), isNegated: kind === '!', rest: text.slice(0, i) }
    }
    i = end - 1
  }
  return undefined
}

function hasTopLevelAlternative(text: string): boolean {
  for (let i = 0; i < text.length; i = next(text, i)) {
    if (text[i] === '|') return true
    if (text[i] === '(') i = groupEnd(text, i) - 1
  }
  return false
}

/** Where the group that opens at `start` ends: past its bracket. */
function groupEnd(text: string, start: number): number {
  let depth = 0
  for (let i = start; i < text.length; i = next(text, i)) {
    if (text[i] === '(') depth++
    else if (text[i] === ')' && --depth === 0) return i + 1
  }
  return text.length
}

/** The next place after the character, escape or class at `i`. */
function next(text: string, i: number): number {
  if (text[i] === '\\') return i + 2
  if (text[i] !== '[') return i + 1
  let end = i + 1
  while (end < text.length && text[end] !== ']') end += text[end] === '\\' ? 2 : 1
  return end + 1
}

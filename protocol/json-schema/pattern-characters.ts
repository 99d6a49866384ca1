/** Sets of characters where JavaScript and RE2 differ, written for RE2. */

/** The content of a class for JavaScript's `\s`, without the brackets. */
export const whiteSpace =
  '\\t\\n\\x{b}\\f\\r\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}'
/** The complement of white space, since classes of RE2 hold no negated ones. */
export const noWhiteSpace =
  '\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}' +
  '\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}'
/** The class of `.`: all characters but the four line ends. */
export const anyButLineEnd = '[^\\n\\r\\x{2028}\\x{2029}]'
/** Matches every character, ends of lines too. */
export const anything = '[\\x{0}-\\x{10ffff}]'
/** Matches no character. */
export const nothing = '[^\\x{0}-\\x{10ffff}]'

/** One character, however special. */
export function character(codePoint: number): string {
  return `\\x{${codePoint.toString(16)}}`
}

/** General categories by their long names; RE2 knows the short ones. */
const categories: Readonly<Record<string, string>> = {
  Letter: 'L',
  Lowercase_Letter: 'Ll',
  Uppercase_Letter: 'Lu',
  Titlecase_Letter: 'Lt',
  Modifier_Letter: 'Lm',
  Other_Letter: 'Lo',
  Mark: 'M',
  Number: 'N',
  Decimal_Number: 'Nd',
  Letter_Number: 'Nl',
  Other_Number: 'No',
  Punctuation: 'P',
  Symbol: 'S',
  Separator: 'Z',
  Space_Separator: 'Zs',
  Other: 'C',
  Control: 'Cc',
}

/** `\p{name}` as RE2 writes it; `undefined` for properties that it has not. */
export function unicodeProperty(letter: string, name: string): string | undefined {
  const [, kind, value = name] = /^(\w+)=(\w+)$/.exec(name) ?? []
  if (kind !== undefined && !/^(?:sc|Script|gc|General_Category)$/.test(kind)) return undefined
  const short = categories[value] ?? value
  const isCategory = /^(?:L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfos]?)$/.test(
    short,
  )
  const isScript = kind === 'sc' || kind === 'Script'
  return isCategory || isScript ? `\\${letter}{${short}}` : undefined
}

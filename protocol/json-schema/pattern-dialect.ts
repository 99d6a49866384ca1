/**
 * Whether a schema's `pattern` is a regular expression of JavaScript, as JSON Schema requires.
 *
 * Servers send patterns of many languages. The engine refuses syntax that only another language
 * has. In its lenient mode it accepts the rest with another meaning: `\A` as the letter A,
 * `[[:alpha:]]` as a class of five letters and a bracket.
 */

/** Whether the pattern means here what its author meant. The engine parses, and runs nothing. */
export function isJavaScriptPattern(pattern: string): boolean {
  if (parses(pattern, 'u')) return true
  return parses(pattern, '') && !hasForeignParts(pattern)
}

function parses(pattern: string, flags: string): boolean {
  try {
    new RegExp(pattern, flags)
    return true
  } catch {
    // The pattern is not of this dialect.
    return false
  }
}

/** Escapes that the lenient mode reads as it does in the strict mode. */
const ownEscape =
  /^(?:[dDwWsSbBtnvfr]|c[A-Za-z]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|0(?!\d)|[^A-Za-z0-9])/

/** Escapes of letters, POSIX classes, nested classes, `{,n}`: each means something elsewhere. */
function hasForeignParts(pattern: string): boolean {
  let isClass = false
  for (let i = 0; i < pattern.length; i++) {
    const rest = pattern.slice(i, i + 12)
    if (rest.startsWith('\\')) {
      if (!ownEscape.test(rest.slice(1))) return true
      i++
    } else if (isClass) {
      if (/^(?:\[[:.=]|&&\[)/.test(rest)) return true
      if (rest.startsWith(']')) isClass = false
    } else if (rest.startsWith('[')) isClass = true
    else if (/^\{,\d+\}/.test(rest)) return true
  }
  return false
}

/** Patterns of names, such as those of tools: `*` stands for any text, all else for itself. */

/** A test of names against patterns; it holds when one of them fits. */
export function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map(pattern => {
    const escaped = pattern.split('*').map(part => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    return new RegExp(`^${escaped.join('.*')}$`, 's')
  })
  return name => expressions.some(expression => expression.test(name))
}

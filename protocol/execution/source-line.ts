/** Characters of the line that represents a source in lists. */
const MAX_SOURCE_LINE = 120

/** The first line of a source with any text. */
export function sourceLine(source: string): string {
  const line = /\S.*/.exec(source)?.[0].trimEnd() ?? ''
  return line.length <= MAX_SOURCE_LINE ? line : `${line.slice(0, MAX_SOURCE_LINE - 1)}…`
}

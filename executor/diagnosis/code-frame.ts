/** The offending line of a source with its neighbours and a caret, as compilers print it. */

const NEIGHBOURS = 2
const MAX_LINE = 160

/** Renders the frame; `undefined` when the position is outside of the source. */
export function codeFrame(source: string, line: number, column: number): string | undefined {
  const lines = source.split(/\r\n|[\n\r\u2028\u2029]/)
  if (line < 1 || line > lines.length) return undefined
  const first = Math.max(1, line - NEIGHBOURS)
  const last = Math.min(lines.length, line + NEIGHBOURS)
  const width = String(last).length
  const out: string[] = []
  for (let n = first; n <= last; n++) {
    const text = (lines[n - 1] as string).slice(0, MAX_LINE)
    out.push(`${n === line ? '>' : ' '} ${String(n).padStart(width)} | ${text}`.trimEnd())
    if (n === line && column <= MAX_LINE)
      out.push(`  ${' '.repeat(width)} | ${' '.repeat(column - 1)}^`)
  }
  return out.join('\n')
}

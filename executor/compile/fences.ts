/** A source without its Markdown fences, every character where it was. */
export interface Unfenced {
  readonly text: string
  /** The language tag of the opening fence, in lower case; absent when there is none. */
  readonly tag?: string
}

/** Up to the end of the first line: indentation, fence, info string (no backtick, as in CommonMark). */
const OPENING = /^(`{3,}|~{3,})[ \t]*([^\s`]*)[^\r\n`]*(?:\r\n|\n|\r)/

/**
 * Takes the fences off a source that is one Markdown code block.
 *
 * They become spaces, so that positions are kept. Text before or after the block, a block that does
 * not end, and a second block leave the source as it is.
 */
export function unfence(source: string): Unfenced {
  const start = source.length - source.trimStart().length
  const end = source.trimEnd().length
  const opening = OPENING.exec(source.slice(start, end))
  if (!opening) return { text: source }
  const [first, fence = '', tag = ''] = opening
  const bodyStart = start + first.length
  const lastLine =
    1 + Math.max(source.lastIndexOf('\n', end - 1), source.lastIndexOf('\r', end - 1))
  if (lastLine < bodyStart || !closes(source.slice(lastLine, end), fence)) return { text: source }
  const body = source.slice(bodyStart, lastLine)
  if (body.split(/[\r\n]/).some(line => closes(line, fence))) return { text: source }
  const text =
    source.slice(0, start) +
    first.replace(/[^\r\n]/g, ' ') +
    body +
    ' '.repeat(end - lastLine) +
    source.slice(end)
  return tag ? { text, tag: tag.toLowerCase() } : { text }
}

const closes = (line: string, fence: string): boolean => {
  const run = line.trim()
  return run.length >= fence.length && run === fence.charAt(0).repeat(run.length)
}

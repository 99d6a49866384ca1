/**
 * Markdown around a program: models send a code block in place of a program, often with a sentence
 * before and after it.
 */

import {
  closesFence,
  languageOfTag,
  OPENING_FENCE,
} from '../../../protocol/execution/code-fence.ts'

/** A source without the text around its program. Every character keeps its place. */
export interface Unfenced {
  readonly text: string
  /** The language tag of the opening fence, in lower case; absent when there is none. */
  readonly tag?: string
  /** Where a fence stands in a source that is neither a program nor holds one; absent otherwise. */
  readonly strayFence?: number
}

/** A code block; offsets in the source. */
interface Block {
  /** The language tag of its opening fence, in lower case; empty when there is none. */
  readonly tag: string
  readonly start: number
  /** Before its closing fence, or where the source ends. */
  readonly end: number
  /** Behind its closing fence. */
  readonly after: number
}

interface Line {
  readonly text: string
  readonly start: number
  /** Behind its line end. */
  readonly end: number
}

const HAS_FENCE = /^[ \t]*(?:`{3}|~{3})/m

/**
 * Takes away the text around the one code block of a source.
 *
 * The text becomes spaces, so that positions are kept. The closing fence may be missing. A block
 * ends at the first closing fence with which it parses, so that a program may hold fences in its
 * comments. Of several blocks the one that says JavaScript or TypeScript is taken. A source that is
 * a program with a fence in a comment of its own stays as it is.
 *
 * @param parses whether a text is a program in which no fence was read as code, given the tag of
 *   its own fence, if any
 */
export function unfence(source: string, parses: (text: string, tag: string) => boolean): Unfenced {
  if (!HAS_FENCE.test(source)) return { text: source }
  const blocks = blocksOf(source, parses)
  const tagged = blocks.filter(({ tag }) => languageOfTag(tag) !== undefined)
  const block = tagged.length > 0 ? onlyOne(tagged) : onlyOne(blocks)
  if (parses(source, '')) return { text: source }
  if (block === undefined) return { text: source, strayFence: source.search(HAS_FENCE) }
  const text =
    blank(source.slice(0, block.start)) +
    source.slice(block.start, block.end) +
    blank(source.slice(block.end))
  return block.tag === '' ? { text } : { text, tag: block.tag }
}

const onlyOne = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined)

const blank = (text: string): string => text.replace(/[^\r\n\u2028\u2029]/g, ' ')

function blocksOf(source: string, parses: (text: string, tag: string) => boolean): Block[] {
  const lines = linesOf(source)
  const blocks: Block[] = []
  for (let at = 0; at < lines.length; at++) {
    const [, fence, tag = ''] = OPENING_FENCE.exec((lines[at] as Line).text) ?? []
    if (fence === undefined) continue
    const block = blockAt(source, lines, at, fence, tag.toLowerCase(), parses)
    blocks.push(block)
    while (at + 1 < lines.length && (lines[at + 1] as Line).start < block.after) at++
  }
  return blocks
}

/** So many closing fences are tried; each costs a parse. */
const MAX_ENDS = 16

function blockAt(
  source: string,
  lines: readonly Line[],
  opening: number,
  fence: string,
  tag: string,
  parses: (text: string, tag: string) => boolean,
): Block {
  const start = (lines[opening] as Line).end
  const ends = lines.filter(({ text }, at) => at > opening && closesFence(text, fence))
  const whole = { start: source.length, end: source.length }
  const candidates = ends.length === 0 ? [whole] : ends.slice(0, MAX_ENDS)
  const parsed =
    candidates.length > 1
      ? candidates.find(end => parses(source.slice(start, end.start), tag))
      : undefined
  const { start: end, end: after } = parsed ?? candidates[0] ?? whole
  return { tag, start, end, after }
}

function linesOf(source: string): Line[] {
  const lines: Line[] = []
  let start = 0
  for (const { 0: lineEnd, index } of source.matchAll(/\r\n|\n|\r|$/g)) {
    const end = index + lineEnd.length
    lines.push({ text: source.slice(start, index), start, end })
    start = end
  }
  return lines
}

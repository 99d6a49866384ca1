/** A source with numbered lines, colours, and marks on the lines that matter. */

import { html } from 'hono/html'
import type { ExecutionSource } from '../../../protocol/execution/execution.ts'
import { sourcePieces } from '../../base/source-pieces.ts'
import type { Html } from '../page.ts'
import { nothing } from '../page.ts'
import { shownText } from '../texts.ts'

/** Longer sources have no colours: the tokens of a megabyte would hold the daemon up. */
const MAX_COLOURED = 65_536

/** Lines that are shown, and characters of one: browsers become slow beyond it. */
const MAX_LINES = 5000
const MAX_LINE = 20_000

type Program = Pick<ExecutionSource, 'source' | 'language'>

/** A line that is marked, from 1, and why. */
export interface MarkedLine {
  readonly line: number
  readonly kind: 'at' | 'fault'
}

/** The source. @param marked the line it stands at, or failed at */
export function sourceView({ source, language }: Program, marked?: MarkedLine): Html {
  const all = linesOf(source, language)
  const lines = all.slice(0, MAX_LINES).map((line, i) => {
    const isMarked = marked?.line === i + 1
    const attributes = isMarked
      ? html` class="${marked.kind}" aria-label="${marked.kind === 'at' ? 'it stands here' : 'it failed here'}"`
      : nothing
    return html`<li id="L${i + 1}"${attributes}><code>${line}</code></li>`
  })
  return html`<div class="wide" tabindex="0" role="group" aria-label="Source"><ol class="source">${lines}</ol></div>
${all.length > MAX_LINES ? html`<p>${all.length - MAX_LINES} lines more are not shown.</p>` : nothing}`
}

/** The lines with their colours: a piece that spans lines is in each of them. */
function linesOf(source: string, language: Program['language']): Html[] {
  const pieces = source.length > MAX_COLOURED ? [] : sourcePieces(source, language)
  const lines: Html[][] = [[]]
  const add = (text: string, kind?: string) => {
    for (const [i, part] of text.split(/\r\n|[\n\r]/).entries()) {
      if (i > 0) lines.push([])
      if (part === '') continue
      const shown = shownText(part.length > MAX_LINE ? `${part.slice(0, MAX_LINE)}…` : part)
      lines
        .at(-1)
        ?.push(kind === undefined ? html`${shown}` : html`<span class="${kind}">${shown}</span>`)
    }
  }
  let at = 0
  for (const { kind, start, end } of pieces) {
    add(source.slice(at, start))
    add(source.slice(start, end), kind)
    at = end
  }
  add(source.slice(at))
  return lines.map(parts => html`${parts}`)
}

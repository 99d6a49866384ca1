/** Colours of a program on a terminal. */

import type { Language } from '../../../protocol/execution/execution.ts'
import { sourcePieces } from '../../base/source-pieces.ts'

/** "Select graphic rendition" of ECMA-48: foreground colours, and 39 for the terminal's own. */
const colours = { keyword: 35, text: 32, number: 33, comment: 90 } as const
const OWN_COLOUR = 39

/**
 * Colours a program, each line by itself, so that lines may be indented. From a place that is not
 * valid syntax on, the text may keep the terminal's own colour.
 */
export function highlight(source: string, language: Language = 'javascript'): string {
  let text = ''
  let at = 0
  for (const { kind, start, end } of sourcePieces(source, language)) {
    text += source.slice(at, start) + coloured(source.slice(start, end), colours[kind])
    at = end
  }
  return text + source.slice(at)
}

function coloured(text: string, colour: number): string {
  return text.replace(/^.+$/gm, line => `\x1b[${colour}m${line}\x1b[${OWN_COLOUR}m`)
}

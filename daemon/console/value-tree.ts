/** A plain value as a tree that opens. */

import { html } from 'hono/html'
import { type Html, nothing } from './page.ts'
import { shownText } from './texts.ts'

/** Values of one tree: beyond it the text of the output is there. */
const MAX_NODES = 2000
/** Levels that are open at first. */
const OPEN_LEVELS = 2
/** Characters of one text, and of all texts. */
const MAX_TEXT = 2000
const MAX_CHARACTERS = 200_000
/** Levels of one tree; a page that nests further makes browsers slow. */
const MAX_LEVELS = 40

/** The tree of a plain JSON value. */
export function valueTree(value: unknown): Html {
  let left = MAX_NODES
  let characters = 0
  const cut = (text: string): string => {
    const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
    characters += shown.length
    if (characters > MAX_CHARACTERS) left = Math.min(left, 0)
    return shownText(shown)
  }
  const node = (name: string | undefined, one: unknown, level: number): Html => {
    if (left-- <= 0) return left === -1 ? html`<li>… more</li>` : nothing
    const label = name === undefined ? nothing : html`<span class="key">${cut(name)}</span>: `
    if (typeof one !== 'object' || one === null)
      return html`<li>${label}${leaf(typeof one === 'string' ? cut(one) : one)}</li>`
    const isList = Array.isArray(one)
    const entries: [string, unknown][] = Object.entries(one)
    const size = isList ? `[${entries.length}]` : `{${entries.length}}`
    if (entries.length === 0 || level === MAX_LEVELS) return html`<li>${label}${size}</li>`
    const children: Html[] = []
    for (const [key, inner] of entries) {
      children.push(node(key, inner, level + 1))
      if (left < 0) break
    }
    const open = level < OPEN_LEVELS ? html` open` : nothing
    return html`<li><details${open}><summary>${label}${size}</summary><ul>${children}</ul></details></li>`
  }
  return html`<ul class="tree">${node(undefined, value, 0)}</ul>`
}

function leaf(value: unknown): Html {
  if (typeof value !== 'string') return html`<span class="value">${String(value)}</span>`
  return html`<span class="value text">${JSON.stringify(value)}</span>`
}

/** The page on which a person writes a program and runs it. */

import { html } from 'hono/html'
import type { Language } from '../../../protocol/execution/execution.ts'
import { type Html, nothing } from '../page.ts'
import { editorPath } from './editor-modules.ts'

/** The fields of the form, as texts. */
export interface PlaygroundFields {
  readonly source: string
  readonly language: string
  /** A JSON object, or nothing. */
  readonly inputs: string
  readonly sessionId: string
}

/** The program that a person finds who has written none. */
export const FIRST_PROGRAM = `// Tools are plain functions: this line waits for a person.
const { approved } = human_approval('Say hello?')
console.log('approved:', approved)
approved ? 'Hello' : 'Not today'
`

const languageNames = {
  javascript: 'JavaScript',
  typescript: 'TypeScript',
  python: 'Python',
} as const

/** The playground. @param languages that this daemon runs @param fault why the program was not taken */
export function playgroundPage(
  { source, language, inputs, sessionId }: PlaygroundFields,
  languages: readonly Language[],
  mayExecute: boolean,
  fault?: string,
): Html {
  const option = (value: string, label: string) =>
    html`<option value="${value}"${value === language ? html` selected` : nothing}>${label}</option>`
  return html`<h1>Playground</h1>
${fault === undefined ? nothing : html`<p class="fault" role="alert">${fault}</p>`}
<form method="post" action="/console/playground" class="playground" data-editor="${editorPath()}">
<div class="field"><label for="source" id="source-label">Program</label>
<textarea id="source" name="source" rows="14" spellcheck="false" autocapitalize="off" required>
${source}</textarea></div>
<p class="beside" data-editor-help hidden>Tab indents; <kbd>Esc</kbd> and then <kbd>Tab</kbd> leaves the editor. <kbd>Ctrl</kbd> <kbd>Enter</kbd> runs.</p>
<div class="columns"><div class="field"><label for="inputs">Inputs <span class="beside">a JSON object, optional</span></label>
<textarea id="inputs" name="inputs" rows="3" spellcheck="false">
${inputs}</textarea></div>
<div><div class="field"><label for="language">Language</label>
<select id="language" name="language">${languages.map(one => option(one, languageNames[one]))}</select></div>
<div class="field"><label for="session">Session <span class="beside">optional</span></label>
<input id="session" name="sessionId" value="${sessionId}" autocomplete="off"></div></div></div>
${
  mayExecute
    ? html`<div class="actions"><button class="primary">Run</button></div>`
    : html`<p>This token may not run programs: it lacks the scope execute.</p>`
}</form>
<p class="beside">A run has an address of its own: its page follows it, takes decisions and cancels it.</p>`
}

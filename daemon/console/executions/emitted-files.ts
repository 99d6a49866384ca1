/** The files that a program gave out. */

import { html } from 'hono/html'
import { isRecord } from '../../../protocol/base/predicates.ts'
import type { Execution } from '../../../protocol/execution/execution.ts'
import { type Html, nothing } from '../page.ts'
import { bytesText, shownText } from '../texts.ts'

/** The files of an execution, a line each; nothing when it has given out none. */
export function emittedFiles(execution: Execution): Html {
  const files: unknown = 'files' in execution ? execution.files : undefined
  if (!Array.isArray(files) || files.length === 0) return nothing
  const lines = files
    .filter(isRecord)
    .map(
      ({ name, type, size }) =>
        html`<li><code>${shownText(String(name))}</code> <span class="beside">${shownText(String(type))}, ${bytesText(Number(size))}</span></li>`,
    )
  return html`<h2>Files</h2><ul>${lines}</ul>`
}

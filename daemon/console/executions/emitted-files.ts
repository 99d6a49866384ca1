/** The files that a program gave out. */

import { html } from 'hono/html'
import type { EmittedFile, Execution } from '../../../protocol/execution/execution.ts'
import { type Html, nothing } from '../page.ts'
import { bytesText, shownText } from '../texts.ts'

/** Images that browsers show, and no larger ones: a page is not to wait for them. */
const IMAGE = /^image\/(?:png|jpeg|gif|webp|avif)$/
const MAX_IMAGE_BYTES = 8 * 1024 * 1024
/** Files of one page. */
const MAX_FILES = 200

/** Where the console gives a file to a browser that is signed in. */
export const filePath = (fileId: string): string => `/console/files/${fileId}`

/** The files of an execution, with small images in place; nothing when it has given out none. */
export function emittedFiles({ files = [] }: Execution): Html {
  if (files.length === 0) return nothing
  const left = files.length - MAX_FILES
  return html`<h2>Files</h2><ul class="files">${files.slice(0, MAX_FILES).map(entry)}</ul>
${left > 0 ? html`<p>${left} files more are not shown.</p>` : nothing}`
}

function entry({ fileId, name, type, size }: EmittedFile): Html {
  const isShown = IMAGE.test(type) && size <= MAX_IMAGE_BYTES
  const facts = type === '' ? bytesText(size) : `${shownText(type)}, ${bytesText(size)}`
  return html`<li><a href="${filePath(fileId)}" download="${name}">${shownText(name)}</a>
<span class="beside">${facts}</span>
${isShown ? html`<img src="${filePath(fileId)}" alt="${shownText(name)}" loading="lazy">` : nothing}</li>`
}

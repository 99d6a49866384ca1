/** One execution: its approvals, and the line at which it waits. */

import './approvals.js'

/** Of this status the daemon can say where the program stands. */
const isWaiting = () => document.querySelector('[data-region="state"] .status.waiting') !== null

function mark(line) {
  for (const marked of document.querySelectorAll('.source .at')) {
    marked.classList.remove('at')
    marked.removeAttribute('aria-label')
  }
  const now = line === undefined ? null : document.querySelector(`#L${line}`)
  now?.classList.add('at')
  now?.setAttribute('aria-label', 'it stands here')
}

/**
 * The calls when the line was asked for: as long as they are the same, so is the line. `null` when
 * there was no answer.
 */
let shown

async function showLine() {
  const calls = isWaiting()
    ? document.querySelectorAll('[data-region="calls"] > tr:not([data-depth])').length
    : undefined
  if (calls === shown) return
  shown = calls
  if (calls === undefined) return mark(undefined)
  try {
    const headers = { 'x-latchd-update': '1' }
    const response = await fetch(`${location.pathname}/line`, { headers })
    // A daemon that has no worker for it says so: the line stays as it was shown.
    if (response.ok) mark((await response.json()).line ?? undefined)
  } catch {
    // The daemon is away. The page is renewed when it is back, and the line asked for again then.
    shown = null
  }
}

showLine()
document.addEventListener('renewed', showLine)

/**
 * A notification of each new approval, for a tab that shows the pending ones: asked for by a click,
 * ended by another one. The tab remembers which approvals it has shown, so that it says each once:
 * across the page after a decision, and after a time without the daemon.
 */

/** Where the tab keeps the ids that need no notification; absent: nobody wants any. */
const STORED = 'latchd-notified'
/** Ids that are kept, the latest: a page has fewer. */
const MAX_KNOWN = 500

const button = document.querySelector('[data-notify]')
const line = document.querySelector('[data-notify-fault]')

const isOn = () => sessionStorage.getItem(STORED) !== null
const known = () => JSON.parse(sessionStorage.getItem(STORED) ?? '[]')
const learn = ids => {
  const all = [...new Set([...known(), ...ids])].slice(-MAX_KNOWN)
  sessionStorage.setItem(STORED, JSON.stringify(all))
}

/** Those that the page shows and that can be decided: ids and elements. */
const pending = () =>
  [...document.querySelectorAll('.approval:has(form)')].map(element => [element.id, element])

/** Notifications that are still there, by the approval. */
const shown = new Map()
/** Approvals that the page has had: one that it has no longer is decided, or its time is over. */
const seen = new Set()

function close(approvalId) {
  shown.get(approvalId)?.close()
  shown.delete(approvalId)
}

/** Leads to the approval, wherever its form is by now. */
function open(approvalId) {
  window.focus()
  close(approvalId)
  const approval = document.getElementById(approvalId)
  if (approval === null) {
    location.href = `/console/approvals/${encodeURIComponent(approvalId)}`
    return
  }
  approval.focus()
  approval.scrollIntoView({ block: 'nearest' })
}

/** Notifies of an approval that is new to this tab, unless somebody looks at the tab. */
function announce(approvalId, tool) {
  if (!isOn() || known().includes(approvalId)) return
  learn([approvalId])
  if (document.hasFocus()) return
  try {
    const notification = new Notification(`${tool} waits for a decision`, { tag: approvalId })
    notification.onclick = () => open(approvalId)
    shown.set(approvalId, notification)
  } catch {
    // Browsers of phones take none from a page.
    end('This browser shows no notifications of pages.')
  }
}

function end(fault = '') {
  sessionStorage.removeItem(STORED)
  for (const approvalId of [...shown.keys()]) close(approvalId)
  show(fault)
}

/** Shows whether it is on, and why it cannot be. */
function show(fault = '') {
  const state = isOn() ? 'on' : 'off'
  button.dataset.notify = state
  button.textContent = state === 'on' ? 'Do not notify me any more' : 'Notify me of new ones'
  button.hidden = false
  line.textContent = fault
}

const DENIED = 'The browser does not let this page notify you: its settings for this site say so.'

async function begin() {
  if ((await Notification.requestPermission()) !== 'granted') return show(DENIED)
  learn(pending().map(([id]) => id))
  show()
}

if (button !== null && 'Notification' in window) {
  button.addEventListener('click', () => (isOn() ? end() : begin()))
  document.addEventListener('latchd', ({ detail }) => {
    if (!['approval-requested', 'approval-decided'].includes(detail.type)) return
    const { approval } = JSON.parse(detail.data)
    if (detail.type === 'approval-requested') announce(approval.approvalId, approval.tool)
    else close(approval.approvalId)
  })
  // What came while there was no stream, and what has ended without a decision.
  const compare = () => {
    const now = new Map(pending())
    for (const id of seen) if (!now.has(id)) close(id)
    seen.clear()
    for (const [id, element] of now) {
      seen.add(id)
      announce(id, element.dataset.approval)
    }
  }
  document.addEventListener('renewed', compare)
  if (isOn() && Notification.permission !== 'granted') end(DENIED)
  else show()
  compare()
}

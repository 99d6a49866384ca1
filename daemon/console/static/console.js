/** On every page: instants in the browser's zone, times that count, keys, and the live regions. */

import { follow } from './live.js'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** As the daemon writes it, in `daemon/console/texts.ts`. */
function durationText(ms) {
  if (ms < SECOND_MS) return `${Math.round(ms)} ms`
  if (ms < MINUTE_MS) return `${(ms / SECOND_MS).toFixed(1)} s`
  const [large, largeMs, small, smallMs] =
    ms < HOUR_MS
      ? ['min', MINUTE_MS, 's', SECOND_MS]
      : ms < DAY_MS
        ? ['h', HOUR_MS, 'min', MINUTE_MS]
        : ['d', DAY_MS, 'h', HOUR_MS]
  const rest = Math.floor((ms % largeMs) / smallMs)
  return `${Math.floor(ms / largeMs)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`
}

/** How far this machine's clock is from the daemon's, by the page's first word of it. */
let skewMs
function nowAt(element) {
  skewMs ??= Number(element.dataset.now) - Date.now()
  return Date.now() + skewMs
}

function count() {
  for (const element of document.querySelectorAll('time[data-since]')) {
    element.textContent = durationText(Math.max(0, nowAt(element) - Number(element.dataset.since)))
  }
  for (const element of document.querySelectorAll('time[data-until]')) {
    element.textContent = durationText(Math.max(0, Number(element.dataset.until) - nowAt(element)))
  }
}

const zoned = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'medium' })
const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })

function localize() {
  for (const element of document.querySelectorAll('time[data-instant]')) {
    const { dateTime } = element
    element.removeAttribute('data-instant')
    element.title = dateTime
    element.textContent = zoned.format(new Date(dateTime))
  }
  for (const element of document.querySelectorAll('time[data-clock]')) {
    element.removeAttribute('data-clock')
    element.textContent = clock.format(new Date(element.dateTime))
  }
  count()
}

localize()
document.addEventListener('renewed', localize)
setInterval(count, SECOND_MS)

/** Whether a key is meant for what has the focus. */
export function isTyping({ target, ctrlKey, metaKey, altKey }) {
  return (
    ctrlKey || metaKey || altKey || target.closest('input, textarea, select, .cm-editor') !== null
  )
}

document.addEventListener('keydown', event => {
  if (event.key !== 'a' || isTyping(event) || event.defaultPrevented) return
  const first = document.querySelector('.approval:has(form)')
  if (first !== null) first.focus()
  else location.href = '/console/approvals'
})

const { live } = document.body.dataset
if (live !== undefined) {
  follow(live, (type, event) => {
    document.dispatchEvent(new CustomEvent('latchd', { detail: { type, data: event.data } }))
  })
}

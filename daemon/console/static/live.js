/**
 * Keeps a page as the daemon has it. The page names a stream of events; each event makes its regions
 * stale, and stale regions are asked for again, at most twice a second. A region is an element with
 * `data-region`. Its children with `data-key` stay the elements that they are while `data-version`
 * stays the same: what a person has opened, chosen or written there is kept.
 */

/** The least time between two renewals; a slow answer makes it longer. */
const PAUSE_MS = 400
/** A stream that the daemon refused is asked for again after this long, and then later. */
const FIRST_RETRY_MS = 500
const MAX_RETRY_MS = 5000
/**
 * A tab that nobody sees gives its stream back after this long: browsers open six connections to a
 * host, and the seventh tab would wait for ever. One that notifies keeps it.
 */
const UNSEEN_MS = 10_000
/** The answer took this share of the time at most. */
const SHARE = 5

/** What the keyboard comes to. */
const CONTROLS = 'a[href], button, input, select, textarea, summary, [tabindex]'

/** Whether a control is the same as one of an earlier form of the page. */
const isSame = (a, b) =>
  a.tagName === b.tagName &&
  a.textContent === b.textContent &&
  a.getAttribute('href') === b.getAttribute('href') &&
  a.form?.action === b.form?.action

/** Does something to a region in which the focus may be, and gives it to the same control after it. */
function keepFocus(region, act) {
  const focused = document.activeElement
  act()
  if (focused === null || focused.isConnected) return
  const same = [...region.querySelectorAll(CONTROLS)].find(control => isSame(control, focused))
  same?.focus({ preventScroll: true })
}

/** Opens in the new form of a row what a person has opened in the old one. */
function keepOpen(old, next) {
  const details = [...next.querySelectorAll('details')]
  for (const [i, was] of old.querySelectorAll('details').entries()) {
    if (was.open && details[i] !== undefined) details[i].open = true
  }
}

/** Replaces the children of a region by those of its new form. */
function renew(region, next) {
  const hasKeys = [...region.children, ...next.children].some(child => child.dataset.key)
  if (!hasKeys) {
    if (region.innerHTML !== next.innerHTML) region.replaceChildren(...next.childNodes)
    return
  }
  const known = new Map([...region.children].map(child => [child.dataset.key, child]))
  const wanted = [...next.children].map(child => {
    const old = known.get(child.dataset.key)
    if (old === undefined) return child
    if (old.dataset.version === child.dataset.version) return old
    keepOpen(old, child)
    return child
  })
  const kept = new Set(wanted)
  for (const child of [...region.childNodes]) if (!kept.has(child)) child.remove()
  for (const [i, child] of wanted.entries()) {
    if (region.children[i] !== child) region.insertBefore(child, region.children[i] ?? null)
  }
}

/** Whether a log is read at its end, where it is to stay. */
const isAtEnd = ({ scrollTop, scrollHeight, clientHeight }) =>
  scrollHeight - scrollTop - clientHeight < 8

/** The regions as the daemon has them; `undefined` when nobody is signed in any more. */
async function ask(path) {
  const response = await fetch(path, {
    headers: { accept: 'text/html', 'x-latchd-update': '1' },
  })
  if (response.status === 401 || response.status === 403) return undefined
  if (!response.ok) throw new Error(`the daemon answered ${response.status}`)
  return await response.text()
}

/** Renews all regions of this page. @param text of the page as it is now */
function show(text) {
  const next = new DOMParser().parseFromString(text, 'text/html')
  for (const region of document.querySelectorAll('[data-region]')) {
    const fresh = next.querySelector(`[data-region="${region.dataset.region}"]`)
    if (fresh === null) continue
    const followsEnd = region.classList.contains('log') && isAtEnd(region)
    keepFocus(region, () => renew(region, fresh))
    if (followsEnd) region.scrollTop = region.scrollHeight
  }
  document.dispatchEvent(new Event('renewed'))
}

/** Renews all regions by a page. Resolves with `false` when nobody is signed in any more. */
export async function renewPage(path) {
  const text = await ask(path)
  if (text !== undefined) show(text)
  return text !== undefined
}

/** Says at the top of the page that it is not live. */
function say(text) {
  let bar = document.querySelector('.offline')
  if (text === '') return bar?.remove()
  if (bar === null) {
    bar = document.createElement('p')
    bar.className = 'offline'
    bar.setAttribute('role', 'status')
    document.querySelector('main').before(bar)
  }
  bar.textContent = text
}

/** Follows a stream until its execution has ended. @param onEvent called with the type of each event */
export function follow(path, onEvent = () => {}) {
  let isStale = false
  let isBusy = false
  let hasEnded = false
  let isAsleep = false
  let retryMs = FIRST_RETRY_MS
  let source

  /** Renews the page once, or says why it is not renewed. */
  const renewOnce = async () => {
    let text
    try {
      text = await ask(location.href)
    } catch {
      // The daemon is away: the stream says when it is back, and the page is renewed then.
      say('The daemon does not answer. Trying again …')
      return
    }
    if (text === undefined) {
      hasEnded = true
      source?.close()
      say('You are signed out.')
      return
    }
    say('')
    show(text)
  }
  const work = async () => {
    if (isBusy) return
    isBusy = true
    try {
      while (isStale) {
        isStale = false
        const startedAt = performance.now()
        await renewOnce()
        const tookMs = performance.now() - startedAt
        await new Promise(resolve => setTimeout(resolve, Math.max(PAUSE_MS, tookMs * SHARE)))
      }
    } finally {
      isBusy = false
    }
  }
  const renewSoon = () => {
    isStale = true
    work()
  }

  const open = () => {
    source = new EventSource(path)
    source.onopen = () => {
      retryMs = FIRST_RETRY_MS
      // What happened while there was no stream.
      renewSoon()
    }
    source.onerror = () => {
      if (hasEnded || isAsleep) return
      // Says so when the daemon is away, and when nobody is signed in any more.
      renewSoon()
      // Otherwise the browser tries again by itself.
      if (source.readyState !== EventSource.CLOSED) return
      setTimeout(() => isAsleep || open(), retryMs)
      retryMs = Math.min(MAX_RETRY_MS, retryMs * 2)
    }
    for (const type of [
      'execution-started',
      'log-written',
      'call-started',
      'call-progressed',
      'call-completed',
      'file-emitted',
      'approval-requested',
      'approval-decided',
      'execution-parked',
      'execution-resumed',
      'execution-stuck',
      'execution-ended',
      // Of an execution's page: something has happened beneath it.
      'nested-changed',
    ]) {
      source.addEventListener(type, event => {
        if (type === 'execution-ended' && path.includes('/executions/')) {
          hasEnded = true
          source.close()
        }
        onEvent(type, event)
        renewSoon()
      })
    }
  }
  open()

  let unseen
  document.addEventListener('visibilitychange', () => {
    clearTimeout(unseen)
    if (document.hidden && !hasEnded && !notifies()) {
      unseen = setTimeout(() => {
        isAsleep = true
        source.close()
      }, UNSEEN_MS)
    } else if (!document.hidden && isAsleep) {
      isAsleep = false
      open()
    }
  })
}

/** Whether somebody is to be told of new approvals by a tab in the background. */
const notifies = () => document.querySelector('[data-notify="on"]') !== null

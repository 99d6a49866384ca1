/** Notifications of new approvals: by Chromium's own permission, with what a page makes of it watched. */

import type { BrowserContext, Page } from 'playwright-core'
import t from 'tap'
import { startDaemon } from '../../daemon/start-daemon.ts'
import { PAGE_MS, signedInPage, startChromium } from '../support/chromium.ts'
import { fixture, post } from '../support/daemon.ts'
import { stateFolder } from '../support/state-folder.ts'
import { as, readTokens, secretOf, tokenDaemon } from '../support/token-daemon.ts'

const { url } = await tokenDaemon(t, [{ name: 'ann' }], {
  LATCHD_TOOLS: fixture('console-tools.ts'),
})
const browser = await startChromium(t)

/** A program that waits for a person; gives the id of its approval. */
async function ask(to: string, at = url): Promise<string> {
  const source = `send_mail({ to: '${to}', text: 'hello' })`
  const { body } = await post(`${at}/v1/execute`, { source, durable: true }, as('ann'))
  return body.waitingFor[0].approvalId
}

/** What a page did with notifications, in order. */
interface Seen {
  readonly what: 'asked' | 'made' | 'shown' | 'closed'
  readonly title?: string
  readonly tag?: string
}

/**
 * The approvals of a person whose page tells what it does with notifications. The browser makes and
 * shows them: only a click is not to be had without a screen, and is made by `click`.
 */
async function approvalsPage(at = url) {
  const { page, context, faults } = await signedInPage(browser, at, secretOf('ann'))
  const seen: Seen[] = []
  const waiting = new Set<() => void>()
  await context.exposeBinding('saw', (_source, one: Seen) => {
    seen.push(one)
    for (const look of waiting) look()
  })
  await context.addInitScript(observe)
  await page.goto(`${at}/console/approvals`)
  const until = async (what: Seen['what'], tag?: string) => {
    const isThere = () => seen.some(one => one.what === what && (tag ?? one.tag) === one.tag)
    if (isThere()) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = () => void (isThere() && resolve())
    waiting.add(look)
    const timer = setTimeout(() => {
      reject(new Error(`not in time: ${what} ${tag}, but ${JSON.stringify(seen)}`))
    }, PAGE_MS)
    await promise.finally(() => clearTimeout(timer))
  }
  const click = (tag: string) => page.evaluate(of => globalThis.clickNotification(of), tag)
  return { page, context, faults, seen, until, click }
}

declare global {
  var saw: (one: Seen) => Promise<void>
  var clickNotification: (tag: string) => void
}

/** Runs in the page, before its own scripts. */
function observe() {
  const made = new Map<string, Notification>()
  const Real = Notification
  const request = Real.requestPermission
  class Observed extends Real {
    constructor(title: string, options: NotificationOptions = {}) {
      super(title, options)
      const { tag = '' } = options
      made.set(tag, this)
      void globalThis.saw({ what: 'made', title, tag })
      this.addEventListener('show', () => void globalThis.saw({ what: 'shown', tag }))
    }

    override close() {
      void globalThis.saw({ what: 'closed', tag: this.tag })
      super.close()
    }

    static override requestPermission() {
      void globalThis.saw({ what: 'asked' })
      return request.call(Real)
    }
  }
  globalThis.Notification = Observed
  globalThis.clickNotification = tag => made.get(tag)?.dispatchEvent(new Event('click'))
}

/** Resolves when somebody looks at the page, or looks away from it; with a bound. */
const isLookedAt = (page: Page, isSo: boolean) =>
  page.evaluate(
    ([wanted, ms]) => {
      if (document.hasFocus() === wanted) return undefined
      return new Promise<void>((resolve, reject) => {
        addEventListener(wanted ? 'focus' : 'blur', () => resolve(), { once: true })
        setTimeout(() => reject(new Error(`the focus did not become ${wanted}`)), ms)
      })
    },
    [isSo, PAGE_MS] as const,
  )

/** Another tab comes to the front; the result brings the first one back. */
async function lookAway(context: BrowserContext, page: Page): Promise<() => Promise<void>> {
  const session = await context.newCDPSession(page)
  // Every document of playwright's believes that it has the focus, until it is told again.
  for (const enabled of [true, false]) {
    await session.send('Emulation.setFocusEmulationEnabled', { enabled })
  }
  const other = await context.newPage()
  await other.bringToFront()
  await isLookedAt(page, false)
  return async () => {
    await other.close()
    await page.bringToFront()
    await isLookedAt(page, true)
  }
}

/** Waits until the page shows an approval. */
const shows = (page: Page, id: string) => page.locator(`#${id}`).waitFor()

t.test('each new approval is notified of once, after a click, until another one', async t => {
  const { page, context, faults, seen, until, click } = await approvalsPage()
  await context.grantPermissions(['notifications'], { origin: url })
  const before = await ask('before')
  await shows(page, before)
  t.strictSame(seen, [], 'nothing is asked for without a click')

  await page.getByRole('button', { name: 'Notify me of new ones' }).click()
  await page.getByRole('button', { name: 'Do not notify me any more' }).waitFor()
  t.strictSame(seen.splice(0), [{ what: 'asked' }])
  const looked = await ask('looked')
  await shows(page, looked)
  t.strictSame(seen, [], 'somebody looks at the page')

  const back = await lookAway(context, page)
  const away = await ask('away')
  await until('shown', away)
  await shows(page, away)
  const later = await ask('later')
  await until('shown', later)
  await shows(page, later)
  const title = 'send_mail waits for a decision'
  t.strictSame(
    seen.filter(({ what }) => what === 'made'),
    [away, later].map(tag => ({ what: 'made', title, tag })),
  )
  await click(away)
  t.equal(await page.evaluate('document.activeElement.id'), away, 'a click leads to the approval')
  await until('closed', away)
  await post(`${url}/v1/approvals/${later}`, { decision: 'approve' }, as('ann'))
  await until('closed', later)

  await back()
  seen.length = 0
  await page.locator(`#${away}`).focus()
  await page.keyboard.press('Enter')
  await page.locator(`#${away}`).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Do not notify me any more' }).waitFor()
  const again = await lookAway(context, page)
  const next = await ask('next')
  await until('shown', next)
  t.strictSame(
    seen.filter(({ what }) => what === 'made').map(({ tag }) => tag),
    [next],
    'none of what this tab has shown or decided, after the page of the decision too',
  )

  await again()
  await page.getByRole('button', { name: 'Do not notify me any more' }).click()
  await page.getByRole('button', { name: 'Notify me of new ones' }).waitFor()
  seen.length = 0
  await lookAway(context, page)
  const unsaid = await ask('unsaid')
  await shows(page, unsaid)
  t.strictSame(seen, [], 'it is off')
  t.strictSame(faults, [])
  await context.close()
})

t.test('what came while the daemon was not heard is notified of when it is', async t => {
  const env = { LATCHD_STATE_DIR: stateFolder(t), LATCHD_TOOLS: fixture('console-tools.ts') }
  const first = await startDaemon(readTokens(t, [{ name: 'ann' }], env))
  const { page, context, seen, until } = await approvalsPage(first.url)
  await context.grantPermissions(['notifications'], { origin: first.url })
  await page.getByRole('button', { name: 'Notify me of new ones' }).click()
  await page.getByRole('button', { name: 'Do not notify me any more' }).waitFor()
  await lookAway(context, page)
  // The page hears of it by no event.
  await page.route('**/console/live', route => route.abort())
  await first.close()
  const port = { LATCHD_PORT: new URL(first.url).port }
  const second = await startDaemon(readTokens(t, [{ name: 'ann' }], { ...env, ...port }))
  t.teardown(() => second.close())
  const unheard = await ask('unheard', second.url)
  await until('shown', unheard)
  t.equal(seen.filter(({ what }) => what === 'made').length, 1)
  await context.close()
})

t.test('a browser that does not let the page is told of by a line', async t => {
  const { page, context, seen } = await approvalsPage()
  const session = await context.newCDPSession(page)
  await session.send('Browser.setPermission', {
    permission: { name: 'notifications' },
    setting: 'denied',
    origin: url,
  })
  const line = page.locator('[data-notify-fault]')
  t.equal(await line.innerText(), '')
  await page.getByRole('button', { name: 'Notify me of new ones' }).click()
  await line.getByText('The browser does not let this page notify you').waitFor()
  await lookAway(context, page)
  await shows(page, await ask('denied'))
  t.strictSame(seen, [{ what: 'asked' }])
  await context.close()
})

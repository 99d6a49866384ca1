/** Everything on the console's pages by keyboard: `Tab` comes to each control, and shows that it has. */

import type { Page } from 'playwright-core'
import t from 'tap'
import { signedInPage, startChromium } from '../support/chromium.ts'
import { consolePages } from '../support/console-pages.ts'
import { fixture, post } from '../support/daemon.ts'
import { as, secretOf, tokenDaemon } from '../support/token-daemon.ts'

const { url } = await tokenDaemon(t, [{ name: 'ann' }], {
  LATCHD_TOOLS: fixture('console-tools.ts'),
})
const browser = await startChromium(t)
const { page, faults } = await signedInPage(browser, url, secretOf('ann'))
const run = async (source: string) =>
  (await post(`${url}/v1/execute`, { source, durable: true }, as('ann'))).body

/** Collects what can be acted on, in a page. */
function collect(): number {
  const selector =
    'a[href], button, input:not([type="hidden"]), select, textarea, summary, [tabindex="0"], [contenteditable="true"]'
  globalThis.controls = [...document.querySelectorAll(selector)].filter(
    element => element.checkVisibility() && !element.matches(':disabled'),
  )
  return globalThis.controls.length
}

/** The control that has the focus, and whether that is seen on it. */
function focused(): { at: number; isSeen: boolean; isInEditor: boolean } {
  const element = document.activeElement as Element
  const editor = element.closest('.cm-editor')
  const { outlineStyle } = getComputedStyle(editor ?? element)
  const isSeen = outlineStyle !== 'none'
  return { at: globalThis.controls.indexOf(element), isSeen, isInEditor: editor !== null }
}

declare global {
  var controls: Element[]
}

/** Walks through a page that is renewed meanwhile, which puts new controls in the place of others. */
const MAX_WALKS = 5

/** Goes through a page by `Tab`; gives what it did not come to, or not visibly. */
async function unreached(page: Page): Promise<readonly string[]> {
  let missed: readonly string[] = []
  for (let walk = 0; walk < MAX_WALKS; walk++) {
    missed = await missedByOneWalk(page)
    if (await page.evaluate(() => globalThis.controls.every(control => control.isConnected))) break
  }
  return missed
}

async function missedByOneWalk(page: Page): Promise<readonly string[]> {
  const count = await page.evaluate(collect)
  const reached = new Set<number>()
  const unseen = new Set<number>()
  let isInEditor = false
  // The browser's own parts are between the end of a page and its beginning.
  for (let press = 0; press < 2 * count + 10 && reached.size < count; press++) {
    // In the editor Tab indents, and leaves it after Escape.
    if (isInEditor) await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    const { at, isSeen, ...place } = await page.evaluate(focused)
    isInEditor = place.isInEditor
    if (at < 0) continue
    reached.add(at)
    if (!isSeen) unseen.add(at)
  }
  const missed = Array.from({ length: count }, (_, at) => at).filter(at => !reached.has(at))
  return await page.evaluate(
    all => all.map(at => globalThis.controls[at]?.outerHTML.slice(0, 200) ?? ''),
    [...missed, ...unseen],
  )
}

t.test('Tab comes to every control of every page, and the focus is seen', async t => {
  const done = await run("console.log('x'); number(1); ({ a: [1, { b: 'text' }] })")
  const waiting = await run("delete_account({ id: '1', count: 2, tags: ['a'] })")
  const session = (await post(`${url}/v1/sessions`, {}, as('ann'))).body
  const executionIds = [done.executionId, waiting.executionId]
  for (const path of consolePages(executionIds, session.sessionId)) {
    await page.goto(url + path)
    if (path.endsWith('playground')) await page.locator('.cm-editor').waitFor()
    t.strictSame(await unreached(page), [], path)
  }
  t.strictSame(faults, [])
})

t.test('the focus stays where it is when what happens replaces its row', async t => {
  const { executionId, waitingFor } = await run("send_mail({ to: 'a', text: 'b' })")
  await page.goto(`${url}/`)
  const row = page.locator(`tr[data-key="${executionId}"]`)
  await row.locator('.status.waiting').waitFor()
  await row.locator('.program a').focus()
  await post(`${url}/v1/approvals/${waitingFor[0].approvalId}`, { decision: 'approve' }, as('ann'))
  await row.locator('.status.completed').waitFor()
  t.equal(
    await page.evaluate('document.activeElement.getAttribute("href")'),
    `/console/executions/${executionId}`,
  )
})

t.test('what Enter has opened stays open when what happens replaces its row', async t => {
  const { executionId, waitingFor } = await run("send_mail({ to: 'a', text: 'b' })")
  await page.goto(`${url}/console/executions/${executionId}`)
  const row = page.locator('[data-region="calls"] tr')
  const opened = row.locator('details')
  await opened.locator('summary').focus()
  await page.keyboard.press('Enter')
  t.ok(await opened.evaluate(details => (details as HTMLDetailsElement).open), 'it is open')
  const before = await row.getAttribute('data-version')
  await post(`${url}/v1/approvals/${waitingFor[0].approvalId}`, { decision: 'approve' }, as('ann'))
  await page.locator('[data-region="state"] .status.completed').waitFor()
  t.not(await row.getAttribute('data-version'), before, 'its row is another one')
  t.ok(await opened.evaluate(details => (details as HTMLDetailsElement).open), 'it is still open')
})

/** The console as a person meets it: Chromium, the keyboard, a daemon that is killed meanwhile. */

import { join } from 'node:path'
import type { Page } from 'playwright-core'
import t from 'tap'
import { isAccessible } from '../support/accessible.ts'
import { PAGE_MS, signedInPage, startChromium } from '../support/chromium.ts'
import { startProcess } from '../support/command-process.ts'
import { consolePages } from '../support/console-pages.ts'
import { fixture, post } from '../support/daemon.ts'
import { picture } from '../support/picture.ts'
import { serve } from '../support/running-command.ts'
import { stateFolder } from '../support/state-folder.ts'
import { secretOf } from '../support/token-daemon.ts'

const env = {
  LATCHD_TOKENS: `ann:${secretOf('ann')},rea:${secretOf('rea')}:read+execute`,
  LATCHD_TOOLS: fixture('console-tools.ts'),
  LATCHD_LOG_LEVEL: 'silent',
}
const stateDir = stateFolder(t)
const start = (port: string) =>
  serve(startProcess, t, ['--state-dir', stateDir, '--port', port], { env })

let daemon = await start('0')
const { url, port } = daemon
const browser = await startChromium(t)
const ann = await signedInPage(browser, url, secretOf('ann'))
const { page } = ann

const authorization = { authorization: `Bearer ${secretOf('ann')}` }
/** Runs a program by the API, until it has ended or waits. */
const run = async (source: string, body: object = {}) =>
  (await post(`${url}/v1/execute`, { source, durable: true, ...body }, authorization)).body

/** Writes a program into the editor, as if it was pasted. */
async function write(page: Page, source: string): Promise<void> {
  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText(source)
}

const PROGRAM = `console.log('before')
const first = delete_account({ id: '7', tags: ['x'] })
console.log('deleted', first.deleted.id)
try {
  send_mail({ to: 'ann', text: 'It is done.' })
} catch (error) {
  console.log(error.message)
}
'done ' + first.deleted.id`

t.test('a program is run, edited, approved and rejected by keyboard, across a kill', async t => {
  await page.goto(`${url}/console/playground`)
  await page.locator('.cm-editor').waitFor()
  await write(page, PROGRAM)
  await picture(page, 'playground')
  await page.keyboard.press('Control+Enter')
  await page.waitForURL(/\/console\/executions\/exe_/)
  await page.locator('.log', { hasText: 'before' }).waitFor()
  await page.locator('.approval', { hasText: 'delete_account' }).waitFor()
  await page.locator('#L2.at').waitFor()
  await page.keyboard.press('a')
  await page.keyboard.press('e')
  await page.keyboard.press('Control+A')
  await page.keyboard.type('8')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Enter')
  await page.locator('dialog[open]', { hasText: 'cannot be undone' }).waitFor()
  await page.keyboard.press('Enter')
  await page.locator('.approval', { hasText: 'send_mail' }).waitFor()
  t.match(await page.locator('.log').innerText(), 'deleted 8')

  await page.evaluate('globalThis.isSamePage = true')
  daemon.signal('SIGKILL' as never)
  await page.locator('.offline').waitFor()
  daemon = await start(port)
  await page.locator('.offline').waitFor({ state: 'detached' })
  await page.keyboard.press('a')
  await page.keyboard.press('r')
  await page.keyboard.type('not now')
  t.equal(await page.evaluate('globalThis.isSamePage'), true, 'without a reload')
  await page.keyboard.press('Enter')
  await page.locator('.output').waitFor()
  t.match(await page.locator('.output').innerText(), '"done 8"')
  t.match(await page.locator('.log').innerText(), 'not now')
  const [deleted = ''] = await page.locator('.waterfall tbody tr').allInnerTexts()
  t.match(deleted, /completed\s+replayed/, 'for the guest after the restart')
})

t.test('what happens elsewhere is seen on every live page', async t => {
  await page.goto(`${url}/`)
  const { executionId } = await run("send_mail({ to: 'bob', text: 'hello' })")
  await page.locator(`tr[data-key="${executionId}"] .status.waiting`).waitFor()
  await page.locator('header .count', { hasText: /^1 pending/ }).waitFor()
  await picture(page, 'executions')
  await page.keyboard.press('a')
  await page.waitForURL(/\/console\/approvals/)
  await page.locator('.approval:focus').waitFor()
  await run("send_mail({ to: 'eve', text: 'hello' })")
  await page.locator('.approval').nth(1).waitFor()
  await picture(page, 'approvals')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.locator('.approval').nth(1).waitFor({ state: 'detached' })
  await page.keyboard.press('Enter')
  await page.locator('.approval').waitFor({ state: 'detached' })
  t.equal(await page.locator('header .count').count(), 0)
})

t.test('time travel shows the line, the log and the next call of 200 calls', async t => {
  const source =
    'let sum = 0\nfor (let n = 1; n <= 200; n++) {\n  console.log(n)\n  sum += number({ n })\n}\nsum'
  const { executionId } = await run(source)
  await page.goto(`${url}/console/executions/${executionId}`)
  await page.getByRole('link', { name: 'Time travel' }).click()
  const moment = page.locator('[data-region="moment"]')
  await moment.getByText('Call 1 of 200').waitFor()
  await page.locator('#at').fill('150')
  await moment.getByText('Call 150 of 200').waitFor()
  t.match(await moment.innerText(), '{"n":150}')
  t.equal(await page.locator('.source .at').getAttribute('id'), 'L4')
  t.equal((await moment.locator('.log').last().innerText()).split('\n').at(-1), '150')
  await picture(page, 'time-travel')
  await page.locator('#at').press('End')
  await moment.getByText('It completed, as it did before.').waitFor()
  t.match(page.url(), /at=201$/)
})

t.test('a tab that nobody sees gives its stream back, and takes it again', async t => {
  const tab = await ann.context.newPage()
  await tab.clock.install()
  const isStream = (request: { url(): string }) => request.url().endsWith('/console/live')
  const opened = tab.waitForRequest(isStream)
  await tab.goto(`${url}/`)
  await opened
  const see = (isHidden: boolean) =>
    tab.evaluate(value => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => value })
      document.dispatchEvent(new Event('visibilitychange'))
    }, isHidden)
  const closed = tab.waitForEvent('requestfailed', isStream)
  await see(true)
  await tab.clock.runFor(11_000)
  await closed
  const again = tab.waitForRequest(isStream)
  await see(false)
  t.ok(await again)
  await tab.close()
})

const ORDERS = `const prices = [19.5, 23, 12.25].map(price => number(price))
console.log('prices', prices)
await Promise.all([sleep(300), sleep(700), sleep(1100)])
const total = prices.reduce((sum, price) => sum + price)
const { approved } = human_approval('Pay ' + total + ' euros?')
approved ? 'paid ' + total : 'left'`

t.test('a page has the calls, the log and the line of a program that waits', async t => {
  const { executionId } = await run(ORDERS)
  await page.goto(`${url}/console/executions/${executionId}`)
  await page.locator('#L5.at').waitFor()
  t.equal(await page.locator('.waterfall tbody tr').count(), 7)
  await picture(page, 'execution', 980)
  await page.keyboard.press('a')
  await page.keyboard.press('Enter')
  await page.locator('.output', { hasText: 'paid 54.75' }).waitFor()
})

t.test('a line whose answer was cut off is asked for again, and nothing failed', async t => {
  const { executionId } = await run(ORDERS)
  ann.faults.length = 0
  await page.route('**/line', route => route.abort('connectionreset'))
  const isLine = (request: { url(): string }) => request.url().endsWith('/line')
  const failed = page.waitForEvent('requestfailed', isLine)
  await page.goto(`${url}/console/executions/${executionId}`)
  await failed
  await page.unroute('**/line')
  await page.waitForFunction(() => {
    document.dispatchEvent(new Event('renewed'))
    return document.querySelector('#L5.at') !== null
  })
  t.strictSame(
    ann.faults.filter(text => !text.includes('ERR_CONNECTION_RESET')),
    [],
  )
  ann.faults.length = 0
})

t.test('a token without approve finds no button', async t => {
  const rea = await signedInPage(browser, url, secretOf('rea'))
  const { body } = await post(
    `${url}/v1/execute`,
    { source: "send_mail({ to: 'a', text: 'b' })", durable: true },
    { authorization: `Bearer ${secretOf('rea')}` },
  )
  await rea.page.goto(`${url}/console/executions/${body.executionId}`)
  await rea.page.locator('.approval').waitFor()
  t.equal(await rea.page.locator('[data-approve], [data-reject]').count(), 0)
  await rea.page.goto(`${url}/console/approvals`)
  await rea.page.locator('.approval').waitFor()
  t.equal(await rea.page.locator('[data-approve], [data-reject]').count(), 0)
  await rea.page.keyboard.press('j')
  await rea.page.keyboard.press('Enter')
  t.match(rea.page.url(), '/console/approvals')
  t.strictSame(rea.faults, [])
  await rea.context.close()
})

t.test('the policy runs no script that got into a page', async t => {
  await page.goto(`${url}/`)
  const blocked = await page.evaluate(async () => {
    const violation = new Promise(resolve =>
      document.addEventListener('securitypolicyviolation', event =>
        resolve(event.effectiveDirective),
      ),
    )
    const script = document.createElement('script')
    script.textContent = 'globalThis.wasInjected = true'
    document.body.append(script)
    return [await violation, 'wasInjected' in globalThis]
  })
  t.strictSame(blocked, ['script-src-elem', false])
  // Of that script, of an attribute that the editor sets and does not need, and of the kill.
  t.ok(
    ann.faults.every(text => /Content Security Policy|net::ERR_/.test(text)),
    ann.faults.join(),
  )
  ann.faults.length = 0
})

t.test('axe finds nothing on any page, light and dark, narrow and wide', async t => {
  const done = await run("console.log('x'); number(1); ({ a: [1, { b: 'text' }] })")
  const failed = await run('number(2)\nnumbr(1)')
  const waiting = await run("delete_account({ id: '1', count: 2, tags: ['a'] })")
  const session = (await post(`${url}/v1/sessions`, {}, authorization)).body
  const executionIds = [done, failed, waiting].map(({ executionId }) => executionId)
  const paths = [
    ...consolePages(executionIds, session.sessionId),
    '/console/nothing',
    '/console/sign-in',
  ]
  for (const path of paths) {
    await page.goto(url + path)
    if (path.endsWith('playground')) await page.locator('.cm-editor').waitFor()
    await isAccessible(t, page, path)
  }
  t.strictSame(
    ann.faults.filter(text => !/404|ERR_CONNECTION_REFUSED/.test(text)),
    [],
    'and no script failed',
  )
})

t.test('pages are read without script', async t => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  context.setDefaultTimeout(PAGE_MS)
  const reader = await context.newPage()
  await reader.goto(`${url}/`)
  await reader.fill('#token', secretOf('ann'))
  await reader.getByRole('button', { name: 'Sign in' }).click()
  await reader.getByRole('link', { name: 'Playground' }).click()
  await reader.fill('#source', "send_mail({ to: 'ann', text: 'a\\nb' }).sent.text")
  await reader.getByRole('button', { name: 'Run' }).click()
  await reader.waitForURL(/\/console\/executions\//)
  const { executionId } = await run("'the run before has a worker no more'")
  await reader.reload()
  await reader.getByRole('button', { name: 'Approve' }).click()
  await run(`'and now ${join(executionId)}'`)
  await reader.reload()
  t.match(await reader.locator('.output').innerText(), '"a\\nb"')
  await context.close()
})

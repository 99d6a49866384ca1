/** Debian's Chromium in tests, without a network of its own. */

import type { Browser, BrowserContext, Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import type { Test } from 'tap'
import { debianTool } from './debian-tool.ts'
import { stateFolder } from './state-folder.ts'

/** No sandbox of its own as root; nothing that asks somebody elsewhere. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A wait for something on a page, on a slow machine with all tests at once. */
export const PAGE_MS = 30_000

/** Starts it with a new profile; it ends with the test. */
export async function startChromium(t: Test): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: debianTool('chromium', 'chromium'),
    args: CHROMIUM_FLAGS,
    headless: true,
    env: { ...process.env, HOME: stateFolder(t) },
  })
  t.teardown(() => browser.close())
  return browser
}

/** A page of a person of its own, signed in with a token, and what its console said. */
export async function signedInPage(
  browser: Browser,
  url: string,
  token: string,
): Promise<{ page: Page; context: BrowserContext; faults: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  context.setDefaultTimeout(PAGE_MS)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', error => faults.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error') faults.push(message.text())
  })
  await page.goto(`${url}/`)
  await page.fill('#token', token)
  await Promise.all([page.waitForURL(`${url}/`), page.keyboard.press('Enter')])
  return { page, context, faults }
}

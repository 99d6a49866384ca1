/** What axe finds on a page, narrow and wide, light and dark. */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import type { Test } from 'tap'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface AxeResult {
  readonly violations: readonly {
    readonly id: string
    readonly nodes: readonly { readonly html: string }[]
  }[]
}

/** Checks the page as it stands, under a name: axe finds nothing, and nothing is wider than the window. */
export async function isAccessible(t: Test, page: Page, name: string): Promise<void> {
  await page.evaluate(axe)
  for (const { width, colorScheme } of views) {
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const options = { resultTypes: ['violations'], preload: false }
    const { violations } = (await page.evaluate(
      `axe.run(document, ${JSON.stringify(options)})`,
    )) as AxeResult
    const found = violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
    )
    t.strictSame(found, [], `${name} at ${width}, ${colorScheme}`)
    const excess = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    t.ok((excess as number) <= 0, `${name} is as wide as ${width}`)
  }
}

/** Layout depends on the width and contrast on the scheme, so two views see both; `AXE=all`: four. */
const views = [
  { width: 360, colorScheme: 'light' },
  { width: 1440, colorScheme: 'dark' },
  ...(process.env.AXE === 'all'
    ? ([
        { width: 360, colorScheme: 'dark' },
        { width: 1440, colorScheme: 'light' },
      ] as const)
    : []),
] as const

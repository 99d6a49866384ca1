/** The pictures of the documentation. */

import { resolve } from 'node:path'
import type { Page } from 'playwright-core'

/** `PICTURES=1` writes the pictures of the documentation anew. @param height of the window, in pixels */
export async function picture(page: Page, name: string, height = 720): Promise<void> {
  if (process.env.PICTURES !== '1') return
  const path = resolve(import.meta.dirname, '../../docs/pictures', `${name}.png`)
  await page.setViewportSize({ width: 840, height })
  await page.screenshot({ path })
  await page.setViewportSize({ width: 1440, height: 900 })
}

/**
 * Whether the processes and threads that the product starts begin from `dist/`: `TEST_BUILT=1`, as
 * `npm run tests` sets it once it has made `dist/`. What a test imports is the source in any case, and
 * so is everything when coverage is measured.
 */

import { fileURLToPath } from 'node:url'

export const isBuilt = process.env.TEST_BUILT === '1' && process.env.NODE_V8_COVERAGE === undefined

/** The URL of a module that a thread or a process begins with; the path is without its extension. */
export const entryUrl = (path: string) =>
  new URL(isBuilt ? `../../dist/${path}.js` : `../../${path}.ts`, import.meta.url).href

/** The file that a process of the `latchd` command begins with. */
export const commandFile = fileURLToPath(entryUrl('daemon/main'))

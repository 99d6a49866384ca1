/**
 * Runs test files in one process, one after another, each as a subtest of its name. It asks for each
 * when the one before has ended, as `support/next-file.ts` says; `run.ts` answers.
 *
 * What the files import is loaded once. To a file its own `t` is the root: what it opens there
 * closes before the next file begins.
 */

import { registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import t, { type Test } from 'tap'
import { nextFile } from './support/next-file.ts'

/** A file has so long, as `.taprc` says too. */
const TIMEOUT_MS = 300_000

const tests = new Map<string, Test>()
/** Where the module that a file gets as `tap` finds the file's test. */
const KEY = 'latchd.test-of-file'
Object.assign(globalThis, { [KEY]: (url: string) => tests.get(url) })

registerHooks({
  resolve(specifier, context, next) {
    const { parentURL } = context
    if (specifier !== 'tap' || parentURL === undefined || !tests.has(parentURL)) {
      return next(specifier, context)
    }
    return { url: `tap-of:${parentURL}`, format: 'module', shortCircuit: true }
  },
  load(url, context, next) {
    if (!url.startsWith('tap-of:')) return next(url, context)
    const file = JSON.stringify(url.slice('tap-of:'.length))
    const source = `export default globalThis['${KEY}'](${file})`
    return { format: 'module', source, shortCircuit: true }
  },
})

for (let file = nextFile(); file !== undefined; file = nextFile()) {
  const url = pathToFileURL(file).href
  await t.test(file, { timeout: TIMEOUT_MS }, async own => {
    tests.set(url, own)
    await import(url)
  })
}

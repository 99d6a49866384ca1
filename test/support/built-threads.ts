/**
 * Has the modules that start a thread or a process of ours start it from `dist/`: a file each, where
 * the source has some 150, which takes a third off the computing of a start (2 cores, Node 26).
 */

import { registerHooks } from 'node:module'
import { entryUrl } from './built.ts'

/** They find what they start, or what it may read, from where they are themselves. */
const starters = [
  'daemon/http-tools/document/read-document',
  'daemon/store/sqlite/thread-client',
  'daemon/store/sqlite/upkeep',
  'executor/engine/cpython/image',
  'executor/pool/process/node-flags',
  'executor/pool/process/workers-process',
  'executor/pool/worker-pool',
  'executor/typecheck/program-reader',
]

/** The URL of each in `dist/`, by its own. */
const builtUrls = new Map(
  starters.map(path => [new URL(`../../${path}.ts`, import.meta.url).href, entryUrl(path)]),
)

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    const builtUrl = builtUrls.get(url)
    if (builtUrl === undefined) return loaded
    const source = String(loaded.source)
    const placed = source.replaceAll('import.meta.url', JSON.stringify(builtUrl))
    if (placed === source) throw new Error(`${url} finds nothing from where it is`)
    return { ...loaded, source: placed }
  },
})

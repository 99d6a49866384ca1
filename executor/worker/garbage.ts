/**
 * Collects garbage when it is due, and not when V8 thinks so. V8 sees a few small objects where
 * whole memories of guests, ports and buffers outside of its heap hang on them.
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as (options?: object) => void

/** Collects this thread's garbage; takes milliseconds. */
export function collectGarbage(): void {
  gc()
}

/** Collects garbage, and shrinks the heap to what it needs. Takes some tens of milliseconds. */
export function shrinkHeap(): void {
  gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

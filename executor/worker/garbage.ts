/**
 * Collecting garbage when it is due, not when V8 finds it worth while: it sees a few small objects
 * where whole memories of guests, ports and buffers outside of its heap hang on them.
 */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as (options?: object) => void

/** Collects this thread's garbage; takes milliseconds. */
export function collectGarbage(): void {
  gc()
}

/**
 * Collects, and gives the room back that the heap has grown by; takes some tens of milliseconds.
 */
export function shrinkHeap(): void {
  gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

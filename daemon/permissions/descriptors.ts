/** Descriptors that stay open when the process is replaced by another program. */

import { closeSync } from 'node:fs'
import { ConfigError } from '../config/config-error.ts'
import { settings } from '../config/settings.ts'

/** The part of Node 26's `node:ffi` that is used; its types are those of 24. */
interface ForeignFunctions {
  dlopen(
    path: null,
    definitions: Record<'dup' | 'dup2', { arguments: string[]; return: string }>,
  ): { functions: Record<'dup' | 'dup2', (...descriptors: number[]) => number> }
}

/**
 * Keeps descriptors open across `replace`. Node marks all but the first three to be closed by the
 * next program, and has no API against that, so the system's own functions are called: a copy by
 * dup2(2) stays open.
 *
 * @throws {ConfigError} where Node does not reach those functions
 */
export function keepOpen(descriptors: readonly number[]): void {
  if (descriptors.length === 0) return
  const ffi = process.getBuiltinModule('node:ffi') as ForeignFunctions | undefined
  if (ffi === undefined) {
    throw new ConfigError(
      `Cannot use ${settings.allow.env} with sockets of the service manager on Node ${process.versions.node}: expected one with node:ffi, such as 26.10`,
    )
  }
  const { functions } = ffi.dlopen(null, {
    dup: { arguments: ['i32'], return: 'i32' },
    dup2: { arguments: ['i32', 'i32'], return: 'i32' },
  })
  for (const descriptor of descriptors) {
    const copy = functions.dup(descriptor)
    // Not open; the code that listens checks it and reports.
    if (copy < 0) continue
    functions.dup2(copy, descriptor)
    closeSync(copy)
  }
}

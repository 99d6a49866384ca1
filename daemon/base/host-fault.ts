/** Faults of the host in two texts: for programs and callers, and for the operator. */

import { errorText } from '../../protocol/base/error-text.ts'

/** A fault whose message names no place of the host, with the text that does. */
export class HostFault extends Error {
  /** For the log alone: it has the paths. */
  readonly detail: string

  constructor(message: string, detail: string, options?: ErrorOptions) {
    super(message, options)
    this.detail = detail
  }
}

/** The text of a fault for the log. */
export function detailOf(error: unknown): string {
  return error instanceof HostFault ? error.detail : errorText(error)
}

/**
 * The text of a fault for programs and callers, which learn no path of the host.
 *
 * Node names the path in the messages of its file system, of processes and of modules: of those the
 * operation and the code are left.
 */
export function pathlessText(error: unknown): string {
  if (!(error instanceof Error)) return errorText(error)
  const { code, path, syscall, cause } = error as NodeJS.ErrnoException
  if (code?.startsWith('ERR_MODULE_')) return `a module cannot be loaded: ${code}`
  // The operation of a process has the path of its program: `spawn /usr/bin/npx`.
  const operation = syscall?.split(' ')[0]
  const hasPath = operation !== undefined && (path !== undefined || operation === 'spawn')
  if (hasPath) return `cannot ${operation}: ${code}`
  // Libraries repeat the text of a cause in their own.
  if (!(cause instanceof Error) || cause.message === '') return errorText(error)
  return error.message.replaceAll(cause.message, () => pathlessText(cause))
}

/** Denials by Node's permissions, in words that name the setting. */

import { resolve } from 'node:path'
import { settings } from '../config/settings.ts'

/** The depth of causes that is searched. */
const MAX_CAUSES = 5

/**
 * The denied access and the setting that allows it; `undefined` for an error that is not a denial
 * by Node and has none as its cause.
 */
export function denialText(error: unknown): string | undefined {
  for (let [cause, depth] = [error, 0]; depth < MAX_CAUSES; depth++) {
    if (!(cause instanceof Error)) return undefined
    const text = textOf(cause)
    if (text !== undefined) return text
    cause = cause.cause
  }
  return undefined
}

/** The error with the words of {@link denialText}; the same one when it is about something else. */
export function named(error: unknown): unknown {
  const text = denialText(error)
  if (text === undefined || !(error instanceof Error)) return error
  const isItself = textOf(error) !== undefined
  const { name, code } = error as NodeJS.ErrnoException
  const message = isItself ? text : `${error.message} (${text})`
  return Object.assign(new Error(message, { cause: error }), { name, ...(code && { code }) })
}

/** An error of Node: `resource` is the path as requested, or a command. */
interface Denied extends NodeJS.ErrnoException {
  readonly permission?: string
  readonly resource?: string
}

function textOf(error: Denied): string | undefined {
  const { code, permission, resource = '' } = error
  const { env } = settings.allow
  const denied = (what: string, item: string) =>
    `${what} is not allowed; the operator can allow it by ${env}=${item}`
  if (code === 'ERR_DLOPEN_DISABLED') return `Native add-ons are not loaded under ${env}`
  if (code !== 'ERR_ACCESS_DENIED') return undefined
  // Node names the pattern of a temporary name: its folder is the path to allow.
  const path = resolve(resource.replace(/[^/]*XXXXXX$/, ''))
  switch (permission) {
    case 'FileSystemRead':
      return denied(`Reading ${path}`, `read:${path}`)
    case 'FileSystemWrite':
      return denied(`Writing ${path}`, `write:${path}`)
    case 'ChildProcess':
      return denied(`Starting the process ${resource}`, 'child')
    default:
      return `Not possible under ${env}: ${error.message}`
  }
}

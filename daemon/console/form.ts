/** Forms as browsers send them. */

import { LatchdError } from '../../protocol/errors.ts'
import type { PageContext } from './dependencies.ts'

/** The fields of a form. @throws {LatchdError} `UNSUPPORTED_MEDIA_TYPE` */
export async function readForm({ req }: PageContext): Promise<URLSearchParams> {
  const type = req.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw new LatchdError('UNSUPPORTED_MEDIA_TYPE', 'Cannot read the body: a form is expected')
  }
  return new URLSearchParams(await req.text())
}

/** A field with the line ends of programs: browsers send `\r\n`. Absent: the empty text. */
export function fieldText(form: URLSearchParams, name: string): string {
  return (form.get(name) ?? '').replaceAll('\r\n', '\n')
}

/** A text as it comes back from a form that shows it. */
export function asFormSends(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').replaceAll('\0', '\ufffd').toWellFormed()
}

/** Where to go after a form: a path of the console. Others become the list of executions. */
export function nextPath(text: string | null | undefined): string {
  if (!text?.startsWith('/') || !URL.canParse(text, ORIGIN)) return '/'
  const { origin, pathname, search, hash } = new URL(text, ORIGIN)
  const isOurs = origin === ORIGIN && (pathname === '/' || pathname.startsWith('/console/'))
  return isOurs ? pathname + search + hash : '/'
}

/** Stands for the daemon's own: a path never leads to another. */
const ORIGIN = 'http://console.invalid'

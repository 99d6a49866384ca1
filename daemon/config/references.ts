/** References in configured texts: `${env:NAME}` is a variable, `${file:PATH}` the text of a file. */

import { resolve } from 'node:path'
import type { Place } from './value-kind.ts'

/** A text with its references resolved, or why that is not possible. */
export type Resolved =
  | {
      readonly ok: true
      readonly text: string
      /** Texts of files: an operator keeps secrets in them. */
      readonly fromFiles: readonly string[]
    }
  | { readonly ok: false; readonly allowed: string }

const REFERENCE = /\$\{([^}]*)\}/g

/** Resolves the references of a string. A file's text is taken without blanks around it. */
export function resolveReferences(written: string, place: Place): Resolved {
  const fromFiles: string[] = []
  let problem: string | undefined
  const text = written.replaceAll(REFERENCE, (_, reference: string) => {
    const [kind, name] = splitOnce(reference)
    const found =
      kind === 'env' ? place.env?.[name] : kind === 'file' ? fileText(name, place) : null
    if (found == null) problem ??= problemOf(kind, name, found === null)
    else if (kind === 'file') fromFiles.push(found)
    return found ?? ''
  })
  return problem === undefined ? { ok: true, text, fromFiles } : { ok: false, allowed: problem }
}

/** Whether a string is one reference and nothing else: then it may be shown as it is written. */
export function isReference(written: string): boolean {
  return /^\$\{(?:env|file):[^}]*\}$/.test(written)
}

function splitOnce(reference: string): [string, string] {
  const colon = reference.indexOf(':')
  return colon < 0 ? [reference, ''] : [reference.slice(0, colon), reference.slice(colon + 1)]
}

function fileText(path: string, place: Place): string | undefined {
  try {
    return place.readFile(resolve(place.folder, path))?.trim()
  } catch {
    // Which fault it was is between the daemon and its machine: a file that can be read is expected.
    return undefined
  }
}

function problemOf(kind: string, name: string, isUnknown: boolean): string {
  if (isUnknown) return `references of the form \${env:NAME} or \${file:PATH}`
  return kind === 'env'
    ? `the variable ${name}, which \${env:${name}} refers to, to be set`
    : `the file ${name}, which \${file:${name}} refers to, to be there and readable`
}

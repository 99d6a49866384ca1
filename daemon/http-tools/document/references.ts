/** The `$ref`s of a document that are not those of schemas: followed inside of it, never outside. */

import { kindWords } from '../../../protocol/base/kind-words.ts'
import { isRecord } from '../../../protocol/base/predicates.ts'

/** References that lead to references; more of them go in a circle. */
const MAX_HOPS = 16

/** The part of an operation that cannot be taken, in words. */
export class Untaken extends Error {
  override readonly name = 'Untaken'
}

/**
 * The object itself, or the one that its `$ref` leads to.
 *
 * @throws {Untaken} for a reference to another document, to nothing, or to itself
 */
export function followed(document: unknown, part: unknown): Record<string, unknown> {
  let at = part
  for (let hops = 0; ; hops++) {
    if (!isRecord(at)) throw new Untaken(`a part of it is ${kindWords(at)} and no object`)
    const { $ref } = at
    if (typeof $ref !== 'string') return at
    if (hops === MAX_HOPS) throw new Untaken(`the reference ${shown($ref)} leads to itself`)
    at = target(document, $ref)
  }
}

/** The part that a reference leads to. @throws {Untaken} */
export function target(document: unknown, reference: string): unknown {
  if (!reference.startsWith('#/')) {
    throw new Untaken(`the reference ${shown(reference)} leads out of the document`)
  }
  let at = document
  for (const step of reference.slice(2).split('/')) {
    const key = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) {
      throw new Untaken(`the reference ${shown(reference)} leads to nothing`)
    }
    at = (at as Record<string, unknown>)[key]
  }
  return at
}

const MAX_SHOWN = 120
const shown = (reference: string) => JSON.stringify(reference.slice(0, MAX_SHOWN))

function decoded(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    // A lone percent sign stays as it is.
    return step
  }
}

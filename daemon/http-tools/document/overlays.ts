/** Changes of a document before it is read (https://spec.openapis.org/overlay/v1.0.0.html). */

import { errorText } from '../../../protocol/base/error-text.ts'
import { isRecord } from '../../../protocol/base/predicates.ts'
import type { ReadingOptions } from './plan.ts'

/**
 * Applies the actions in their order, to the document itself.
 *
 * @returns sentences about actions that fit nothing
 * @throws {Error} for a target that is not a JSONPath
 */
export async function applyOverlays(
  document: Record<string, unknown>,
  actions: ReadingOptions['overlays'],
): Promise<readonly string[]> {
  if (actions.length === 0) return []
  const warnings: string[] = []
  const { exec } = await import('jsonpath-rfc9535')
  for (const [at, { target, update, remove }] of actions.entries()) {
    const found: (string | number)[][] = []
    try {
      exec(document as never, target, (_value: unknown, path: readonly (string | number)[]) => {
        found.push([...path])
      })
    } catch (error) {
      const why = errorText(error)
      throw new Error(`the target of overlays[${at}] is no JSONPath: ${why}`)
    }
    if (found.length === 0) warnings.push(`nothing fits the target ${target} of overlays[${at}]`)
    // From the end, so that the places in a list that are still to come stay what they are.
    for (const path of found.toReversed()) {
      if (remove === true) removeAt(document, path)
      else updateAt(document, path, update)
    }
  }
  return warnings
}

type Holder = Record<string | number, unknown>

function holderOf(document: Holder, path: readonly (string | number)[]): Holder {
  return path.slice(0, -1).reduce<Holder>((at, key) => at[key] as Holder, document)
}

function removeAt(document: Holder, path: readonly (string | number)[]): void {
  const key = path.at(-1)
  // The document itself stays.
  if (key === undefined) return
  const holder = holderOf(document, path)
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

function updateAt(document: Holder, path: readonly (string | number)[], update: unknown): void {
  const key = path.at(-1)
  if (key === undefined) {
    merge(document, update)
    return
  }
  const holder = holderOf(document, path)
  const value = holder[key]
  if (Array.isArray(value)) value.push(structuredClone(update))
  else if (isRecord(value) && isRecord(update)) merge(value, update)
  else holder[key] = structuredClone(update)
}

/** Merges as the Overlay specification has it: objects by their keys, lists one after another. */
function merge(into: Holder, update: unknown): void {
  if (!isRecord(update)) return
  for (const [key, value] of Object.entries(update)) {
    const before = Object.hasOwn(into, key) ? into[key] : undefined
    if (isRecord(before) && isRecord(value)) merge(before, value)
    else if (Array.isArray(before) && Array.isArray(value)) before.push(...structuredClone(value))
    else {
      Object.defineProperty(into, key, {
        value: structuredClone(value),
        enumerable: true,
        configurable: true,
        writable: true,
      })
    }
  }
}

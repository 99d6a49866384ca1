/**
 * The targets of references in a JSON Schema: parts of the same document, never anything outside.
 */

import type { JsonSchema } from '../../schema.ts'
import { isRecord } from '../schema.ts'

/** The target of a reference, and the schema that `#` means there. */
export interface RefTarget {
  readonly schema: unknown
  readonly resource: JsonSchema
}

/** Parts that are searched for an `$id` or an anchor; further parts are not found. */
const MAX_PARTS = 20_000

/** Reads the references of one document. */
export class LocalRefs {
  #root: JsonSchema
  /** By `$id`, and by `#` with an anchor; collected at the first use. */
  #named: ReadonlyMap<string, RefTarget> | undefined

  constructor(root: JsonSchema) {
    this.#root = root
  }

  /**
   * Follows a reference: `#`, a pointer such as `#/$defs/Name`, an anchor, or the `$id` of a part.
   *
   * @param resource the schema that `#` means at the reference
   * @returns `undefined` when the document does not have the target
   */
  follow(ref: string, resource: JsonSchema): RefTarget | undefined {
    const hash = ref.indexOf('#')
    const document = hash < 0 ? ref : ref.slice(0, hash)
    const fragment = hash < 0 ? '' : ref.slice(hash + 1)
    const base = document === '' ? { schema: resource, resource } : this.#byName(document)
    if (base === undefined || fragment === '') return base
    if (!fragment.startsWith('/')) return this.#byName(`#${fragment}`)
    return pointed(fragment, base)
  }

  #byName(name: string): RefTarget | undefined {
    this.#named ??= namedParts(this.#root)
    return this.#named.get(name) ?? this.#named.get(absolute(name, this.#root.$id))
  }
}

function pointed(pointer: string, { schema, resource }: RefTarget): RefTarget | undefined {
  let at: unknown = schema
  for (const part of pointer.slice(1).split('/')) {
    const key = unescaped(part)
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return { schema: at, resource: resourceOf(at, resource) }
}

function unescaped(part: string): string {
  let text = part
  try {
    text = decodeURIComponent(part)
  } catch {
    // A lone percent sign stays as it is.
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~')
}

/** The meaning of `#` within a schema. */
export function resourceOf(schema: unknown, outer: JsonSchema): JsonSchema {
  if (!isRecord(schema) || typeof schema.$id !== 'string' || schema.$id.startsWith('#'))
    return outer
  return schema
}

function namedParts(root: JsonSchema): ReadonlyMap<string, RefTarget> {
  const named = new Map<string, RefTarget>()
  const queue: RefTarget[] = [{ schema: root, resource: root }]
  for (const { schema, resource: outer } of queue) {
    if (typeof schema !== 'object' || schema === null) continue
    const resource = resourceOf(schema, outer)
    const { $id, $anchor, $dynamicAnchor } = schema as JsonSchema
    for (const anchor of [$anchor, $dynamicAnchor]) {
      if (typeof anchor === 'string') keep(named, `#${anchor}`, { schema, resource })
    }
    if (typeof $id === 'string') {
      keep(named, $id, { schema, resource })
      keep(named, absolute($id, root.$id), { schema, resource })
    }
    for (const inner of Object.values(schema)) {
      if (queue.length < MAX_PARTS) queue.push({ schema: inner, resource })
    }
  }
  return named
}

function keep(named: Map<string, RefTarget>, name: string, target: RefTarget): void {
  if (!named.has(name)) named.set(name, target)
}

function absolute(name: string, base: unknown): string {
  return typeof base === 'string' && URL.canParse(name, base) ? new URL(name, base).href : name
}

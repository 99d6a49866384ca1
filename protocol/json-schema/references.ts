/** The targets of the `$ref`s of a schema: inside of it, never outside. */

import { isRecord } from '../base/predicates.ts'

/** Any scheme and host: a schema without `$id` has none. */
const NO_BASE = 'json-schema:/'

/** Resolves the references inside one schema; it loads nothing. */
export class References {
  readonly #root: unknown
  readonly #base: string
  /** Schemas with an `$id` or an anchor of their own, by address; collected at the first use. */
  #named: Map<string, unknown> | undefined

  constructor(root: unknown) {
    this.#root = root
    this.#base = absolute(idOf(root) ?? '', NO_BASE) ?? NO_BASE
  }

  /** The schema that a reference leads to; `undefined` when it leads out of the document, or nowhere. */
  resolve(reference: string): unknown {
    if (reference === '#') return this.#root
    if (reference.startsWith('#/')) return follow(this.#root, reference.slice(1))
    const address = absolute(reference, this.#base)
    if (address === undefined) return undefined
    this.#named ??= collect(this.#root, this.#base)
    const exact = this.#named.get(address)
    if (exact !== undefined) return exact
    const [document = '', fragment = ''] = address.split('#')
    const start = this.#named.get(document)
    return start !== undefined && fragment.startsWith('/') ? follow(start, fragment) : undefined
  }
}

function idOf(schema: unknown): string | undefined {
  if (!isRecord(schema)) return undefined
  const id = schema.$id ?? schema.id
  return typeof id === 'string' ? id : undefined
}

function absolute(reference: string, base: string): string | undefined {
  return URL.parse(reference, base)?.href.replace(/#$/, '')
}

/** Follows a JSON Pointer, own properties only. */
function follow(root: unknown, pointer: string): unknown {
  let at = root
  for (const step of pointer.split('/').slice(1)) {
    if (typeof at !== 'object' || at === null) return undefined
    const key = decode(step).replaceAll('~1', '/').replaceAll('~0', '~')
    if (!Object.hasOwn(at, key)) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return at
}

function decode(step: string): string {
  try {
    return decodeURIComponent(step)
  } catch {
    // A bare percent sign: the key is written as it is.
    return step
  }
}

function collect(root: unknown, base: string): Map<string, unknown> {
  const named = new Map<string, unknown>([[base, root]])
  const seen = new Set<unknown>()
  const open: { part: unknown; base: string }[] = [{ part: root, base }]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { part } = next
    if (typeof part !== 'object' || part === null || seen.has(part)) continue
    seen.add(part)
    const id = part === root ? undefined : idOf(part)
    const inside = (id !== undefined && absolute(id, next.base)) || next.base
    if (id !== undefined && !named.has(inside)) named.set(inside, part)
    if (isRecord(part)) {
      for (const anchor of [part.$anchor, part.$dynamicAnchor]) {
        if (typeof anchor === 'string') named.set(`${inside.split('#')[0]}#${anchor}`, part)
      }
    }
    for (const inner of Object.values(part)) open.push({ part: inner, base: inside })
  }
  return named
}

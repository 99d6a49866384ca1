/**
 * The schemas of a document as those of tools: references lead to `#/$defs/NAME`, and what says
 * nothing about values is left out.
 *
 * Schemas that are referred to stay apart and are written once for each direction, so that nothing
 * unfolds, and a schema may refer to itself.
 */

import { isRecord } from '../../../protocol/base/predicates.ts'
import type { JsonSchema } from '../../../protocol/schema.ts'
import { target, Untaken } from './references.ts'

/** Levels of a schema that are read. */
const MAX_DEPTH = 200

/** Keywords that say nothing about values, or name another document. */
const left = new Set(
  '$schema $id $anchor $dynamicAnchor $comment xml externalDocs discriminator example examples'.split(
    ' ',
  ),
)
/** Keywords whose values are data, not schemas. */
const data = new Set(['const', 'enum', 'default', 'required', 'type'])
/** Keywords whose values are schemas by name. */
const records = new Set(['properties', 'patternProperties', 'dependentSchemas', '$defs'])

/** Reads the schemas of one document for one direction. */
export class DocumentSchemas {
  /** Those that were referred to, by their names. */
  readonly definitions: Record<string, JsonSchema> = Object.create(null)
  #document: unknown
  #direction: 'input' | 'output'
  #names = new Map<string, string>()
  #broken = new Map<string, string>()

  /** @param direction `input`: without properties that are `readOnly`; `output`: without `writeOnly` */
  constructor(document: unknown, direction: 'input' | 'output') {
    this.#document = document
    this.#direction = direction
  }

  /** A schema as that of a tool. @throws {Untaken} for a reference that cannot be followed */
  read(schema: unknown, depth = 0): JsonSchema | boolean {
    if (typeof schema === 'boolean') return schema
    if (!isRecord(schema)) return {}
    if (depth > MAX_DEPTH) throw new Untaken(`a schema of it has more than ${MAX_DEPTH} levels`)
    const read: Record<string, unknown> = {}
    for (const [keyword, value] of Object.entries(schema)) {
      if (left.has(keyword) || keyword.startsWith('x-')) continue
      put(read, keyword, this.#keyword(keyword, value, depth))
    }
    this.#withoutHidden(schema, read)
    return asFile(read)
  }

  #keyword(keyword: string, value: unknown, depth: number): unknown {
    if (keyword === '$ref') return typeof value === 'string' ? this.#refer(value) : undefined
    if (data.has(keyword)) return value
    if (records.has(keyword) && isRecord(value)) {
      const read: Record<string, unknown> = {}
      for (const [name, inner] of Object.entries(value))
        put(read, name, this.read(inner, depth + 1))
      return read
    }
    if (Array.isArray(value)) {
      return value.map(inner => (isRecord(inner) ? this.read(inner, depth + 1) : inner))
    }
    return isRecord(value) ? this.read(value, depth + 1) : value
  }

  /** Takes out the properties that go in the other direction alone. */
  #withoutHidden(schema: Record<string, unknown>, read: Record<string, unknown>): void {
    const { properties, required } = schema
    if (!isRecord(properties)) return
    const mark = this.#direction === 'input' ? 'readOnly' : 'writeOnly'
    const hidden = Object.entries(properties).flatMap(([name, inner]) =>
      isRecord(inner) && inner[mark] === true ? [name] : [],
    )
    if (hidden.length === 0) return
    const kept = read.properties as Record<string, unknown>
    for (const name of hidden) delete kept[name]
    if (Array.isArray(required)) read.required = required.filter(name => !hidden.includes(name))
  }

  /** @returns the reference as tools have it */
  #refer(reference: string): string {
    const known = this.#names.get(reference)
    const broken = this.#broken.get(reference)
    if (broken !== undefined) throw new Untaken(broken)
    if (known !== undefined) return `#/$defs/${known}`
    const name = this.#nameOf(reference)
    // Before it is read, since it may refer to itself.
    this.#names.set(reference, name)
    this.definitions[name] = {}
    try {
      this.definitions[name] = asSchema(this.read(target(this.#document, reference)))
    } catch (error) {
      if (error instanceof Untaken) this.#broken.set(reference, error.message)
      throw error
    }
    return `#/$defs/${name}`
  }

  #nameOf(reference: string): string {
    const last = reference.split('/').at(-1) ?? ''
    const word = last.replaceAll(/[^\w.-]/g, '_') || 'Schema'
    for (let count = 1; ; count++) {
      const name = count === 1 ? word : `${word}_${count}`
      if (!Object.hasOwn(this.definitions, name)) return name
    }
  }
}

/** A schema as an object: `true` admits everything, `false` nothing. */
export function asSchema(schema: JsonSchema | boolean): JsonSchema {
  if (typeof schema !== 'boolean') return schema
  return schema ? {} : { not: {} }
}

/** A document may have a property `__proto__`. */
function put(record: Record<string, unknown>, key: string, value: unknown): void {
  if (value === undefined) return
  Object.defineProperty(record, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

/** Bytes are a file in programs: OpenAPI 3.1 writes them by their type alone. */
function asFile(schema: Record<string, unknown>): JsonSchema {
  const { contentMediaType, contentEncoding, type } = schema
  const isBytes =
    typeof contentMediaType === 'string' &&
    contentEncoding === undefined &&
    !/^(?:text\/|application\/json)/.test(contentMediaType) &&
    (type === undefined || type === 'string')
  if (!isBytes) return schema
  const { contentMediaType: _, ...rest } = schema
  return { ...rest, type: 'string', format: 'binary' }
}

/**
 * The schemas that a schema refers to, also by way of others, from all of a direction.
 *
 * @returns `undefined` when it refers to none
 */
export function reachable(
  schema: JsonSchema,
  definitions: Readonly<Record<string, JsonSchema>>,
): Record<string, JsonSchema> | undefined {
  const found: Record<string, JsonSchema> = {}
  const queue: unknown[] = [schema]
  for (let part = queue.pop(); part !== undefined; part = queue.pop()) {
    if (typeof part !== 'object' || part === null) continue
    const { $ref } = part as { $ref?: unknown }
    const name = typeof $ref === 'string' ? $ref.replace(/^#\/\$defs\//, '') : undefined
    if (name !== undefined && !Object.hasOwn(found, name) && Object.hasOwn(definitions, name)) {
      found[name] = definitions[name] as JsonSchema
      queue.push(found[name])
    }
    for (const inner of Object.values(part)) {
      if (typeof inner === 'object' && inner !== null) queue.push(inner)
    }
  }
  return Object.keys(found).length === 0 ? undefined : found
}

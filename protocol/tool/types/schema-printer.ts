/**
 * JSON Schema as TypeScript, for prompts and for the type check.
 *
 * A type takes all values that its schema takes: keywords without a type (`not`, `if`, bounds,
 * formats) are left out. A schema that refers to itself becomes a type with a name, declared
 * beside. The text of any schema is short: parts that are too deep or too many become `any` with a
 * comment.
 */

import type { JsonSchema } from '../../schema.ts'
import { exactType } from '../exact-types.ts'
import { wordOf } from '../identifier.ts'
import { isRecord } from '../schema.ts'
import { literalOf, literalsOf } from './literals.ts'
import { LocalRefs, resourceOf } from './local-refs.ts'
import { listType, objectType } from './shapes.ts'
import type { Place, TypeStyle, TypeWriter } from './type-style.ts'
import {
  ANY,
  anyBecause,
  atom,
  intersectionOf,
  isAny,
  NEVER,
  NULL,
  type TypeText,
  unionOf,
} from './type-text.ts'

const MAX_DEPTH = 24
const MAX_PARTS = 1500
/** In UTF-16 units; names, literals and comments count. */
const MAX_TEXT = 20_000
/** A longer type gets a name when it is used a second time. */
const MAX_REPEATED = 40

interface Referred {
  readonly level: number
  name: string | undefined
  /** Absent while it is being written. */
  type: TypeText | undefined
}

/** Writes the parts of one schema. */
export class SchemaPrinter implements TypeWriter {
  readonly style: TypeStyle
  #root: JsonSchema
  #refs: LocalRefs
  #referred = new Map<unknown, Referred>()
  #parts = 0
  #text = 0

  constructor(root: JsonSchema, style: TypeStyle) {
    this.style = style
    this.#root = root
    this.#refs = new LocalRefs(root)
  }

  /**
   * The type of the whole schema.
   *
   * @param isParameters whether its members are parameters, so that a further one is a mistake to
   *   the check: an object of others would be the first parameter
   */
  whole(isParameters = false): TypeText {
    const place = { ...this.#start(), level: isParameters ? 0 : 1 }
    return this.#once(this.#root, place, place.name)
  }

  /** The type of one property of the whole schema, as a parameter. */
  property(schema: unknown): TypeText {
    return this.render(schema, this.#start())
  }

  #start(): Place {
    return { resource: this.#root, depth: 0, level: 1, name: this.style.name }
  }

  /** Whether the bound of the text is reached, so that the rest is left out. */
  get isFull(): boolean {
    return this.#parts > MAX_PARTS || this.#text > MAX_TEXT
  }

  /** Counts a written text, and returns it. */
  count(text: string): string {
    this.#text += text.length
    return text
  }

  /** The place of a part of an object or a list. */
  within(place: Place, key?: string): Place {
    const name = key === undefined ? place.name : `${place.name}_${wordOf(key.slice(0, 40))}`
    return { ...place, level: place.level + 1, name: name.slice(0, 200) }
  }

  /** The type of a part of the schema. */
  render(schema: unknown, outer: Place): TypeText {
    if (schema === false) return NEVER
    if (!isRecord(schema)) return ANY
    this.#parts++
    if (outer.depth > MAX_DEPTH) return anyBecause('nested too deeply to be written')
    if (this.isFull) return anyBecause('too large to be written')
    const place = {
      ...outer,
      depth: outer.depth + 1,
      resource: resourceOf(schema, outer.resource),
    }
    const parts: TypeText[] = []
    for (const ref of [schema.$ref, schema.$dynamicRef, schema.$recursiveRef]) {
      if (typeof ref === 'string') parts.push(this.#follow(ref, place))
    }
    parts.push(this.#own(schema, place))
    for (const some of [schema.anyOf, schema.oneOf]) {
      if (Array.isArray(some) && some.length > 0) parts.push(this.#someOf(some, place))
    }
    if (Array.isArray(schema.allOf)) {
      for (const one of schema.allOf) {
        if (this.isFull) break
        parts.push(this.render(one, place))
      }
    }
    if (schema.if !== undefined) {
      // A missing branch takes anything.
      parts.push(this.#someOf([schema.then, schema.else], place))
    }
    if (schema.not === true || (isRecord(schema.not) && Object.keys(schema.not).length === 0)) {
      return NEVER
    }
    const type = intersectionOf(parts)
    return schema.nullable === true ? unionOf([type, NULL]) : type
  }

  #someOf(some: readonly unknown[], place: Place): TypeText {
    const types: TypeText[] = []
    for (const one of some) {
      if (this.isFull) return anyBecause('too large to be written')
      types.push(this.render(one, place))
    }
    return unionOf(types)
  }

  #follow(ref: string, place: Place): TypeText {
    const target = this.#refs.follow(ref, place.resource)
    if (target === undefined || !isRecord(target.schema)) {
      return target?.schema === false ? NEVER : ANY
    }
    const inner = { ...place, resource: target.resource }
    const label = ref.slice(ref.lastIndexOf('/') + 1).replace('#', '') || 'input'
    return this.#once(target.schema, inner, `${this.style.name}_${wordOf(label.slice(0, 60))}`)
  }

  /** The type of what references lead to: written once, by name where it is within itself. */
  #once(schema: JsonSchema, place: Place, name: string): TypeText {
    const known = this.#referred.get(schema)
    if (known === undefined) {
      const entry: Referred = { level: place.level, name: undefined, type: undefined }
      this.#referred.set(schema, entry)
      const type = this.render(schema, place)
      entry.type = type
      if (entry.name === undefined) return type
      this.style.declare(`type ${entry.name} = ${type.text}`)
      entry.type = atom(entry.name)
      return entry.type
    }
    if (known.type === undefined) {
      // The type would refer to itself directly, which no alias can.
      if (known.level === place.level) return ANY
      known.name ??= this.style.freeName(name)
      return atom(known.name)
    }
    const { type } = known
    if (type.text.length <= MAX_REPEATED || isAny(type)) return type
    const free = this.style.freeName(name)
    this.style.declare(`type ${free} = ${type.text}`)
    known.type = atom(free)
    return known.type
  }

  /** The type of the schema without its combinators. */
  #own(schema: JsonSchema, place: Place): TypeText {
    const types = [schema.type ?? []].flat()
    const exact = exactType(schema, part => this.render(part ?? true, this.within(place)).text)
    if (exact !== undefined) return atom(exact)
    if ('const' in schema) return literalOf(schema.const, this)
    if (Array.isArray(schema.enum)) return literalsOf(schema.enum, types, this)
    const isObject = isRecord(schema.properties) || isRecord(schema.patternProperties)
    if (types.length === 0) {
      if (isObject || isRecord(schema.additionalProperties)) types.push('object')
      if (schema.items !== undefined || schema.prefixItems !== undefined) types.push('array')
    }
    return types.length === 0 ? ANY : unionOf(types.map(type => this.#ofType(type, schema, place)))
  }

  #ofType(type: unknown, schema: JsonSchema, place: Place): TypeText {
    switch (type) {
      case 'string':
        return atom(isOfFile(schema) ? 'File' : type)
      case 'boolean':
      case 'null':
        return atom(type)
      case 'number':
      case 'integer':
        return atom('number')
      case 'array':
        return listType(schema, place, this)
      case 'object':
        return objectType(schema, place, this)
      default:
        return ANY
    }
  }
}

/** Whether text of a schema is a file, as `z.file()` and OpenAPI write one. */
const isOfFile = ({ format, contentEncoding }: JsonSchema): boolean =>
  format === 'binary' || contentEncoding === 'binary'

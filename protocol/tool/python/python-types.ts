/** JSON Schemas as types of Python: what a reader of a prompt needs to know, and no more. */

import { isRecord } from '../schema.ts'
import { pythonWord } from './python-word.ts'

/** Deeper schemas are not distinguished. */
const MAX_DEPTH = 6
/** More members than this would not help a reader. */
const MAX_MEMBERS = 50
const MAX_CHOICES = 20

const scalars: Readonly<Record<string, string>> = {
  string: 'str',
  integer: 'int',
  number: 'float',
  boolean: 'bool',
  null: 'None',
}

/** Writes the types of one tool. Objects become classes with the names of their members. */
export class PythonTypes {
  /** The classes that were written, each before those that use it. */
  readonly classes: string[] = []
  #root: unknown
  #taken: Set<string>
  /** Names of the classes of references, by pointer. */
  #references = new Map<string, string>()

  /** @param taken names of classes of the same text */
  constructor(root: unknown, taken: Set<string>) {
    this.#root = root
    this.#taken = taken
  }

  /** The type of a schema. @param name of a class for it, should it become one */
  typeOf(schema: unknown, name: string, depth = 0): string {
    if (!isRecord(schema) || depth > MAX_DEPTH) return 'Any'
    if (typeof schema.$ref === 'string') return this.#reference(schema.$ref, name, depth)
    if ('const' in schema) return literal([schema.const])
    if (Array.isArray(schema.enum)) return literal(schema.enum)
    const branches = [schema.anyOf, schema.oneOf].flat().filter(isRecord)
    if (branches.length > 0) return this.#union(branches, name, depth)
    if (Array.isArray(schema.allOf) && schema.allOf.length === 1) {
      return this.typeOf(schema.allOf[0], name, depth)
    }
    const types = [schema.type ?? []].flat().filter(type => typeof type === 'string')
    if (types.length > 1) {
      return this.#union(
        types.map(type => ({ ...schema, type })),
        name,
        depth,
      )
    }
    const type = types[0] ?? (isRecord(schema.properties) ? 'object' : undefined)
    if (type === undefined) return 'Any'
    if (type === 'array') return this.#list(schema, name, depth)
    if (type === 'object') return this.#record(schema, name, depth)
    return scalars[type] ?? 'Any'
  }

  #union(branches: readonly unknown[], name: string, depth: number): string {
    const types = new Set(branches.map(branch => this.typeOf(branch, name, depth + 1)))
    return types.has('Any') ? 'Any' : [...types].join(' | ')
  }

  #list(schema: Record<string, unknown>, name: string, depth: number): string {
    const { items, prefixItems } = schema
    if (Array.isArray(prefixItems) && prefixItems.length > 0) {
      return `tuple[${prefixItems.map(item => this.typeOf(item, name, depth + 1)).join(', ')}]`
    }
    return `list[${this.typeOf(items, `${name}Item`, depth + 1)}]`
  }

  #record(schema: Record<string, unknown>, name: string, depth: number): string {
    const { properties, required, additionalProperties } = schema
    const members = Object.entries(isRecord(properties) ? properties : {}).slice(0, MAX_MEMBERS)
    if (members.length === 0) {
      const value = isRecord(additionalProperties)
        ? this.typeOf(additionalProperties, `${name}Value`, depth + 1)
        : 'Any'
      return `dict[str, ${value}]`
    }
    const needed = new Set(Array.isArray(required) ? required : [])
    const own = this.freeName(name)
    const lines = members.map(([member, part]) => {
      const type = this.typeOf(part, own + capital(member), depth + 1)
      const optional = needed.has(member) ? type : `NotRequired[${type}]`
      return { member, optional, note: noteOf(part) }
    })
    const isPlain = lines.every(({ member }) => pythonWord(member) === member)
    const text = isPlain
      ? `class ${own}(TypedDict):\n${lines.map(({ member, optional, note }) => `    ${member}: ${optional}${note}`).join('\n')}`
      : `${own} = TypedDict("${own}", {${lines.map(({ member, optional }) => `${JSON.stringify(member)}: ${optional}`).join(', ')}})`
    this.classes.push(text)
    return own
  }

  #reference(pointer: string, name: string, depth: number): string {
    const known = this.#references.get(pointer)
    if (known !== undefined) return known
    let at: unknown = this.#root
    for (const step of pointer.replace(/^#\/?/, '').split('/').filter(Boolean)) {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
      at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined
    }
    const last = pointer.split('/').at(-1) ?? ''
    const word = /^\w+$/.test(last) ? capital(last) : name
    // A type that refers to itself is written by its name, as a string.
    this.#references.set(pointer, `"${word}"`)
    const type = this.typeOf(at, word, depth + 1)
    this.#references.set(pointer, type)
    return type
  }

  /** A name for a class that no other class of the text has. */
  freeName(name: string): string {
    let free = name
    for (let i = 2; this.#taken.has(free); i++) free = `${name}${i}`
    this.#taken.add(free)
    return free
  }
}

/** `fetch_url` as the beginning of a class's name: `FetchUrl`. */
export const capital = (name: string): string =>
  name
    .split(/[^\p{L}\p{N}]+/u)
    .map(word => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')

function literal(values: readonly unknown[]): string {
  if (values.length > MAX_CHOICES)
    return values.every(one => typeof one === 'string') ? 'str' : 'Any'
  const texts = values.map(value => {
    if (value === null) return 'None'
    if (typeof value === 'boolean') return value ? 'True' : 'False'
    return typeof value === 'string' || typeof value === 'number'
      ? JSON.stringify(value)
      : undefined
  })
  return texts.includes(undefined) || texts.length === 0 ? 'Any' : `Literal[${texts.join(', ')}]`
}

function noteOf(schema: unknown): string {
  const text = isRecord(schema) && typeof schema.description === 'string' ? schema.description : ''
  return text === '' ? '' : `  # ${text.replace(/\s+/g, ' ').trim()}`
}

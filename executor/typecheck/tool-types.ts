/**
 * Tools as the type check sees them: what a call gives is a plain value, since `await` of one and
 * `Promise.all` over some type-check as well, and the members that every tool has stand beside.
 *
 * Not the declarations that a prompt carries: there a reader counts, here each part has a name, so
 * that a diagnostic tells whose it is, and what a schema leaves open stays open.
 */

import type { JsonSchema } from '../../protocol/schema.ts'
import { toolIdentifier } from '../../protocol/tools/identifier.ts'
import { schemaAt } from '../../protocol/tools/schema-type.ts'
import { recordProperties, type Tool } from '../../protocol/tools/tool.ts'

/** The declarations of some tools. */
export interface ToolTypes {
  /** Text of a declaration file. */
  readonly text: string
  /** Identifiers, and exact names, of all tools, with how each is called. */
  readonly signatures: ReadonlyMap<string, Signature>
  /** Members of the object types that tools give, by the name of the type. */
  readonly members: ReadonlyMap<string, readonly string[]>
}

/** How a tool is called, for a reader. */
export interface Signature {
  readonly text: string
  /** Type of the first positional parameter; absent for tools that take anything. */
  readonly first: string | undefined
}

/** Deeper parts of a schema are not checked. */
const MAX_DEPTH = 8

const known = new WeakMap<readonly Tool[], ToolTypes>()

/** Declares tools; the same list is declared once. */
export function toolTypes(tools: readonly Tool[]): ToolTypes {
  const before = known.get(tools)
  if (before !== undefined) return before
  const types = new Declarations().of(tools)
  known.set(tools, types)
  return types
}

class Declarations {
  #lines: string[] = []
  #members = new Map<string, readonly string[]>()
  #signatures = new Map<string, Signature>()

  of(tools: readonly Tool[]): ToolTypes {
    const names: string[] = []
    for (const tool of tools) {
      const identifier = toolIdentifier(tool.name)
      // Of two names that differ only in punctuation the first has the global.
      const isGlobal = !this.#signatures.has(identifier)
      const { type, signature } = this.#tool(tool, isGlobal ? identifier : tool.name)
      if (isGlobal) {
        this.#signatures.set(identifier, signature)
        this.#lines.push(`declare const ${identifier}: ${type}`)
      }
      this.#signatures.set(tool.name, signature)
      names.push(`  ${JSON.stringify(tool.name)}: ${isGlobal ? `typeof ${identifier}` : type}`)
    }
    const text = `${this.#lines.join('\n')}\ninterface Tools {\n${names.join('\n')}\n}\ndeclare const tools: Tools\n`
    this.#members.set(
      'Tools',
      tools.map(({ name }) => name),
    )
    return { text, signatures: this.#signatures, members: this.#members }
  }

  #tool(tool: Tool, identifier: string): { type: string; signature: Signature } {
    const { inputSchema, outputSchema, inputForm, parameters } = tool
    const result =
      outputSchema === undefined
        ? 'any'
        : this.#result(outputSchema, `${typeName(identifier)}_result`)
    if (inputSchema === undefined || inputForm === 'list') {
      const signature = { text: `${identifier}(...args)`, first: undefined }
      return { type: faces(['...args: any[]'], result), signature }
    }
    if (inputForm === 'value' || recordProperties(inputSchema) === undefined) {
      const input = parameterType(inputSchema)
      const signature = { text: `${identifier}(input: ${input})`, first: input }
      return { type: faces([`input: ${input}`], result), signature }
    }
    const list = positional(inputSchema, parameters)
    const signature = {
      text: `${identifier}(${list.join(', ')})`,
      first: list[0]?.replace(/^[^:]*: /, ''),
    }
    const record = list.length === 0 ? [] : [`input: ${parameterType(inputSchema)}`]
    return { type: faces([list.join(', '), ...record], result), signature }
  }

  /** The type of what a tool gives: each object in it is an interface of its own. */
  #result(schema: JsonSchema, name: string): string {
    return render(schema, {
      root: schema,
      depth: 0,
      name,
      objectType: (object, where, inner) => {
        const properties = entriesOf(object)
        const { additionalProperties } = object
        if (properties.length === 0) return recordType(object, inner)
        const isOpen = additionalProperties !== undefined && additionalProperties !== false
        const free = this.#free(where.name)
        this.#members.set(free, isOpen ? [] : properties.map(([key]) => key))
        const lines = properties.map(
          ([key, property]) => `  ${JSON.stringify(key)}: ${inner(property, key)}`,
        )
        if (isOpen) lines.push('  [more: string]: any')
        this.#lines.push(`interface ${free} {\n${lines.join('\n')}\n}`)
        return free
      },
    })
  }

  #free(name: string): string {
    let free = name
    for (let i = 2; this.#members.has(free); i++) free = `${name}_${i}`
    return free
  }
}

/** A tool with each of its parameter lists: called as it is, by `async`, and for each of a list. */
function faces(lists: readonly string[], result: string): string {
  const calls = lists.map(list => `(${list}): ${result}`)
  const promises = lists.map(list => `async(${list}): Promise<${result}>`)
  return `{ ${[...calls, ...promises].join('; ')} } & ToolFaces<${result}>`
}

interface Where {
  readonly root: JsonSchema
  readonly depth: number
  /** What an object here would be called. */
  readonly name: string
  readonly objectType: (
    schema: JsonSchema,
    where: Where,
    inner: (part: unknown, key?: string) => string,
  ) => string
}

/** The parameters in declared order; one after an optional one cannot be required. */
function positional(schema: JsonSchema, parameters: readonly string[]): string[] {
  const required = requiredOf(schema)
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>
  const where = { root: schema, depth: 1, name: '', objectType: openObject }
  let isOptional = false
  return parameters.map(name => {
    isOptional ||= !required.has(name)
    return `${typeName(name)}${isOptional ? '?' : ''}: ${render(properties[name] ?? {}, where)}`
  })
}

const parameterType = (schema: JsonSchema) =>
  render(schema, { root: schema, depth: 0, name: '', objectType: inputObject })

/** The record of all parameters: a further key makes it a positional argument. */
const inputObject: Where['objectType'] = (schema, where, inner) =>
  where.depth === 0 ? closedObject(schema, inner) : openObject(schema, where, inner)

/** Objects within a parameter take more than they declare, unless their schema says not. */
const openObject: Where['objectType'] = (schema, _where, inner) =>
  schema.additionalProperties === false || entriesOf(schema).length === 0
    ? closedObject(schema, inner)
    : closedObject(schema, inner, '; [more: string]: any')

function closedObject(schema: JsonSchema, inner: (part: unknown) => string, more = ''): string {
  const properties = entriesOf(schema)
  if (properties.length === 0) return recordType(schema, inner)
  const required = requiredOf(schema)
  const members = properties.map(([key, property]) => {
    const name = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? key : JSON.stringify(key)
    return `${name}${required.has(key) ? '' : '?'}: ${inner(property)}`
  })
  return `{ ${members.join('; ')}${more} }`
}

/** An object without declared members, whose values may have a type. */
function recordType({ additionalProperties }: JsonSchema, inner: (part: unknown) => string) {
  return isObject(additionalProperties) ? `Record<string, ${inner(additionalProperties)}>` : 'any'
}

function render(schema: unknown, where: Where): string {
  if (!isObject(schema) || where.depth > MAX_DEPTH) return 'any'
  const inner = (part: unknown, key?: string) =>
    render(part, {
      ...where,
      depth: where.depth + 1,
      name: key === undefined ? where.name : `${where.name}_${typeName(key)}`,
    })
  const { $ref, enum: values, anyOf, oneOf, allOf, type, properties } = schema
  if (typeof $ref === 'string') return inner(schemaAt($ref, where.root))
  if ('const' in schema) return union([literal(schema.const)])
  if (Array.isArray(values)) return union(values.map(literal))
  const some = anyOf ?? oneOf
  // What stands beside the alternatives belongs to each: not worth the types.
  if (Array.isArray(some)) {
    return properties === undefined ? union(some.map(one => inner(one))) : 'any'
  }
  if (allOf !== undefined) return 'any'
  if (Array.isArray(type)) return union(type.map(one => ofType(one, schema, where, inner)))
  return ofType(type ?? (properties === undefined ? undefined : 'object'), schema, where, inner)
}

function ofType(
  type: unknown,
  schema: JsonSchema,
  where: Where,
  inner: (part: unknown, key?: string) => string,
): string {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'null':
      return type
    case 'number':
    case 'integer':
      return 'number'
    case 'array': {
      // A list of known length would refuse every list that a program has built.
      if (schema.prefixItems !== undefined) return 'any[]'
      const item = inner(schema.items)
      return /[ |]/.test(item) ? `(${item})[]` : `${item}[]`
    }
    case 'object':
      return where.objectType(schema, where, inner)
    default:
      return 'any'
  }
}

/** `null` beside another type says nothing without strict null checks, and clutters messages. */
function union(types: readonly string[]): string {
  const all = [...new Set(types)].filter((one, _, { length }) => one !== 'null' || length === 1)
  if (all.includes('any')) return 'any'
  return all.join(' | ') || 'any'
}

const literal = (value: unknown) =>
  typeof value === 'object' && value !== null ? 'any' : (JSON.stringify(value) ?? 'any')

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const entriesOf = (schema: JsonSchema) =>
  Object.entries(isObject(schema.properties) ? schema.properties : {})

const requiredOf = ({ required }: JsonSchema): ReadonlySet<unknown> =>
  new Set(Array.isArray(required) ? required : [])

const typeName = (name: string) =>
  name.replace(/[^\p{ID_Continue}$]/gu, '_').replace(/^(?=\d)/, '_')

/** The fields of a form for a tool's input, from the tool's schema. */

import { isRecord } from '../../../protocol/base/predicates.ts'
import type { Tool } from '../../../protocol/tool/tool.ts'

/** How the value of a field is written: as itself, out of a list, or as JSON. */
export type FieldKind = 'text' | 'number' | 'choice' | 'boolean' | 'json'

/** One property of an input. */
export interface Field {
  /** The property. */
  readonly name: string
  readonly kind: FieldKind
  readonly isRequired: boolean
  readonly description: string | undefined
  /** Of the kind `choice`. */
  readonly choices: readonly string[]
}

/** Forms with more fields than this are JSON: a person would not fill them in one by one. */
const MAX_FIELDS = 50

/**
 * The fields for an input; `undefined` when a form cannot write all of it, and it is plain JSON.
 *
 * @param input the present value; properties of it that the schema does not declare have fields too
 */
export function fieldsOf(
  { inputForm, inputSchema }: Pick<Tool, 'inputForm' | 'inputSchema'>,
  input: unknown,
): readonly Field[] | undefined {
  const properties = inputSchema?.properties
  if (inputForm !== 'record' || !isRecord(properties)) return undefined
  if (input !== undefined && !isRecord(input)) return undefined
  const required: unknown = inputSchema?.required
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name)
  const names = [...new Set([...Object.keys(properties), ...Object.keys(input ?? {})])]
  if (names.length === 0 || names.length > MAX_FIELDS) return undefined
  return names.map(name => {
    const schema = Object.hasOwn(properties, name) ? properties[name] : undefined
    const value = input !== undefined && Object.hasOwn(input, name) ? input[name] : undefined
    return fieldOf(name, isRecord(schema) ? schema : {}, value, isRequired(name))
  })
}

function fieldOf(
  name: string,
  schema: Readonly<Record<string, unknown>>,
  value: unknown,
  isRequired: boolean,
): Field {
  const choices = Array.isArray(schema.enum) ? schema.enum : []
  const areTexts = choices.every(one => typeof one === 'string')
  const kind = kindOf(schema, choices.length > 0 && areTexts)
  const description = typeof schema.description === 'string' ? schema.description : undefined
  return {
    name,
    // A value that the schema does not let expect can be written as JSON alone.
    kind: value === undefined || fits(kind, value, choices) ? kind : 'json',
    isRequired,
    description,
    choices: kind === 'choice' ? (choices as string[]) : [],
  }
}

function kindOf(schema: Readonly<Record<string, unknown>>, hasChoices: boolean): FieldKind {
  if (hasChoices) return 'choice'
  switch (schema.type) {
    case 'string':
      return 'text'
    case 'number':
    case 'integer':
      return 'number'
    case 'boolean':
      return 'boolean'
    default:
      return 'json'
  }
}

function fits(kind: FieldKind, value: unknown, choices: readonly unknown[]): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string'
    case 'choice':
      return choices.includes(value)
    case 'number':
      return typeof value === 'number'
    case 'boolean':
      return typeof value === 'boolean'
    case 'json':
      return true
    default:
      return kind satisfies never
  }
}

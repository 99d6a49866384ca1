/** How a tool is called, as TypeScript. */

import type { JsonSchema } from '../../schema.ts'
import { wordOf } from '../identifier.ts'
import { isRecord } from '../schema.ts'
import { recordProperties } from '../tool.ts'
import type { ToolDescriptor } from '../wire-tool.ts'
import { SchemaPrinter } from './schema-printer.ts'
import { isOpen, requiredOf } from './shapes.ts'
import type { TypeStyle } from './type-style.ts'
import type { TypeText } from './type-text.ts'

/** The parameter lists of a tool, and the type of its result. */
export interface Signature {
  /** One parameter for each property; `undefined` for tools that take their input alone, or anything. */
  readonly positional: readonly Parameter[] | undefined
  /** The type of the whole input as one argument; `undefined` for tools that take anything, or nothing. */
  readonly input: string | undefined
  /** Whether the whole input can say more than the positional parameters can. */
  readonly needsInput: boolean
  readonly result: TypeText
}

/** One positional parameter; `type` is the text of a TypeScript type. */
export interface Parameter {
  readonly name: string
  readonly isOptional: boolean
  readonly type: string
}

/** Names of types begin with the tool's: all else of a style. */
export type SignatureStyle = Pick<TypeStyle, 'reader' | 'freeName' | 'declare' | 'nameObject'>

/** A longer list of parameters would not help any reader. */
const MAX_PARAMETERS = 200

/** The signature of a tool. @param name what the names of its types begin with */
export function signatureOf(
  { inputSchema, outputSchema }: Pick<ToolDescriptor, 'inputSchema' | 'outputSchema'>,
  name: string,
  { nameObject, ...style }: SignatureStyle,
): Signature {
  const result =
    outputSchema === undefined
      ? { text: 'any' }
      : new SchemaPrinter(outputSchema, {
          ...style,
          ...(nameObject && { nameObject }),
          side: 'output',
          name: `${name}_result`,
        }).whole()
  if (inputSchema === undefined) {
    return { positional: undefined, input: undefined, needsInput: false, result }
  }
  const inputStyle = { ...style, side: 'input' as const, name }
  const names = recordProperties(inputSchema)
  const needsInput = names === undefined || names.length > MAX_PARAMETERS || saysMore(inputSchema)
  const isBoth = names !== undefined && names.length <= MAX_PARAMETERS
  // Types that a reader is not shown are not written.
  const isTyped = !needsInput || style.reader === 'check'
  return {
    positional: isBoth ? parametersOf(inputSchema, names, inputStyle, isTyped) : undefined,
    input:
      names?.length === 0 && !needsInput
        ? undefined
        : needsInput || style.reader === 'check'
          ? new SchemaPrinter(inputSchema, inputStyle).whole(!needsInput).text
          : undefined,
    needsInput,
    result,
  }
}

/** The list of parameters; one after an optional one cannot be required: TypeScript's rule. */
export function parameterList(parameters: readonly Parameter[]): string {
  return parameters
    .map(({ name, isOptional, type }) => `${name}${isOptional ? '?' : ''}: ${type}`)
    .join(', ')
}

function parametersOf(
  schema: JsonSchema,
  names: readonly string[],
  style: TypeStyle,
  isTyped: boolean,
): readonly Parameter[] {
  const required = requiredOf(schema)
  const properties = isRecord(schema.properties) ? schema.properties : {}
  const printer = new SchemaPrinter(schema, style)
  const taken = new Set<string>()
  let isOptional = false
  return names.map(name => {
    isOptional ||= !required.has(name)
    let word = wordOf(name)
    while (taken.has(word)) word += '_'
    taken.add(word)
    const type = isTyped ? printer.property(properties[name]).text : 'any'
    return { name: word, isOptional, type }
  })
}

/** Whether an input may have members that are not parameters. */
function saysMore(schema: JsonSchema): boolean {
  if (isOpen(schema)) return true
  const properties = isRecord(schema.properties) ? schema.properties : {}
  const { anyOf, oneOf, allOf, then, else: otherwise, $ref } = schema
  const parts = [anyOf, oneOf, allOf, then, otherwise].flat()
  return (
    typeof $ref === 'string' ||
    [...requiredOf(schema)].some(name => !Object.hasOwn(properties, name)) ||
    parts.some(
      part =>
        isRecord(part) &&
        (typeof part.$ref === 'string' ||
          Object.keys(isRecord(part.properties) ? part.properties : {}).some(
            name => !Object.hasOwn(properties, name),
          )),
    )
  )
}

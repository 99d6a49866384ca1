/** TypeScript declarations of tools, to be put into a model's prompt. */

import type { JsonSchema } from '../schema.ts'
import type { ToolDescriptor } from '../tool.ts'
import { toolIdentifier } from './identifier.ts'
import { typeOf } from './schema-type.ts'
import { recordProperties } from './tool.ts'

/** Declares tools as the plain functions that programs see. */
export function toolDeclarations(tools: readonly ToolDescriptor[]): string {
  return tools.map(declare).join('\n\n')
}

function declare(tool: ToolDescriptor): string {
  const identifier = toolIdentifier(tool.name)
  const result = tool.outputSchema === undefined ? 'any' : typeOf(tool.outputSchema)
  const note = identifier === tool.name ? '' : `Also tools[${JSON.stringify(tool.name)}].`
  const comment = [tool.description, ...parameterNotes(tool.inputSchema), note].filter(
    line => line !== '',
  )
  return `${docComment(comment)}declare function ${identifier}(${parameterList(tool.inputSchema)}): ${result}`
}

function parameterList(schema: JsonSchema | undefined): string {
  if (schema === undefined) return '...args: any[]'
  const names = recordProperties(schema)
  if (names === undefined) return `input: ${typeOf(schema)}`
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  const properties = schema.properties as Record<string, JsonSchema> | undefined
  // A parameter after an optional one cannot be required: TypeScript's rule.
  let isOptional = false
  return names
    .map(name => {
      isOptional ||= !required.has(name)
      return `${parameterName(name)}${isOptional ? '?' : ''}: ${typeOf(properties?.[name] ?? {})}`
    })
    .join(', ')
}

const parameterName = (name: string) =>
  name.replace(/[^\p{ID_Continue}$]/gu, '_').replace(/^(?=\d)/, '_')

function parameterNotes(schema: JsonSchema | undefined): string[] {
  const properties = (schema?.properties ?? {}) as Record<string, JsonSchema>
  return Object.entries(properties).flatMap(([name, { description }]) =>
    typeof description === 'string' ? [`@param ${name} ${description}`] : [],
  )
}

function docComment(lines: readonly string[]): string {
  const text = lines.flatMap(line => line.split('\n')).map(line => line.replaceAll('*/', '*\\/'))
  if (text.length === 0) return ''
  if (text.length === 1) return `/** ${text[0]} */\n`
  return `/**\n${text.map(line => ` * ${line}`.trimEnd()).join('\n')}\n */\n`
}

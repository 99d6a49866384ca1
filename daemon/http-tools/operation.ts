/** A request as a tool makes it: everything but the input of a call. JSON, so that it is kept. */

import type { JsonSchema } from '../../protocol/schema.ts'
import type { ToolAnnotations } from '../../protocol/tool/wire-tool.ts'

/** The methods of tools by HTTP. */
export const httpMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
/** One of {@link httpMethods}. */
export type HttpMethod = (typeof httpMethods)[number]

/** How OpenAPI writes a list or an object in a parameter. */
export const parameterStyles = [
  'simple',
  'label',
  'matrix',
  'form',
  'spaceDelimited',
  'pipeDelimited',
  'deepObject',
] as const
/** One of {@link parameterStyles}. */
export type ParameterStyle = (typeof parameterStyles)[number]

/** How a value is written as text. */
export interface TextForm {
  readonly style: ParameterStyle
  readonly explode: boolean
  /** Whether reserved characters of URLs stay as they are. */
  readonly allowReserved?: boolean
  /** Whether it is written as JSON, whatever its style. */
  readonly isJson?: boolean
}

/** Where a part of the input goes. */
export interface HttpParameter extends TextForm {
  /** Its name in the input. */
  readonly property: string
  /** Its name in the request. */
  readonly name: string
  readonly in: 'path' | 'query' | 'header' | 'cookie'
}

/** How the body is made of the input. */
export interface HttpBody {
  /** `application/json`, `multipart/form-data`, `application/x-www-form-urlencoded`, or another. */
  readonly mediaType: string
  /** The property that is the body; absent: the body is an object of {@link properties}. */
  readonly property?: string
  /** Properties of the input that are those of the body, by their names there. */
  readonly properties?: Readonly<Record<string, string>>
  /** Whether it is sent without any of its properties. */
  readonly isRequired: boolean
  /** Of forms: how a property is written, and its type in `multipart/form-data`. */
  readonly encoding?: Readonly<
    Record<string, { readonly contentType?: string; readonly form?: TextForm }>
  >
}

/** A tool's request. */
export interface HttpOperation {
  /** The name of the tool, with its namespace. */
  readonly name: string
  readonly description: string
  readonly method: HttpMethod
  /** Absolute, with `{name}` in its path for each parameter there. */
  readonly url: string
  readonly parameters: readonly HttpParameter[]
  readonly body?: HttpBody
  /** Where properties of an input go that are neither parameters nor the body's; absent: nowhere. */
  readonly others?: 'query' | 'body'
  readonly accept: string
  /** Its references lead to the schemas beside it. */
  readonly inputSchema: JsonSchema
  readonly outputSchema?: JsonSchema
  readonly annotations: ToolAnnotations
}

/** What a method says of a request, by RFC 9110: GET and HEAD are safe, PUT may be repeated. */
export function annotationsOf(method: HttpMethod): ToolAnnotations {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'OPTIONS':
      return { readOnly: true }
    case 'DELETE':
      return { destructive: true }
    case 'PUT':
      return { idempotent: true }
    case 'POST':
    case 'PATCH':
      return {}
    default:
      return method satisfies never
  }
}

/** The names of the parameters in the path of a URL. */
export function pathParameters(url: string): string[] {
  return Array.from(url.split('?', 1)[0]?.matchAll(/\{([^{}]*)\}/g) ?? [], ([, name = '']) => name)
}

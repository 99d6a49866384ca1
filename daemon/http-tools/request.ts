/** The request of a call: its input, in the places that the operation names. */

import { isRecord } from '../../protocol/base/predicates.ts'
import type { OutboundRequest } from '../outbound/outbound.ts'
import { bodyOf } from './body.ts'
import type { HttpBody, HttpOperation, HttpParameter } from './operation.ts'
import { headerText, pathText, queryParts } from './parameter-text.ts'

/**
 * Writes the request of a call.
 *
 * @param ownHeaders configured headers, names in lower case: no parameter replaces them
 * @throws {TypeError} for a value that has no place in a request, with the name of its parameter
 */
export async function requestOf(
  operation: HttpOperation,
  given: unknown,
  ownHeaders: Readonly<Record<string, string>>,
): Promise<OutboundRequest> {
  const input = isRecord(given) ? given : {}
  const { method, parameters } = operation
  const headers: Record<string, string> = { accept: operation.accept }
  const query: string[] = []
  const cookies: string[] = []
  const inPath = new Map<string, string>()
  for (const parameter of parameters) {
    const value = input[parameter.property]
    if (value === undefined) continue
    const { name } = parameter
    switch (parameter.in) {
      case 'path':
        inPath.set(name, pathText(name, value, parameter))
        break
      case 'query':
        query.push(...queryParts(name, value, parameter).map(pair => pair.join('=')))
        break
      case 'header':
        headers[name.toLowerCase()] = headerText(name, value, parameter)
        break
      case 'cookie':
        cookies.push(...cookieParts(parameter, value))
        break
      default:
        parameter.in satisfies never
    }
  }
  const others = othersOf(operation, input)
  if (operation.others === 'query') {
    for (const name of others) {
      query.push(...queryParts(name, input[name], FORM).map(pair => pair.join('=')))
    }
  }
  const body = operation.body && (await bodyOf(withOthers(operation.body, others), input))
  if (body?.type !== undefined) headers['content-type'] = body.type
  if (cookies.length > 0) headers.cookie = cookies.join('; ')
  return {
    url: urlOf(operation, inPath, query),
    method,
    headers: { ...headers, ...ownHeaders },
    body: body?.content ?? null,
    ownHeaders: Object.keys(ownHeaders),
  }
}

const FORM = { style: 'form', explode: true } as const

/** Names of what the input has beyond what is declared. */
function othersOf(
  { others, parameters, body }: HttpOperation,
  input: Readonly<Record<string, unknown>>,
): string[] {
  if (others === undefined) return []
  const declared = new Set(parameters.map(({ property }) => property))
  const isKnown = (name: string) =>
    declared.has(name) || (body?.properties !== undefined && Object.hasOwn(body.properties, name))
  return Object.keys(input).filter(name => input[name] !== undefined && !isKnown(name))
}

function withOthers(body: HttpBody, others: readonly string[]): HttpBody {
  if (others.length === 0) return body
  const added = Object.fromEntries(others.map(name => [name, name]))
  return { ...body, properties: { ...body.properties, ...added } }
}

/** Each a pair, encoded, so that a value ends none. */
const cookieParts = (parameter: HttpParameter, value: unknown): string[] =>
  queryParts(parameter.name, value, parameter).map(pair => pair.join('='))

/** @throws {TypeError} when a value would change which path it is */
function urlOf(
  { url, parameters }: HttpOperation,
  inPath: ReadonlyMap<string, string>,
  query: readonly string[],
): string {
  const named = new Set(parameters.filter(one => one.in === 'path').map(({ name }) => name))
  const [base = '', fixed] = url.split('?', 2)
  const written = base
    .split('/')
    .map(segment => {
      const filled = segment.replaceAll(/\{([^{}]*)\}/g, (whole, name: string) => {
        if (!named.has(name)) return whole
        const text = inPath.get(name)
        if (text === undefined || text === '') {
          throw new TypeError(`Cannot call ${url}: the path needs ${name}, which is empty`)
        }
        return text
      })
      // URLs take these as ways up, also when their dots are encoded.
      if (filled !== segment && /^(?:\.|%2e){1,2}$/i.test(filled)) {
        throw new TypeError(
          `Cannot call ${url}: ${JSON.stringify(filled)} in its path would lead to another one`,
        )
      }
      return filled
    })
    .join('/')
  const queries = [...(fixed === undefined ? [] : [fixed]), ...query].filter(part => part !== '')
  return queries.length === 0 ? written : `${written}?${queries.join('&')}`
}

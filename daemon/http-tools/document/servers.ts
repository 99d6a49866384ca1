/** The servers that a document names. */

import { isRecord } from '../../../protocol/base/predicates.ts'
import type { ReadingOptions } from './plan.ts'
import { Untaken } from './references.ts'

/**
 * The absolute URL that the paths of an operation follow, without a slash at its end.
 *
 * @param lists the servers of the operation, of its path and of the document; the first one counts
 * @throws {Untaken} when there is none
 */
export function serverOf(
  lists: readonly unknown[],
  { server: configured, url, name, serverVariables }: ReadingOptions,
): string {
  if (configured !== undefined) return configured.replace(/\/+$/, '')
  const list = lists.find(one => Array.isArray(one) && one.length > 0) as unknown[] | undefined
  const server = list?.[0]
  const written = isRecord(server) && typeof server.url === 'string' ? server : { url: '/' }
  const filled = (written.url as string).replaceAll(/\{([^{}]+)\}/g, (_, variable: string) =>
    variableText(variable, written.variables, serverVariables),
  )
  const absolute = URL.parse(filled, url)
  const isUsable = absolute !== null && /^https?:$/.test(absolute.protocol)
  if (!isUsable || absolute.username + absolute.password !== '' || absolute.hostname === '') {
    throw new Untaken(`it has no server that can be used: set openapi.${name}.server`)
  }
  return `${absolute.origin}${absolute.pathname}`.replace(/\/+$/, '')
}

/** @throws {Untaken} */
function variableText(
  name: string,
  variables: unknown,
  configured: Readonly<Record<string, string>>,
): string {
  const variable = isRecord(variables) && isRecord(variables[name]) ? variables[name] : {}
  const value = Object.hasOwn(configured, name) ? configured[name] : variable.default
  if (value === undefined) {
    throw new Untaken(`the variable ${name} of its server has no value: set serverVariables`)
  }
  if (Array.isArray(variable.enum) && !variable.enum.includes(value)) {
    throw new Untaken(
      `the variable ${name} of its server is not one of ${variable.enum.join(', ')}`,
    )
  }
  return String(value)
}

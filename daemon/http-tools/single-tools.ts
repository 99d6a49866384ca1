/** The tools of `httpTools`: one request each. */

import { isRecord } from '../../protocol/base/predicates.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import { parseHostPattern } from '../outbound/host-pattern.ts'
import { writtenHost } from './hosts.ts'
import { toolOfOperation } from './make-tool.ts'
import {
  annotationsOf,
  type HttpOperation,
  type HttpParameter,
  pathParameters,
} from './operation.ts'
import { operationSender } from './sender.ts'
import type { HttpToolSetting } from './setting.ts'

/** Makes the tools. @throws {LatchdError} `TOOL_INVALID` for a schema that cannot be read */
export function singleTools(settings: readonly HttpToolSetting[]): Tool[] {
  return settings.map(setting => {
    const { name, url, allow, timeoutMs } = setting
    // Where a parameter stands in the path does not matter for the host.
    const patterns = [writtenHost(new URL(url)), ...allow.map(parseHostPattern)]
    const send = operationSender(setting, patterns, `httpTools.${name} (url, allow)`)
    return toolOfOperation(operationOf(setting), send, { timeoutMs })
  })
}

/** What stands in the path is a part of it; all else is the query, or the JSON of the body. */
function operationOf(setting: HttpToolSetting): HttpOperation {
  const { name, description, method, url, inputSchema, outputSchema, annotations } = setting
  const properties = isRecord(inputSchema.properties) ? Object.keys(inputSchema.properties) : []
  const inPath = pathParameters(url)
  const others = properties.filter(property => !inPath.includes(property))
  const isQuery = method === 'GET' || method === 'HEAD' || method === 'DELETE'
  const parameters: HttpParameter[] = [
    ...inPath.map(
      property =>
        ({ property, name: property, in: 'path', style: 'simple', explode: false }) as const,
    ),
    ...(isQuery ? others : []).map(
      property =>
        ({ property, name: property, in: 'query', style: 'form', explode: true }) as const,
    ),
  ]
  return {
    ...{ name, description, method, url, parameters, inputSchema },
    ...(method !== 'OPTIONS' && { others: isQuery ? 'query' : 'body' }),
    accept: 'application/json, */*;q=0.5',
    ...(outputSchema && { outputSchema }),
    ...(!isQuery &&
      method !== 'OPTIONS' && {
        body: {
          mediaType: 'application/json',
          properties: Object.fromEntries(others.map(property => [property, property])),
          isRequired: others.length > 0,
        },
      }),
    annotations: { ...annotationsOf(method), ...annotations },
  }
}

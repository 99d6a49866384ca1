/** The tools of a document that was read. */

import { errorText } from '../../../protocol/base/error-text.ts'
import type { JsonSchema } from '../../../protocol/schema.ts'
import { deferSchema } from '../../../protocol/tool/schema.ts'
import type { Tool } from '../../../protocol/tool/tool.ts'
import { parseHostPattern } from '../../outbound/host-pattern.ts'
import { foreignHost, isUrl, writtenHost } from '../hosts.ts'
import { toolOfOperation } from '../make-tool.ts'
import type { HttpOperation } from '../operation.ts'
import { operationSender } from '../sender.ts'
import type { OpenApiSetting } from '../setting.ts'
import type { DocumentPlan } from './plan.ts'
import { reachable } from './schemas.ts'

/** The tools, with sentences about those that are not there. */
export interface PlannedTools {
  readonly tools: readonly Tool[]
  readonly warnings: readonly string[]
}

/** Makes the tools of a plan, with a step for each: there may be thousands. */
export function* planTools(
  setting: OpenApiSetting,
  plan: DocumentPlan,
): Generator<undefined, PlannedTools> {
  const { name, document, server, allow, timeoutMs } = setting
  const patterns = [
    ...(server === undefined ? [] : [writtenHost(new URL(server))]),
    ...(isUrl(document) ? [writtenHost(new URL(document))] : []),
    ...plan.serverUrls.map(url => foreignHost(new URL(url))),
    ...allow.map(parseHostPattern),
  ]
  const send = operationSender(setting, patterns, `openapi.${name} (server, allow)`)
  const tools: Tool[] = []
  const warnings = [...plan.warnings]
  for (const operation of plan.operations) {
    yield
    try {
      const complete = withDefinitions(operation, plan)
      tools.push(toolOfOperation(complete, send, { namespace: name, timeoutMs }))
    } catch (error) {
      const why = errorText(error)
      warnings.push(`the operation ${operation.name} is left out: ${why}`)
    }
  }
  return { tools, warnings }
}

function withDefinitions(operation: HttpOperation, plan: DocumentPlan): HttpOperation {
  const { inputSchema, outputSchema } = operation
  return {
    ...operation,
    inputSchema: lazily(inputSchema, plan.inputSchemas),
    ...(outputSchema && { outputSchema: lazily(outputSchema, plan.outputSchemas) }),
  }
}

/** The schema with those that it refers to, which are looked for when `$defs` is first read. */
function lazily(schema: JsonSchema, definitions: Readonly<Record<string, JsonSchema>>): JsonSchema {
  // Only where there is a reference: what has no definitions has no such keyword.
  if (!hasReference(schema)) return deferSchema(schema)
  const whole: Record<string, unknown> = { ...schema }
  Object.defineProperty(whole, '$defs', {
    enumerable: true,
    configurable: true,
    get() {
      const value = reachable(schema, definitions) ?? {}
      Object.defineProperty(whole, '$defs', { value, enumerable: true })
      return value
    },
  })
  return deferSchema(whole)
}

function hasReference(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false
  if (typeof (part as { $ref?: unknown }).$ref === 'string') return true
  return Object.values(part).some(hasReference)
}

/**
 * The part of a client's JSON Schema that the daemon holds values against.
 *
 * A regular expression of somebody else may take for ever, and the daemon's one thread would take as
 * long: `pattern`, `patternProperties` and `format` are left to the client, which checks with all of
 * its schema anyway. What is left accepts whatever the whole schema accepts, and some more.
 */

import type { JsonSchema } from '../../protocol/schema.ts'
import { isRecord } from '../../protocol/tools/schema.ts'

const left = new Set(['pattern', 'patternProperties', 'format'])
/** Keywords whose value is a schema, a list of schemas, or a record of them. */
const inSchemas = new Set([
  'additionalProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'items',
  'additionalItems',
  'contains',
  'propertyNames',
  'allOf',
  'anyOf',
  'prefixItems',
])
const inRecords = new Set(['properties', '$defs', 'definitions', 'dependentSchemas'])
/** Keywords that accept less when what is inside of them accepts more. */
const turning = new Set(['not', 'oneOf', 'if', 'then', 'else'])
/** With `patternProperties` left out these would refuse what those let in. */
const beside = new Set(['additionalProperties', 'unevaluatedProperties'])

export function checkableSchema(schema: JsonSchema): JsonSchema {
  return strip(schema) as JsonSchema
}

function strip(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strip)
  if (!isRecord(schema)) return schema
  const isOpen = 'patternProperties' in schema
  const turns = Object.entries(schema).some(([key, value]) => turning.has(key) && isLess(value))
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (left.has(key) || (isOpen && beside.has(key)) || (turns && turning.has(key))) continue
    if (inRecords.has(key) && isRecord(value)) {
      kept[key] = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, strip(one)]))
    } else kept[key] = inSchemas.has(key) ? strip(value) : value
  }
  return kept
}

/** Whether something is left out anywhere inside; a name that looks like a keyword counts too. */
function isLess(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.some(isLess)
  if (!isRecord(schema)) return false
  return Object.entries(schema).some(
    ([key, value]) => left.has(key) || key === '$ref' || isLess(value),
  )
}

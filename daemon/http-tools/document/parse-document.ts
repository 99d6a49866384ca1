/** The text of a document as an object of OpenAPI 3.1. */

import { errorText } from '../../../protocol/base/error-text.ts'
import { isRecord } from '../../../protocol/base/predicates.ts'
import { applyOverlays } from './overlays.ts'
import type { ReadingOptions } from './plan.ts'

/** Uses of one anchor in YAML: more would unfold into what no memory holds. */
const MAX_ALIASES = 1000
/** What is repeated of a parser's message. */
const MAX_MESSAGE = 300

/** A document, with sentences about changes of it that fit nothing. */
export interface ParsedDocument {
  readonly document: Record<string, unknown>
  readonly warnings: readonly string[]
}

/**
 * Reads a document: JSON or YAML; OpenAPI 3.0, 3.1 and 3.2, and Swagger 2.0, which is converted.
 *
 * @throws {Error} with the reason in words
 */
export async function parseDocument(
  text: string,
  overlays: ReadingOptions['overlays'],
): Promise<ParsedDocument> {
  const written = await parsed(text.replace(/^\uFEFF/, ''))
  if (!isRecord(written)) throw new Error('it is no object')
  const { swagger, openapi } = written
  const version = String(swagger ?? openapi ?? '')
  if (swagger === undefined ? !/^3\.[012](\.|$)/.test(version) : version !== '2.0') {
    const said = version === '' ? 'it has no openapi version' : `its version is ${version}`
    throw new Error(`${said.slice(0, MAX_MESSAGE)}; OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0 are read`)
  }
  const warnings = await applyOverlays(written, overlays)
  if (/^3\.[12]/.test(version)) return { document: written, warnings }
  const { upgrade } = await import('@scalar/openapi-upgrader')
  const document = upgrade(written, '3.1') as unknown as Record<string, unknown>
  return { document, warnings }
}

async function parsed(text: string): Promise<unknown> {
  try {
    if (/^\s*\{/.test(text)) return JSON.parse(text)
  } catch (error) {
    // A mapping of YAML may begin so too, but of two messages that of JSON is the better one.
    throw new Error(`it is not JSON: ${message(error)}`)
  }
  const { parse } = await import('yaml')
  try {
    return parse(text, { maxAliasCount: MAX_ALIASES, merge: true, logLevel: 'error' })
  } catch (error) {
    throw new Error(`it is not YAML: ${message(error)}`)
  }
}

function message(error: unknown): string {
  return errorText(error).replaceAll(/\s+/g, ' ').slice(0, MAX_MESSAGE)
}

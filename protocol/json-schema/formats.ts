/** The formats of texts that are checked. */

import { format as standard } from '@cfworker/json-schema'

/** Formats that describe the meaning of a value and have no test (OpenAPI's). */
const descriptive = new Set([
  'binary',
  'byte',
  'char',
  'decimal',
  'double',
  'float',
  'html',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'markdown',
  'password',
])

const MAX_LENGTH = 8192
/** A text of these formats may be longer, such as a `data:` URI. Then it is not tested. */
const long = new Set([
  'uri',
  'uri-reference',
  'uri-template',
  'iri',
  'iri-reference',
  'url',
  'regex',
])

type Test = (text: string) => boolean

const table = new Map<string, Test>(Object.entries(standard))
// The library's expression for it backtracks without bound.
table.set('url', text => URL.canParse(text))
table.set('iri', text => URL.canParse(text))
// Looser than RFC 3986: what a URL parser takes, spaces and umlauts included, tools take as well.
table.set('uri', text => URL.canParse(text))
table.delete('regex')

/**
 * The test of a format; `undefined` for a known format without a test.
 *
 * @throws {RangeError} for an unknown format
 */
export function formatTest(name: string): Test | undefined {
  const test = table.get(name)
  if (test === undefined) {
    if (descriptive.has(name) || name === 'regex') return undefined
    throw new RangeError(name)
  }
  return text => (text.length > MAX_LENGTH ? long.has(name) : test(text))
}

/** The encodings that the guest's `TextDecoder` knows, and their labels. */

import { objectFreeze } from '../primordials.ts'

/** The name of an encoding that the guest decodes by itself. */
export type EncodingName = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

/** Encodings by label in lower case: https://encoding.spec.whatwg.org/#names-and-labels. */
export const encodings: Readonly<Record<string, EncodingName>> = objectFreeze({
  __proto__: null as never,
  ...labelled('utf-8', 'unicode-1-1-utf-8 unicode11utf8 unicode20utf8 utf-8 utf8 x-unicode20utf8'),
  ...labelled('utf-16le', 'csunicode iso-10646-ucs-2 ucs-2 unicode unicodefeff utf-16 utf-16le'),
  ...labelled('utf-16be', 'unicodefffe utf-16be'),
  ...labelled(
    'windows-1252',
    'ansi_x3.4-1968 ascii cp1252 cp819 csisolatin1 ibm819 iso-8859-1 iso-ir-100 iso8859-1 ' +
      'iso88591 iso_8859-1 iso_8859-1:1987 l1 latin1 us-ascii windows-1252 x-cp1252',
  ),
})

function labelled(name: EncodingName, labels: string): Record<string, EncodingName> {
  return Object.fromEntries(labels.split(' ').map(label => [label, name]))
}

/** Bytes 0x80 to 0x9F in windows-1252: https://encoding.spec.whatwg.org/index-windows-1252.txt. */
export const WINDOWS_1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178'

/** The MIME type of bytes that come without one, by their first bytes. */

const SIGNATURES: readonly (readonly [type: string, at: number, text: string])[] = [
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF8'],
  ['image/webp', 8, 'WEBP'],
  ['application/pdf', 0, '%PDF-'],
]

/** The type of images and PDF documents, as https://mimesniff.spec.whatwg.org has them; else empty. */
export function sniffedType(bytes: Uint8Array): string {
  for (const [type, at, text] of SIGNATURES) {
    const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 16))
    if (head.toString('latin1', at, at + text.length) === text) return type
  }
  return ''
}

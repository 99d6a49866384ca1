import type { OutboundAnswer } from './outbound.ts'

/** The body in the encoding of its type; UTF-8 without a known one. */
export function bodyText(body: Uint8Array, headers: OutboundAnswer['headers']): string {
  const type = [headers['content-type'] ?? ''].flat().join(', ')
  const charset = /charset\s*=\s*"?([^\s";,]+)/i.exec(type)?.[1] ?? 'utf-8'
  return decoderOf(charset).decode(body)
}

function decoderOf(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset)
  } catch {
    // A name that the Encoding Standard does not know: browsers fall back too.
    return new TextDecoder()
  }
}

/** The header `traceparent` of W3C Trace Context, https://www.w3.org/TR/trace-context/#traceparent-header. */

/** A place in a trace: 32 and 16 hexadecimal digits in lower case, and whether it is recorded. */
export interface TracePlace {
  readonly traceId: string
  readonly spanId: string
  readonly isSampled: boolean
}

const pattern = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/** Reads a header; `undefined` for a malformed one. Of a later version the known part is read. */
export function readTraceParent(header: string | undefined): TracePlace | undefined {
  const [, version, traceId = '', spanId = '', flags = '', more] =
    pattern.exec(header?.trim() ?? '') ?? []
  if (version === undefined || version === 'ff') return undefined
  if (version === '00' && more !== undefined) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

/** A place as the header of version 00. */
export function writeTraceParent({ traceId, spanId, isSampled }: TracePlace): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`
}

/** The door for frames of WebSockets: a string that is not too deep, JSON, and of the shape asked for. */

import type { z } from 'zod'
import { isNestedTooDeep, MAX_NESTING } from '../../protocol/base/nesting.ts'

/**
 * Reads a frame. How long it may be is for the socket to say.
 *
 * @param data the text of a frame; `undefined` for a binary one
 * @returns the frame, or the fault in it, as text
 */
export function readFrame<Frame extends object>(
  shape: z.ZodType<Frame>,
  data: string | undefined,
): Frame | string {
  if (data === undefined) return 'a frame is a JSON text, not binary'
  if (isNestedTooDeep(data)) return `a frame is nested deeper than ${MAX_NESTING} levels`
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    // The exact fault does not matter: the frame was cut on its way.
    return `a frame of ${data.length} characters is no JSON`
  }
  const parsed = shape.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const type = (value as { type?: unknown } | null)?.type
  return `cannot read the frame ${JSON.stringify(type)}: ${issue?.path.join('.')}: ${issue?.message}`
}

/** Lists that are told page by page. */

import { z } from 'zod'

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1000

/** What every list takes. */
export const pageQuery = {
  after: z.string().optional().describe('`nextCursor` of the page before'),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
}

/** What every list answers. @param id of the shape in the OpenAPI document */
export function pageOf<T extends z.ZodType>(entry: T, id: string) {
  return z.strictObject({ data: z.array(entry), nextCursor: z.string().optional() }).meta({ id })
}

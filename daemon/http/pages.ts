/** Lists in pages. */

import { z } from 'zod'
import { DEFAULT_PAGE_LIMIT, MAX_PAGE_LIMIT } from '../../protocol/page-limits.ts'

/** The query of every list. */
export const pageQuery = {
  after: z.string().optional().describe('`nextCursor` of the page before'),
  limit: z.coerce.number().int().min(1).max(MAX_PAGE_LIMIT).default(DEFAULT_PAGE_LIMIT),
}

/** The answer of every list. @param id of the schema in the OpenAPI document */
export function pageOf<T extends z.ZodType>(entry: T, id: string) {
  return z.strictObject({ data: z.array(entry), nextCursor: z.string().optional() }).meta({ id })
}

import type { z } from 'zod'

/**
 * The fields of a schema for `T`: one for each property, of its type. A schema whose fields satisfy
 * it has the properties of `T` and no others.
 */
export type ShapeOf<T> = { readonly [K in keyof T]-?: z.ZodType<T[K]> }

/** Types that hold a schema to a type that is written elsewhere. They load no schema library. */

import type { z } from 'zod'

/**
 * The fields of a schema for `T`: one for each property, of its type. A schema whose fields satisfy
 * it has the properties of `T` and no others.
 */
export type ShapeOf<T> = { readonly [K in keyof T]-?: z.ZodType<T[K]> }

/** The schema `S` when it accepts each value of `T`, else `never`. */
export type Accepting<T, S extends z.ZodType> = Writable<T> extends z.output<S> ? S : never

/** `T` without `readonly`, all the way down: schemas infer arrays that can be written to. */
type Writable<T> = T extends Uint8Array ? T : { -readonly [K in keyof T]: Writable<T[K]> }

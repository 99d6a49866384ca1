/** The result of a validator. */

/** One problem of a value; `path` is empty for the value itself. */
export interface Problem {
  readonly path: string
  readonly message: string
}

/** A fitting value, with the changes by the schema; or all of its problems. */
export type Validation =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Checks a value, now or later. */
export type Validator = (value: unknown) => Validation | Promise<Validation>

/** After this many problems a validator stops. */
export const MAX_COLLECTED = 1000

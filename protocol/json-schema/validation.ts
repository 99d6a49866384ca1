/** What a validator answers. */

/** One thing that is wrong with a value; `path` is empty for the value itself. */
export interface Problem {
  readonly path: string
  readonly message: string
}

/** A value that fits its schema, with what the schema changed; or all that is wrong with it. */
export type Validation =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problems: readonly Problem[] }

export type Validator = (value: unknown) => Validation | Promise<Validation>

/** A validator that has found so many looks for no others. */
export const MAX_COLLECTED = 1000

/** Schemas of tools as they come: JSON Schema, or a library's own that follows Standard Schema. */

/** A JSON Schema object; draft 2020-12 unless it names another. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** One problem of a value, as Standard Schema reports it. */
export interface StandardIssue {
  readonly message: string
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
}

/** The part of Standard Schema V1 (https://standardschema.dev) that latchd reads. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (
      value: unknown,
    ) =>
      | { readonly value: Output; readonly issues?: undefined }
      | { readonly issues: ReadonlyArray<StandardIssue> }
      | Promise<
          | { readonly value: Output; readonly issues?: undefined }
          | { readonly issues: ReadonlyArray<StandardIssue> }
        >
    /** Standard JSON Schema, which zod ≥ 4.2 and others offer beside it. */
    readonly jsonSchema?: {
      readonly input: (options: { target: string }) => Record<string, unknown>
      readonly output: (options: { target: string }) => Record<string, unknown>
    }
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}

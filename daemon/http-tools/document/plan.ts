/** A document that was read: its operations as tools make them. JSON, so that it is kept. */

import type { JsonSchema } from '../../../protocol/schema.ts'
import type { HttpOperation } from '../operation.ts'

/** What a document is read with. */
export interface ReadingOptions {
  /** The namespace of its tools. */
  readonly name: string
  /** Its URL, to which servers of it may be relative; absent for a file. */
  readonly url: string | undefined
  readonly server: string | undefined
  readonly serverVariables: Readonly<Record<string, string>>
  readonly include: readonly string[] | undefined
  readonly exclude: readonly string[]
  readonly overlays: readonly {
    readonly target: string
    readonly update?: unknown
    readonly remove?: boolean
  }[]
  /** Names of headers that the configuration sets, in lower case: no input has them. */
  readonly ownHeaders: readonly string[]
}

/** The operations of a document. */
export interface DocumentPlan {
  readonly operations: readonly HttpOperation[]
  /** What the schemas of operations refer to as `#/$defs/NAME`: of inputs, and of outputs. */
  readonly inputSchemas: Readonly<Record<string, JsonSchema>>
  readonly outputSchemas: Readonly<Record<string, JsonSchema>>
  /** Origins of the servers that the document names. */
  readonly serverUrls: readonly string[]
  /** Sentences about operations that are left out. */
  readonly warnings: readonly string[]
}

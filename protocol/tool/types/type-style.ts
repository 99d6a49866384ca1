/** What the parts of the schema printer share: for whom, where, and how to go on. */

import type { JsonSchema } from '../../schema.ts'
import type { TypeText } from './type-text.ts'

/** How the types of one tool are written. */
export interface TypeStyle {
  /**
   * Whom they are for. A reader sees comments and tuples. The check takes what a program may have
   * built: a list for a tuple, and further members where an input schema does not say that there are none.
   */
  readonly reader: 'prompt' | 'check'
  readonly side: 'input' | 'output'
  /** What names of types begin with. */
  readonly name: string
  /** Gives a name that no type has yet. */
  readonly freeName: (name: string) => string
  /** Takes the declaration of a type, to stand beside those of tools. */
  readonly declare: (declaration: string) => void
  /** Makes an object type one with a name; absent: it stands where it is used. */
  readonly nameObject?: (
    name: string,
    body: string,
    members: readonly string[] | undefined,
  ) => string
}

/** Where a schema stands. */
export interface Place {
  /** What `#` means there. */
  readonly resource: JsonSchema
  /** Schemas around it. */
  readonly depth: number
  /** Objects and lists around it. */
  readonly level: number
  /** What an object there would be called. */
  readonly name: string
}

/** Writes parts of one schema, within bounds. */
export interface TypeWriter {
  readonly style: TypeStyle
  /** Whether so much was written that the rest is left out. */
  readonly isFull: boolean
  /** Counts a text that is written, and gives it. */
  count(text: string): string
  /** The place of a part of an object or a list. */
  within(place: Place, key?: string): Place
  /** The type of a part of the schema. */
  render(schema: unknown, place: Place): TypeText
}

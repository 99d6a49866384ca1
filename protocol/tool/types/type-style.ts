/** The context of the parts of the schema printer: the reader, the place, and how to go on. */

import type { JsonSchema } from '../../schema.ts'
import type { TypeText } from './type-text.ts'

/** How the types of one tool are written. */
export interface TypeStyle {
  /**
   * The reader of the types. A person sees comments and tuples. The check takes values that a
   * program may have built: a list for a tuple, and further members unless an input schema forbids
   * them.
   */
  readonly reader: 'prompt' | 'check'
  readonly side: 'input' | 'output'
  /** The prefix of type names. */
  readonly name: string
  /** Gives a name that no type has yet. */
  readonly freeName: (name: string) => string
  /** Takes the declaration of a type, to be placed beside those of tools. */
  readonly declare: (declaration: string) => void
  /** Gives an object type a name; absent: the type is written where it is used. */
  readonly nameObject?: (
    name: string,
    body: string,
    members: readonly string[] | undefined,
  ) => string
}

/** The place of a schema. */
export interface Place {
  /** The meaning of `#` there. */
  readonly resource: JsonSchema
  /** Schemas around it. */
  readonly depth: number
  /** Objects and lists around it. */
  readonly level: number
  /** The name of an object there. */
  readonly name: string
}

/** Writes parts of one schema, within bounds. */
export interface TypeWriter {
  readonly style: TypeStyle
  /** Whether the bound of the text is reached, so that the rest is left out. */
  readonly isFull: boolean
  /** Counts a written text, and returns it. */
  count(text: string): string
  /** The place of a part of an object or a list. */
  within(place: Place, key?: string): Place
  /** The type of a part of the schema. */
  render(schema: unknown, place: Place): TypeText
}

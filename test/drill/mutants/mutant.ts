/** A fault that the drills are there to find: a text that stands once in a file, and what takes its place. */
export interface Mutant {
  readonly name: string
  readonly file: string
  readonly from: string
  readonly to: string
  /** Who is to find it. */
  readonly drill: string
}

import type { SyntaxNode } from '../parse/syntax-node.ts'

/**
 * Whether something is wanted: always, never, or when the caller of a function wants that
 * function's result as a promise or as an array of promises.
 */
export type Wanted = boolean | ByCaller

/** Wanted when the call of `fn` that is under way is wanted as this. */
export interface ByCaller {
  readonly fn: SyntaxNode
  readonly as: 'promise' | 'array'
}

/** Whether a promise, or an array of promises, is as good at a place of the source as its value. */
export interface Position {
  readonly promise: Wanted
  readonly array: Wanted
}

/** The source needs the value itself at this position. */
export const NEITHER: Position = { promise: false, array: false }
/** A promise of the value does as well. */
export const PROMISE: Position = { promise: true, array: false }
/** An array of promises does as well. */
export const ARRAY: Position = { promise: false, array: true }
/** A promise and an array of promises both do as well. */
export const EITHER: Position = { promise: true, array: true }

/** The result of a function whose callers are not known from the source. */
export const resultOf = (fn: SyntaxNode): Position => ({
  promise: { fn, as: 'promise' },
  array: { fn, as: 'array' },
})

/** The position that satisfies two uses of one value. */
export const both = (a: Position, b: Position): Position => ({
  promise: agreed(a.promise, b.promise),
  array: agreed(a.array, b.array),
})

function agreed(a: Wanted, b: Wanted): Wanted {
  if (a === true || a === b) return b
  if (b === true) return a
  if (a === false || b === false) return false
  return a.fn === b.fn && a.as === b.as ? a : false
}

/** The position of an argument, when the call that it stands in is at `call`. */
export function throughCall(position: Position, fn: SyntaxNode, call: () => Position): Position {
  const resolve = (wanted: Wanted): Wanted =>
    typeof wanted === 'object' && wanted.fn === fn ? call()[wanted.as] : wanted
  return { promise: resolve(position.promise), array: resolve(position.array) }
}

/** Describes a thrown value to the host: its texts, its stack, and the errors that it names. */

import { engineStack, isError, originalMessage, textOf } from './error-stack.ts'
import { inspect } from './inspect/inspect.ts'
import { append, isArray, jsonStringify, record, unlinkedList } from './primordials.ts'

/** A thrown value. Travels as JSON. */
export interface ErrorDescription {
  readonly name: string
  readonly message: string
  /** As the engine made it, in coordinates of the code. */
  readonly stack: string
  readonly hint?: string
  /** The related errors: `cause` first, then `errors`; absent: none. */
  readonly related?: readonly RelatedError[]
}

/** An error that another one names. */
export interface RelatedError extends ErrorDescription {
  readonly relation: 'cause' | 'errors'
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** At most so many related errors are described, nested at most so deep. */
const MAX_RELATED = 10
const MAX_DEPTH = 5

/** The description of a failed allocation, for when there is no room to make one. */
export const OUT_OF_MEMORY = '{"name":"InternalError","message":"out of memory","stack":""}'

const THROWN_DEPTH = { depth: 2, maxBytes: 4096 }

/** Describes a thrown value: {@link ErrorDescription} as JSON. */
export function describe(thrown: unknown): string {
  if (!isError(thrown) && isNoValue(thrown)) return OUT_OF_MEMORY
  return jsonStringify(descriptionOf(thrown, 'Uncaught ', { left: MAX_RELATED }, MAX_DEPTH))
}

function descriptionOf(
  thrown: unknown,
  prefix: string,
  budget: { left: number },
  depth: number,
): Writable<ErrorDescription> {
  const description = record() as unknown as Writable<ErrorDescription>
  if (!isError(thrown)) {
    // A value other than an error has no name of its own, and no place where it was thrown.
    description.name = 'Error'
    description.message = prefix + inspect(thrown, THROWN_DEPTH)
    description.stack = ''
    return description
  }
  description.name = textOf(thrown, 'name') ?? 'Error'
  description.message = originalMessage(thrown, textOf(thrown, 'message') ?? '')
  description.stack = engineStack(thrown)
  const hint = textOf(thrown, 'hint')
  if (hint !== undefined) description.hint = hint
  if (depth > 0) addRelated(description, thrown, budget, depth)
  return description
}

function addRelated(
  description: Writable<ErrorDescription>,
  error: Error,
  budget: { left: number },
  depth: number,
): void {
  const related = unlinkedList<RelatedError>()
  const add = (relation: RelatedError['relation'], value: unknown) => {
    if (budget.left === 0) return
    budget.left -= 1
    const one = descriptionOf(value, '', budget, depth - 1) as Writable<RelatedError>
    one.relation = relation
    append(related, one)
  }
  try {
    const { cause, errors } = error as { cause?: unknown; errors?: unknown }
    if (cause !== undefined) add('cause', cause)
    if (isArray(errors)) {
      for (let i = 0; i < errors.length && budget.left > 0; i++) add('errors', errors[i])
    }
  } catch {
    // A getter or a proxy of the program threw. The errors that were read before it stay.
  }
  if (related.length > 0) description.related = related
}

/**
 * A few built-ins (`normalize`) throw a value whose `typeof` is unknown when an allocation fails.
 */
const isNoValue = (thrown: unknown) => (typeof thrown as string) === 'unknown'

/** The log line of an unhandled rejection. */
export function describeRejection(reason: unknown): string {
  return 'Uncaught (in promise) ' + inspect(reason, THROWN_DEPTH)
}

/**
 * Calls whose promise the source uses. The compiler
 * (`executor/compile/rewrite/concurrent-calls.ts`) puts these functions around their callees. What
 * a callee is, is known only at run time.
 *
 * A *helper* is a function of the program that returns the call of a tool. The compiler gives each
 * helper a number. A call that wants the helper's promise notes that number first. At its start the
 * helper checks whether its number was noted. Between the two nothing of the program runs but the
 * helper's own default parameters. These do not call the helper itself (`HelperFunctions`), and a call
 * of another helper in one of those has another number.
 */

import {
  hidden,
  reflectApply,
  reflectDefineProperty,
  WeakMapOf,
  weakMapGet,
  weakMapSet,
} from '../primordials.ts'
import { constant } from '../program.ts'
import { isToolError } from './calls.ts'
import { concurrentFormOf } from './tools.ts'

/** What the source wants of a call, in bits, as the compiler writes them. */
const WANT_PROMISE = 1
/** The result is an array; its elements may be promises. */
const WANT_ARRAY = 2
/** The error of a tool that the call throws becomes the rejection of a promise. */
const WANT_SETTLED = 4
/** Any error that the call throws becomes the rejection of a promise. */
const WANT_CAUGHT = 8
const WANT_REJECTION = WANT_SETTLED | WANT_CAUGHT

type Callable = (...args: unknown[]) => unknown

/** The numbers of the program's helpers. */
const helpers = new WeakMapOf<WeakKey, number>()

/** The helper that is called next for its promise, and the bits that the call wants. */
let askedNumber = 0
let askedWant = 0

/**
 * Makes a helper known.
 *
 * @param name for a function that the language would have named by its place
 */
function helper(number: number, fn: object, name?: string): object {
  if (name !== undefined) reflectDefineProperty(fn, 'name', nameDescriptor(name))
  weakMapSet(helpers, fn, number)
  return fn
}

function nameDescriptor(name: string): PropertyDescriptor {
  const descriptor = hidden(name)
  descriptor.writable = false
  return descriptor
}

/** Makes methods of an object known: key, number, key, number … */
function methods(target: Record<string, unknown>): object {
  for (let i = 1; i < arguments.length; i += 2) {
    const method = target[arguments[i] as string]
    if (typeof method === 'function') weakMapSet(helpers, method, arguments[i + 1] as number)
  }
  return target
}

/** The bits of the current call of a helper. The helper itself calls this. */
function asked(number: number): number {
  if (askedNumber !== number) return 0
  askedNumber = 0
  return askedWant
}

/**
 * As {@link asked}, in the defaults of the helper's parameters: the body asks again, and the call
 * counts as not yet begun.
 */
function askedEarly(number: number): number {
  return askedNumber === number ? askedWant : 0
}

/** A call's callee, or the function to call in its place. */
function call(callee: unknown, want: number): unknown {
  if (typeof callee !== 'function' || want === 0) return callee
  const form = (want & WANT_PROMISE) !== 0 ? concurrentFormOf(callee) : undefined
  if (form !== undefined) return form
  const number = weakMapGet(helpers, callee)
  if (number === undefined && (want & WANT_REJECTION) === 0) return callee
  return function (this: unknown) {
    return callFor(callee as Callable, number, want, this, arguments)
  }
}

/** As {@link call}, for a method: keeps its receiver. */
function method(receiver: unknown, key: PropertyKey, want: number): unknown {
  const callee = (receiver as Record<PropertyKey, unknown>)[key]
  if (typeof callee !== 'function') return callee
  const form = (want & WANT_PROMISE) !== 0 ? concurrentFormOf(callee) : undefined
  if (form !== undefined) return form
  const number = want === 0 ? undefined : weakMapGet(helpers, callee)
  return function () {
    return callFor(callee as Callable, number, want, receiver, arguments)
  }
}

function callFor(
  callee: Callable,
  number: number | undefined,
  want: number,
  receiver: unknown,
  args: ArrayLike<unknown>,
): unknown {
  const outerNumber = askedNumber
  const outerWant = askedWant
  if (number !== undefined) {
    askedNumber = number
    askedWant = want & (WANT_PROMISE | WANT_ARRAY)
  }
  try {
    return reflectApply(callee, receiver, args)
  } catch (error) {
    const isRejection =
      (want & WANT_CAUGHT) !== 0 || ((want & WANT_SETTLED) !== 0 && isToolError(error))
    if (isRejection) return rejected(error)
    throw error
  } finally {
    askedNumber = outerNumber
    askedWant = outerWant
  }
}

async function rejected(error: unknown): Promise<never> {
  throw error
}

async function fulfilled(value: unknown): Promise<unknown> {
  return value
}

/** A value with a method of promises: the value itself, or a promise that is settled with it. */
function promise(value: unknown, name: 'then' | 'catch' | 'finally'): unknown {
  if (value === undefined || value === null) return value
  return (value as Record<string, unknown>)[name] === undefined ? fulfilled(value) : value
}

/** Used by programs that earlier versions compiled, and that are replayed. */
function concurrent(callee: unknown): unknown {
  return call(callee, WANT_PROMISE)
}

function concurrentMember(receiver: unknown, key: PropertyKey): unknown {
  return method(receiver, key, WANT_PROMISE)
}

/** Defines the helpers that compiled programs call. */
export function installConcurrent(target: object): void {
  constant(target, '__latchd_call', call)
  constant(target, '__latchd_method', method)
  constant(target, '__latchd_promise', promise)
  constant(target, '__latchd_helper', helper)
  constant(target, '__latchd_methods', methods)
  constant(target, '__latchd_asked', asked)
  constant(target, '__latchd_askedEarly', askedEarly)
  constant(target, '__latchd_concurrent', concurrent)
  constant(target, '__latchd_concurrentMember', concurrentMember)
}

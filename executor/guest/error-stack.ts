/** Stacks of errors: the engine's own for the worker, and `error.stack` for the program. */

import {
  domExceptionName,
  ErrorOf,
  errorPrototype,
  getErrorStack,
  hasBrand,
  hidden,
  isErrorBrand,
  jsonStringify,
  reflectDefineProperty,
  setErrorStack,
  stringSlice,
  WeakMapOf,
  weakMapGet,
  weakMapSet,
} from './primordials.ts'

/** A longer name, message or stack is cut. */
const MAX_TEXT = 65_536

/**
 * Reads a property that should be a text. Getters and traps of the program may run, and may throw.
 */
export function textOf(
  error: object,
  key: 'name' | 'message' | 'stack' | 'hint',
): string | undefined {
  try {
    const value = (error as Record<string, unknown>)[key]
    return typeof value === 'string' ? stringSlice(value, 0, MAX_TEXT) : undefined
  } catch {
    // A hostile getter threw: the property counts as absent.
    return undefined
  }
}

/** The engine's message of an error whose message was put into other words, and those words. */
const reworded = new WeakMapOf<WeakKey, readonly [was: string, is: string]>()

/**
 * The message that the engine gave an error.
 *
 * @param message of the error now: one of the program's own stays
 * @param words taken note of in its place
 */
export function originalMessage(error: object, message: string, words?: string): string {
  if (words !== undefined) weakMapSet(reworded, error, [message, words])
  const known = weakMapGet(reworded, error)
  return known !== undefined && known[1] === message ? known[0] : message
}

/** The stack as the engine made it, in coordinates of the code; `''` for any value but an error. */
export function engineStack(error: object): string {
  if (!isError(error)) return ''
  // A DOMException has its stack as a property of its own.
  const stack = isErrorBrand(error) ? getErrorStack(error) : textOf(error, 'stack')
  return typeof stack === 'string' ? stringSlice(stack, 0, MAX_TEXT) : ''
}

/** The engine does not count a `DOMException` among the errors. */
export const isError = (thrown: unknown): thrown is Error =>
  isErrorBrand(thrown) || hasBrand(domExceptionName, thrown)

/** The stack of the place where the program stands, as an error made there has it. */
export const currentStack = (): string => engineStack(new ErrorOf())

/**
 * Gives errors the `stack` that V8 gives them: a head with name and message, then the program's own
 * frames with lines and columns of its source. The text is made when it is read.
 *
 * @param ask maps an engine's stack: JSON of `[stack, name, message]` to frames
 */
export function installStack(ask: (request: string) => unknown): void {
  const read = (error: object, stack: string): string => {
    const name = textOf(error, 'name') ?? 'Error'
    const message = textOf(error, 'message') ?? ''
    const head = message === '' ? name : name + ': ' + message
    const frames = ask(jsonStringify([stack, name, originalMessage(error, message)]))
    return typeof frames === 'string' && frames !== '' ? head + '\n' + frames : head
  }
  const accessor = {
    get stack(): unknown {
      return isErrorBrand(this) ? read(this, engineStack(this)) : undefined
    },
    set stack(value: unknown) {
      setErrorStack(this, value)
    },
  }
  const descriptor = Object.getOwnPropertyDescriptor(accessor, 'stack') as PropertyDescriptor
  reflectDefineProperty(errorPrototype, 'stack', { ...descriptor, enumerable: false })
  const { captureStackTrace } = {
    captureStackTrace(target: object): void {
      reflectDefineProperty(target, 'stack', hidden(read(target, currentStack())))
    },
  }
  reflectDefineProperty(ErrorOf, 'captureStackTrace', hidden(captureStackTrace))
}

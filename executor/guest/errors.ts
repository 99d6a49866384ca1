/** Errors as the guest meets them: what a call throws, and what the host is told of a thrown value. */

import { guestErrorNames } from '../../protocol/guest-errors.ts'
import type { ThrownText } from '../../protocol/value-format.ts'
import { inspect } from './inspect.ts'
import { registerClass } from './inspect-function.ts'
import {
  domExceptionName,
  ErrorOf,
  hasBrand,
  hidden,
  isErrorBrand,
  jsonParse,
  jsonStringify,
  objectHasOwn,
  objectKeys,
  record,
  reflectDefineProperty,
  reflectSetPrototypeOf,
  standardErrors,
  stringSlice,
} from './primordials.ts'

/** Classes of errors of the host's making, by name; each is a global of the guest. */
const classes = record() as Record<string, ErrorConstructor>

/** Defines the classes of errors that calls throw. */
export function installErrors(target: object): void {
  const names = objectKeys(guestErrorNames)
  for (let i = 0; i < names.length; i++) {
    const name = (guestErrorNames as Record<string, string>)[names[i] as string] as string
    const made = class extends ErrorOf {}
    reflectDefineProperty(made, 'name', hidden(name))
    reflectDefineProperty(made.prototype, 'name', hidden(name))
    classes[name] = made as ErrorConstructor
    reflectDefineProperty(target, name, hidden(made))
    registerClass(made)
  }
}

/**
 * The error that a call throws, from the text that the host sent.
 *
 * @param place an error made where the call was, which becomes this one: when the answer of a
 *   concurrent call is here, nothing of the program is on the stack
 */
export function thrownError(text: string, place?: Error): Error {
  const thrown = jsonParse(text) as ThrownText
  const { name } = thrown
  const constructor =
    classes[name] ?? (objectHasOwn(standardErrors, name) ? standardErrors[name] : ErrorOf)
  let error = place
  if (error === undefined) error = new (constructor as ErrorConstructor)(thrown.message)
  else {
    reflectSetPrototypeOf(error, (constructor as ErrorConstructor).prototype)
    reflectDefineProperty(error, 'message', hidden(thrown.message))
  }
  if (error.name !== name) reflectDefineProperty(error, 'name', hidden(name))
  if (thrown.details !== undefined) {
    const keys = objectKeys(thrown.details)
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i] as string
      reflectDefineProperty(error, key, hidden(thrown.details[key], true))
    }
  }
  if (thrown.code !== undefined) reflectDefineProperty(error, 'code', hidden(thrown.code, true))
  if (thrown.tool !== undefined) reflectDefineProperty(error, 'tool', hidden(thrown.tool, true))
  if (thrown.hint !== undefined) reflectDefineProperty(error, 'hint', hidden(thrown.hint))
  return error
}

/** Where the program stands, as an error made there would say it. */
export const whereabouts = (): string => textOf(new ErrorOf(), 'stack') ?? ''

/** What the host is told of an error: {@link ErrorDescription} as JSON. */
export function describe(thrown: unknown): string {
  const description = record() as unknown as {
    -readonly [K in keyof ErrorDescription]: ErrorDescription[K]
  }
  if (isError(thrown)) {
    description.name = textOf(thrown, 'name') ?? 'Error'
    description.message = textOf(thrown, 'message') ?? ''
    description.stack = textOf(thrown, 'stack') ?? ''
    const hint = textOf(thrown, 'hint')
    if (hint !== undefined) description.hint = hint
  } else if (isNoValue(thrown)) {
    return OUT_OF_MEMORY
  } else {
    // A value that is no error has no name of its own, and no place where it was thrown.
    description.name = 'Error'
    description.message = 'Uncaught ' + inspect(thrown, THROWN_DEPTH)
    description.stack = ''
  }
  return jsonStringify(description)
}

/** The engine does not count a `DOMException` among the errors. */
const isError = (thrown: unknown): thrown is Error =>
  isErrorBrand(thrown) || hasBrand(domExceptionName, thrown)

/** What a few built-ins (`normalize`) throw when an allocation fails: nothing that `typeof` knows. */
const isNoValue = (thrown: unknown) => (typeof thrown as string) === 'unknown'

/** The description of a failed allocation, for when there is no room to make one. */
export const OUT_OF_MEMORY = '{"name":"InternalError","message":"out of memory","stack":""}'

const THROWN_DEPTH = { depth: 2, maxBytes: 4096 }

export interface ErrorDescription {
  readonly name: string
  readonly message: string
  readonly stack: string
  readonly hint?: string
}

/** More than this of a name, a message or a stack tells nobody anything. */
const MAX_TEXT = 65_536

/** Reads a property that should be a text; getters and traps of the program may run, and may throw. */
function textOf(error: Error, key: 'name' | 'message' | 'stack' | 'hint'): string | undefined {
  try {
    const value = (error as unknown as Record<string, unknown>)[key]
    return typeof value === 'string' ? stringSlice(value, 0, MAX_TEXT) : undefined
  } catch {
    // A hostile getter: the property tells nothing.
    return undefined
  }
}

/** The log line of a rejection that nobody handled. */
export function describeRejection(reason: unknown): string {
  return 'Uncaught (in promise) ' + inspect(reason, THROWN_DEPTH)
}

/** Makes an own error of the prelude with a code. */
export function errorWithCode(constructor: ErrorConstructor, message: string, code: string): Error {
  const error = new constructor(message)
  reflectDefineProperty(error, 'code', hidden(code, true))
  return error
}

/** Makes an error of the host's making inside the guest. */
export function makeGuestError(code: keyof typeof guestErrorNames, message: string): Error {
  const constructor = classes[guestErrorNames[code]] as ErrorConstructor
  return errorWithCode(constructor, message, code)
}

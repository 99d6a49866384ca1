/** Errors that the host makes, as the guest meets them when a call throws. */

import { guestErrorNames } from '../../protocol/tool/guest-errors.ts'
import type { ThrownText } from '../../protocol/values/value-format.ts'
import { registerClass } from './inspect/inspect-function.ts'
import {
  ErrorOf,
  hidden,
  jsonParse,
  objectHasOwn,
  objectKeys,
  record,
  reflectDefineProperty,
  reflectSetPrototypeOf,
  standardErrors,
} from './primordials.ts'

/** Classes of errors that the host makes, by name. Each is a global of the guest. */
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
 * @param place an error that was made at the call, and that becomes this one. When the answer of a
 *   concurrent call comes, no frame of the program is on the stack.
 */
export function thrownError(text: string, place?: Error): Error {
  const thrown = jsonParse(text) as ThrownText
  // Past what the program may have put on all objects.
  reflectSetPrototypeOf(thrown, null)
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

/** Makes one of the prelude's own errors, with a code. */
export function errorWithCode(constructor: ErrorConstructor, message: string, code: string): Error {
  const error = new constructor(message)
  reflectDefineProperty(error, 'code', hidden(code, true))
  return error
}

/** Makes an error of the host inside the guest. */
export function makeGuestError(code: keyof typeof guestErrorNames, message: string): Error {
  const constructor = classes[guestErrorNames[code]] as ErrorConstructor
  return errorWithCode(constructor, message, code)
}

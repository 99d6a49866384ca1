/** How functions and classes print: `[Function: f]`, `[class B extends A]`. */

import {
  functionToString,
  MapOf,
  mapHas,
  mapSet,
  reflectGetPrototypeOf,
  stringCharCodeAt,
  stringIndexOf,
  stringStartsWith,
} from '../primordials.ts'
import { ownFunctionName } from './inspect-kind.ts'

type AnyFunction = (...args: never[]) => unknown

const asyncFunction = reflectGetPrototypeOf(async () => {})
const generatorFunction = reflectGetPrototypeOf(function* () {})
const asyncGeneratorFunction = reflectGetPrototypeOf(async function* () {})

/** Classes of the prelude: the engine does not keep their source. */
const ownClasses = new MapOf<object, true>()

/** Lets a function of the prelude print as the class that it is. */
export function registerClass(made: object): void {
  mapSet(ownClasses, made, true)
}

/**
 * The text of a function without its own properties. `className` is its constructor's name, `null`
 * for one without. `tag` is its `Symbol.toStringTag`, or `''`.
 */
export function functionText(value: AnyFunction, className: string | null, tag: string): string {
  if (mapHas(ownClasses, value) || isClass(functionToString(value)))
    return classText(value, className, tag)
  const type = typeOf(value)
  const name = ownFunctionName(value)
  let text = '[' + type + (className === null ? ' (null prototype)' : '')
  text += name === '' ? ' (anonymous)]' : ': ' + name + ']'
  if (className !== type && className !== null) text += ' ' + className
  if (tag !== '' && className !== tag) text += ' [' + tag + ']'
  return text
}

function typeOf(value: AnyFunction): string {
  const prototype = reflectGetPrototypeOf(value)
  if (prototype === asyncFunction) return 'AsyncFunction'
  if (prototype === generatorFunction) return 'GeneratorFunction'
  if (prototype === asyncGeneratorFunction) return 'AsyncGeneratorFunction'
  return 'Function'
}

function classText(value: AnyFunction, className: string | null, tag: string): string {
  const name = ownFunctionName(value)
  let text = '[class ' + (name === '' ? '(anonymous)' : name)
  if (className !== 'Function' && className !== null) text += ' [' + className + ']'
  if (tag !== '' && className !== tag) text += ' [' + tag + ']'
  if (className === null) return text + ' extends [null prototype]]'
  const parent = ownFunctionName(reflectGetPrototypeOf(value))
  return parent === '' ? text + ']' : text + ' extends ' + parent + ']'
}

/** Whether a function of that source is a class, and not a method of the name `class`. */
function isClass(source: string): boolean {
  if (!stringStartsWith(source, 'class')) return false
  const body = stringIndexOf(source, '{')
  if (body === -1 || stringCharCodeAt(source, source.length - 1) !== 125) return false
  const parameters = stringIndexOf(source, '(')
  return parameters === -1 || parameters > body || stringCharCodeAt(source, 5) !== 40
}

/** The value that plain Node gives a program, as the reference for ours. */

import { isDeepStrictEqual } from 'node:util'
import { parse } from 'acorn'
import { stringify } from 'devalue'

/** A value as JSON, and as devalue's text where JSON loses something. */
export interface Expected {
  readonly value: unknown
  readonly encoded?: string
}

type AnyFunction = (...args: never[]) => unknown

const AsyncFunction = (async () => {}).constructor as FunctionConstructor

const noop = () => {}
const silent = new Proxy({}, { get: () => noop })

/**
 * Runs a program in this realm with tools that answer at once, or with others.
 *
 * A program that is a script gets its completion value from a direct `eval`, which is that of a
 * script and keeps its names to itself; one with a top-level `await` or `return` runs as the body
 * of an async function that returns its last expression.
 */
export async function evaluate(
  source: string,
  tools: Readonly<Record<string, AnyFunction>> = {},
): Promise<Expected> {
  const answer = Promise.withResolvers<Expected>()
  const globals = {
    ...tools,
    console: silent,
    print: noop,
    final_answer: (value: unknown) => {
      answer.resolve(expectedOf(value))
      throw new Error('The program has ended')
    },
  }
  const names = Object.keys(globals)
  const run = isScript(source)
    ? new Function(...names, 'return eval(arguments[arguments.length - 1])')
    : new AsyncFunction(...names, returningLast(source))
  const restore = rememberBuiltIns()
  try {
    const ended = (async () => run.call(globalThis, ...Object.values(globals), source))()
    return await Promise.race([answer.promise, ended.then(expectedOf, orAnswer(answer.promise))])
  } finally {
    restore()
  }
}

/** A program that ended by its `final_answer` has thrown where Node would go on. */
function orAnswer(answer: Promise<Expected>): (error: unknown) => Promise<Expected> {
  return error => Promise.race([answer, Promise.reject(error)])
}

function isScript(source: string): boolean {
  try {
    parse(source, { ecmaVersion: 'latest', sourceType: 'script' })
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

function returningLast(source: string): string {
  const program = parse(source, {
    ecmaVersion: 'latest',
    sourceType: 'script',
    allowAwaitOutsideFunction: true,
    allowReturnOutsideFunction: true,
  })
  const last = program.body.at(-1)
  if (last?.type !== 'ExpressionStatement') {
    if (/^(?:return|.*final_answer)/m.test(source)) return source
    throw new Error('The program ends in no expression')
  }
  const { start, end } = last.expression
  return `${source.slice(0, start)}return (${source.slice(start, end)})${source.slice(end)}`
}

const builtIns = [Object, Array, String, Number, Function, Promise, Map, Set, Date, RegExp, Error]

/** Undoes what a program adds to the built-ins, so that the next one does not find it. */
function rememberBuiltIns(): () => void {
  const owners: object[] = [globalThis, ...builtIns, ...builtIns.map(({ prototype }) => prototype)]
  const known = owners.map(owner => new Set(Reflect.ownKeys(owner)))
  return () => {
    for (const [i, owner] of owners.entries()) {
      for (const key of Reflect.ownKeys(owner)) {
        if (!known[i]?.has(key)) Reflect.deleteProperty(owner, key)
      }
    }
  }
}

function expectedOf(value: unknown): Expected {
  const crossed = cross(value)
  const json = JSON.stringify(crossed, (_, item) => (typeof item === 'bigint' ? `${item}` : item))
  const plain: unknown = json === undefined ? null : JSON.parse(json)
  if (isDeepStrictEqual(plain, crossed)) return { value: plain }
  return { value: plain, encoded: stringify(crossed) }
}

const keptWhole = [Date, RegExp, URL, URLSearchParams, ArrayBuffer, Number, String, Boolean]

/** A value as it crosses to the host: instances of a program's classes as plain objects. */
function cross(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (keptWhole.some(kind => value instanceof kind)) return value
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    return cross((value as { toJSON(): unknown }).toJSON())
  }
  if (value instanceof Map) return new Map([...value].map(([k, v]) => [cross(k), cross(v)]))
  if (value instanceof Set) return new Set([...value].map(cross))
  if (Array.isArray(value)) return value.map(cross)
  const entries = Object.entries(value).map(([key, item]) => [key, cross(item)])
  const isNull = Object.getPrototypeOf(value) === null
  return Object.assign(Object.create(isNull ? null : Object.prototype), Object.fromEntries(entries))
}

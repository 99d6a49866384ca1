/** The value that plain Node gives a program, as the reference for ours. */

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
    if (/\b(?:return|final_answer)\b/.test(source)) return source
    throw new Error('The program ends in no expression')
  }
  return `${source.slice(0, last.start)}return ${source.slice(last.start)}`
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
  const crossed = cross(value, new Map())
  const plain = plainOf(crossed)
  const encoded = stringify(crossed)
  return encoded === stringify(plain) ? { value: plain } : { value: plain, encoded }
}

/** For readers; what JSON cannot write at all is `null`. */
function plainOf(value: unknown): unknown {
  try {
    const json = JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}` : item))
    return json === undefined ? null : JSON.parse(json)
  } catch (error) {
    // A cycle.
    if (error instanceof TypeError) return null
    throw error
  }
}

const keptWhole = [Date, RegExp, URL, URLSearchParams, ArrayBuffer, Number, String, Boolean]

/** A value as it crosses to the host: instances of a program's classes as plain objects. */
function cross(value: unknown, known: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (keptWhole.some(kind => value instanceof kind)) return value
  if (known.has(value)) return known.get(value)
  const keep = <T>(copy: T): T => {
    known.set(value, copy)
    return copy
  }
  const inner = (item: unknown) => cross(item, known)
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') {
    return keep(inner((value as { toJSON(): unknown }).toJSON()))
  }
  if (value instanceof Map) {
    const copy = keep(new Map())
    for (const [key, item] of value) copy.set(inner(key), inner(item))
    return copy
  }
  if (value instanceof Set) {
    const copy = keep(new Set())
    for (const item of value) copy.add(inner(item))
    return copy
  }
  const isNull = Object.getPrototypeOf(value) === null
  const copy = keep(
    Array.isArray(value)
      ? new Array(value.length)
      : Object.create(isNull ? null : Object.prototype),
  )
  for (const [key, item] of Object.entries(value)) copy[key] = inner(item)
  return copy
}

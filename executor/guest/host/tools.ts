/** Tools as the guest sees them: functions that block, with concurrent faces beside. */

import { kindWords } from '../../../protocol/base/kind-words.ts'
import { rawIndex } from '../../boundary/tool-index.ts'
import type { EncodedText } from '../codec/engine-text.ts'
import { makeGuestError } from '../errors.ts'
import {
  append,
  arrayFrom,
  functionPrototype,
  hidden,
  isArray,
  objectCreate,
  objectKeys,
  record,
  reflectDefineProperty,
  reflectSetPrototypeOf,
  symbolIterator,
  TypeErrorOf,
  WeakMapOf,
  weakMapGet,
  weakMapSet,
} from '../primordials.ts'
import { isPromiseLike } from '../promise-state.ts'
import { encodeInput, type GuestRules, type Signature } from './arguments.ts'
import { asToolError, callBlocking, callConcurrently, type Reply, readReply } from './calls.ts'
import { askEncoded, askText } from './host.ts'
import { HostOperation } from './host-operations.ts'

/** A tool as the guest receives it: its exact name, its global's name if any, its parameters. */
export type GuestTool = readonly [
  name: string,
  identifier: string | null,
  /** Properties of the input schema in declared order; `null`: positional arguments as they are. */
  parameters: readonly string[] | null,
  /** Of a tool with parameters; absent in lists that an earlier version wrote. */
  rules?: GuestRules | null,
  /**
   * Its place in the global of a namespace, under its name there and that as an identifier, if any.
   */
  member?: readonly [namespace: string, name: string, key: string | null],
]

interface Stub extends Signature {
  /** Among the tools of the execution; {@link GONE} when a session's execution has no such tool. */
  index: number
  parameters: GuestTool[2]
  rules: GuestRules | undefined
  /** The number of a call names the tool so; see `executor/boundary/tool-index.ts`. */
  readonly isRaw: boolean
  /** See {@link rawFace}. */
  raw: readonly [call: object, stub: Stub] | undefined
  /** See {@link concurrentFace}. */
  concurrent: ((...args: unknown[]) => Promise<unknown>) | undefined
}

/** The index of a tool that an earlier execution of the session had. */
const GONE = -1

/** The brand: which functions are tools. */
const stubs = new WeakMapOf<WeakKey, Stub>()

/**
 * Shared by all stubs: `async` and `map` on a prototype between the stub and `Function.prototype`.
 */
const stubPrototype = objectCreate(functionPrototype)

reflectDefineProperty(stubPrototype, 'async', {
  __proto__: null,
  get(this: WeakKey) {
    const stub = weakMapGet(stubs, this)
    return stub === undefined ? undefined : concurrentFace(stub)
  },
  configurable: true,
} as PropertyDescriptor)

reflectDefineProperty(stubPrototype, 'raw', {
  __proto__: null,
  get(this: WeakKey) {
    const stub = weakMapGet(stubs, this)
    return stub === undefined || stub.isRaw ? undefined : rawFace(stub)
  },
  configurable: true,
} as PropertyDescriptor)

reflectDefineProperty(
  stubPrototype,
  'map',
  hidden(function map(this: WeakKey, list: Iterable<unknown>) {
    const stub = weakMapGet(stubs, this)
    if (stub === undefined) throw new TypeErrorOf('map was called on something that is no tool')
    const items = elementsOf(list, stub.name + '.map takes a list of inputs')
    const ids: number[] = []
    for (let i = 0; i < items.length; i++)
      append(ids, ask(stub, HostOperation.callConcurrently, [items[i]]) as number)
    const values: unknown[] = []
    for (let i = 0; i < ids.length; i++) append(values, awaitCall(ids[i] as number))
    return values
  }),
)

/**
 * The elements of an array, an iterable or an array-like.
 *
 * @throws {TypeError} for any other value: `Array.from` would make an empty list of a number
 */
function elementsOf<T>(list: Iterable<T>, wanted: string): ArrayLike<T> {
  if (isArray(list)) return list
  if (isListLike(list)) return arrayFrom(list)
  const isObject = typeof list === 'object' && list !== null
  const got = isObject && isPromiseLike(list) ? 'a promise: await it first' : kindWords(list)
  throw new TypeErrorOf(wanted + ', got ' + got)
}

function isListLike(value: unknown): boolean {
  if (value === undefined || value === null) return false
  if (typeof (value as Record<symbol, unknown>)[symbolIterator] === 'function') return true
  return typeof value === 'object' && typeof (value as { length?: unknown }).length === 'number'
}

/** Blocks until a concurrent call is answered. @throws the tool's error */
function awaitCall(id: number): unknown {
  return readReply(askText(HostOperation.awaitCall, id, '') as Reply)
}

/** Makes the function of one tool. */
export function makeTool(index: number, tool: GuestTool): object {
  return makeStub(index, tool)[0]
}

function makeStub(
  index: number,
  tool: GuestTool,
  isRaw = false,
): readonly [call: object, stub: Stub] {
  const call = function () {
    return ask(stub, HostOperation.call, arguments)
  }
  const stub: Stub = {
    index,
    name: tool[0],
    parameters: tool[2],
    rules: rulesOf(tool),
    isRaw,
    raw: undefined,
    concurrent: undefined,
  }
  reflectSetPrototypeOf(call, stubPrototype)
  reflectDefineProperty(call, 'name', hidden(isRaw ? stub.name + '.raw' : stub.name))
  weakMapSet(stubs, call, stub)
  return [call, stub]
}

/** An element that is not there would be looked up on `Array.prototype`. */
const rulesOf = (tool: GuestTool) => (tool.length > 3 ? (tool[3] ?? undefined) : undefined)

/** Calls a tool. Returns its answer, or for a concurrent call the number. */
function ask(stub: Stub, operation: number, args: ArrayLike<unknown>): unknown {
  const input = inputOf(stub, args)
  return operation === HostOperation.call
    ? callBlocking(operation, numberOf(stub), input)
    : askEncoded(operation, numberOf(stub), input)
}

const numberOf = (stub: Stub) => (stub.isRaw ? rawIndex(stub.index) : stub.index)

/**
 * The face of a tool that returns its whole answer. It is a tool itself, made on the first request.
 */
function rawFace(stub: Stub): object {
  if (stub.raw === undefined) {
    const raw = makeStub(stub.index, [stub.name, null, stub.parameters], true)
    raw[1].rules = stub.rules
    stub.raw = raw
  }
  return stub.raw[0]
}

/** The face of a tool that returns a promise. It is made on the first request. */
function concurrentFace(stub: Stub): (...args: unknown[]) => Promise<unknown> {
  if (stub.concurrent !== undefined) return stub.concurrent
  const face = function () {
    let input: EncodedText
    try {
      input = inputOf(stub, arguments)
    } catch (error) {
      // A call for a promise fails as a promise.
      return rejected(error)
    }
    return callConcurrently(HostOperation.callConcurrently, numberOf(stub), input)
  }
  reflectDefineProperty(face, 'name', hidden(stub.name + '.async'))
  stub.concurrent = face
  return face
}

async function rejected(error: unknown): Promise<never> {
  throw error
}

/**
 * The input of a call. Its errors count as errors of the tool's call.
 *
 * @throws {ToolUnavailableError} for a tool that only an earlier execution had
 * @throws {TypeError} for arguments that are too many, or cannot cross
 */
function inputOf(stub: Stub, args: ArrayLike<unknown>): EncodedText {
  if (stub.index === GONE) throw asToolError(unavailable(stub.name))
  try {
    return encodeInput(stub, args)
  } catch (error) {
    throw asToolError(error)
  }
}

function unavailable(name: string): Error {
  const error = makeGuestError(
    'TOOL_UNAVAILABLE',
    'The tool ' +
      name +
      ' is not there: an earlier execution of the session had it, this one has not',
  )
  reflectDefineProperty(error, 'tool', hidden(name, true))
  return error
}

/** `parallel([[tool, input], …])`: calls concurrently, blocks, returns the values in order. */
export function parallel(
  calls: Iterable<ArrayLike<unknown>>,
  options?: { settle?: boolean },
): unknown[] {
  const settle = options?.settle === true
  const list = elementsOf(calls, 'parallel takes a list of [tool, input] pairs')
  const ids: number[] = []
  for (let i = 0; i < list.length; i++) {
    const entry = list[i] as ArrayLike<unknown>
    const stub = isArray(entry) ? weakMapGet(stubs, entry[0] as WeakKey) : undefined
    if (stub === undefined)
      throw new TypeErrorOf('parallel takes [tool, input] pairs; element ' + i + ' is none')
    const args: unknown[] = []
    for (let j = 1; j < entry.length; j++) append(args, entry[j])
    append(ids, ask(stub, HostOperation.callConcurrently, args) as number)
  }
  const values: unknown[] = []
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number
    append(values, settle ? settled(id) : awaitCall(id))
  }
  return values
}

function settled(id: number): PromiseSettledResult<unknown> {
  try {
    return { status: 'fulfilled', value: awaitCall(id) }
  } catch (reason) {
    return { status: 'rejected', reason }
  }
}

/** The form of a tool that returns a promise; `undefined` for a value that is not a tool. */
export function concurrentFormOf(callee: object): ((...args: unknown[]) => unknown) | undefined {
  const stub = weakMapGet(stubs, callee)
  return stub === undefined ? undefined : concurrentFace(stub)
}

/**
 * Defines the tools of an execution: each in `tools`, and as a global when it has an identifier.
 */
export function installTools(target: object, tools: readonly GuestTool[]): void {
  const byName = record()
  const namespaces = record() as Record<string, object>
  for (let i = 0; i < tools.length; i++) {
    const tool = tools[i] as GuestTool
    const stub = makeTool(i, tool)
    reflectDefineProperty(byName, tool[0], hidden(stub, true))
    if (tool[1] !== null) reflectDefineProperty(target, tool[1], hidden(stub, true))
    addToNamespace(namespaces, tool, stub)
  }
  const names = objectKeys(namespaces)
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string
    reflectDefineProperty(target, name, hidden(namespaces[name], true))
  }
  reflectDefineProperty(target, 'tools', hidden(byName))
}

/** Says where an execution of a session has a tool, and what it is; absent: nowhere. */
function place(stub: Stub, index: number, tool?: GuestTool): void {
  stub.index = index
  if (tool !== undefined) {
    stub.parameters = tool[2]
    stub.rules = rulesOf(tool)
  }
  if (stub.raw !== undefined) place(stub.raw[1], index, tool)
}

/** Puts a tool into the object of its namespace, which is made for the first one. */
function addToNamespace(namespaces: Record<string, object>, tool: GuestTool, stub: object): void {
  const member = tool[4]
  if (member === undefined) return
  const namespace = member[0]
  const name = member[1]
  const key = member[2]
  let members = namespaces[namespace]
  if (members === undefined) {
    members = record()
    namespaces[namespace] = members
  }
  reflectDefineProperty(members, name, hidden(stub, true))
  if (key !== null && key !== name) reflectDefineProperty(members, key, hidden(stub))
}

/** The tools of a session's executions so far, by exact name. */
const known = record() as Record<string, readonly [call: object, stub: Stub]>

/**
 * Gives a session's next execution its tools: all in the returned record, and by `give` those that
 * have a global.
 *
 * A tool of an earlier execution keeps its function. So a function that earlier programs have kept
 * calls the tool of that name. When there is no such tool any more, the call throws an error that
 * says so.
 */
export function giveSessionTools(
  tools: readonly GuestTool[],
  give: (name: string, value: unknown, isEnumerable: boolean) => void,
): object {
  const names = objectKeys(known)
  for (let i = 0; i < names.length; i++)
    place((known[names[i] as string] as readonly [object, Stub])[1], GONE)
  const byName = record()
  const namespaces = record() as Record<string, object>
  for (let i = 0; i < tools.length; i++) {
    const tool = tools[i] as GuestTool
    const entry = known[tool[0]] ?? makeStub(i, tool)
    place(entry[1], i, tool)
    known[tool[0]] = entry
    reflectDefineProperty(byName, tool[0], hidden(entry[0], true))
    if (tool[1] !== null) give(tool[1], entry[0], true)
    addToNamespace(namespaces, tool, entry[0])
  }
  const spaces = objectKeys(namespaces)
  for (let i = 0; i < spaces.length; i++) {
    const space = spaces[i] as string
    give(space, namespaces[space], true)
  }
  return byName
}

/**
 * The life of one program in a session's guest, whose memory is kept for the next one: it finds the
 * tools and inputs of its own execution beside all that earlier programs have left.
 */

import { decode } from '../codec/decode.ts'
import { lastOutput, reportOutput, reportThrown } from '../codec/output.ts'
import { giveNamesBack } from '../end-of-program.ts'
import { noteHidden } from '../hidden-names.ts'
import { forgetDeliveries } from '../host/calls.ts'
import { HostOperation } from '../host/host-operations.ts'
import { endStreams } from '../host/streams.ts'
import { forgetTimers } from '../host/timers.ts'
import { giveSessionTools } from '../host/tools.ts'
import {
  append,
  hidden,
  objectFreeze,
  objectHasOwn,
  objectIs,
  objectKeys,
  PromiseOf,
  reflectDefineProperty,
  reflectDeleteProperty,
  reflectGetOwnPropertyDescriptor,
} from '../primordials.ts'
import { constant, readConfiguration, type SessionConfiguration } from '../program.ts'
import { isAwaitable } from '../promise-state.ts'
import { settleNames } from './session-names.ts'
import {
  type Completion,
  disposeResources,
  forgetResources,
  hasResources,
  takeResource,
} from './session-resources.ts'

interface Given {
  readonly name: string
  readonly value: unknown
}

/** The value of the program before, as in other REPLs. */
const LAST_VALUE = '_'

/** The globals that the execution has been given. */
let given: Given[] = []

/** Prepares the global object for the next program. Values that the session has put on it stay. */
export function beginSession(configurationText: string): void {
  comeToRest()
  takeBack()
  const { tools, inputs, hides } = readConfiguration<SessionConfiguration>(configurationText, true)
  if (hides !== undefined) noteHidden(hides)
  const values = inputs === undefined ? {} : (decode(inputs) as Record<string, unknown>)
  const last = lastOutput()
  if (last !== undefined) give(LAST_VALUE, last.value, false)
  give('inputs', objectFreeze(values), false)
  // Before the inputs, so that a tool keeps its global when an input has the same name.
  give('tools', giveSessionTools(tools, give), false)
  const names = objectKeys(values)
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string
    if (name !== '__proto__') give(name, values[name], true)
  }
}

function give(name: string, value: unknown, isEnumerable: boolean): void {
  if (objectHasOwn(globalThis, name)) return
  reflectDefineProperty(globalThis, name, hidden(value, isEnumerable))
  append(given, { name, value })
}

/**
 * Removes the tools and inputs of the last execution, but not the values that its program has put
 * in their place.
 */
function takeBack(): void {
  for (let i = 0; i < given.length; i++) {
    const { name, value } = given[i] as Given
    const found = reflectGetOwnPropertyDescriptor(globalThis, name)
    if (found === undefined || !objectHasOwn(found, 'value')) continue
    if (objectIs(found.value, value)) reflectDeleteProperty(globalThis, name)
  }
  given = []
}

/** Thrown by a program that returns. No code in it can catch this. */
const EXIT = objectFreeze({})
let returned: unknown

/**
 * Awaits the end of the evaluation and reports it. Nothing that the program does can reject this.
 */
export async function finishSession(evaluation: Promise<{ value: unknown }>): Promise<void> {
  let completion: Completion
  try {
    giveNamesBack()
    // Otherwise `await` would ask a constructor and a `then` that the program may have patched.
    reflectDefineProperty(evaluation, 'constructor', hidden(PromiseOf))
    const end = await evaluation
    giveNamesBack()
    completion = { isThrown: false, value: end.value }
  } catch (error) {
    giveNamesBack()
    const isReturned = error === EXIT
    completion = { isThrown: !isReturned, value: isReturned ? returned : error }
  }
  if (hasResources()) completion = await disposeResources(completion)
  let { value } = completion
  if (completion.isThrown) {
    reportThrown(value)
    return
  }
  try {
    if (isAwaitable(value)) value = await value
    // As in `finish`.
    else await undefined
  } catch (error) {
    reportThrown(error)
    return
  }
  reportOutput(HostOperation.returned, value)
}

/** Leaves nothing of an execution that has ended to the next one. Runs nothing of the program's. */
export function comeToRest(): void {
  forgetDeliveries()
  forgetTimers()
  endStreams()
  forgetResources()
  settleNames()
  returned = undefined
}

/**
 * Defines the helpers that the compiler puts into a session's programs
 * (`executor/compile/rewrite/session-names.ts`).
 */
export function installSession(target: object): void {
  constant(target, '__latchd_exit', EXIT)
  constant(target, '__latchd_returned', (value: unknown) => {
    const before = returned
    returned = value
    return before
  })
  constant(target, '__latchd_using', (value: unknown) => takeResource(value, false))
  constant(target, '__latchd_awaitUsing', (value: unknown) => takeResource(value, true))
}

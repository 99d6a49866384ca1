/** The life of one program in the guest: its start and its end. */

import { decode } from './codec/decode.ts'
import { reportOutput, reportThrown } from './codec/output.ts'
import { giveNamesBack } from './end-of-program.ts'
import { startClock } from './host/clock.ts'
import { HostOperation } from './host/host-operations.ts'
import { type GuestTool, installTools } from './host/tools.ts'
import { useZone } from './intl/zoned-date.ts'
import {
  hidden,
  jsonParse,
  ObjectOf,
  objectFreeze,
  objectHasOwn,
  objectKeys,
  PromiseOf,
  reflectDefineProperty,
  reflectDeleteProperty,
} from './primordials.ts'
import { isAwaitable } from './promise-state.ts'
import { seedRandom } from './web/random.ts'

/** The configuration of a program, beside its tools. Travels as JSON. */
export interface GuestConfiguration {
  /** Encoded record of inputs. */
  readonly inputs?: string
  readonly seed: readonly [number, number, number, number]
  /** Epoch milliseconds at which the execution started. */
  readonly startedAtMs: number
  /** The zone of local times; absent: UTC. */
  readonly timeZone?: string
}

/** The configuration of a session's program. */
export interface SessionConfiguration extends GuestConfiguration {
  readonly tools: readonly GuestTool[]
  /** The names that it is about to hide. */
  readonly hides?: readonly (readonly [name: string, text: string])[]
}

/** Puts the tools of one program into the global object: the first step, see {@link begin}. */
export function equip(toolsText: string): void {
  installTools(globalThis, jsonParse(toolsText) as readonly GuestTool[])
}

/**
 * Prepares the global object, which has the tools, for one program. A tool keeps its global when an
 * input has the same name.
 */
export function begin(configurationText: string): void {
  const { inputs } = readConfiguration(configurationText, false)
  installInputs(inputs === undefined ? {} : (decode(inputs) as Record<string, unknown>))
}

/** Reads a program's configuration, and starts its clock, its zone and its randomness. */
export function readConfiguration<T extends GuestConfiguration>(
  text: string,
  isSession: boolean,
): T {
  const configuration = jsonParse(text) as T
  const { seed } = configuration
  seedRandom(seed[0], seed[1], seed[2], seed[3])
  startClock(configuration.startedAtMs)
  useZone(configuration.timeZone, isSession)
  return configuration
}

function installInputs(inputs: Record<string, unknown>): void {
  const names = objectKeys(inputs)
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string
    // An input never hides a built-in. It is in `inputs` in any case.
    if (objectHasOwn(globalThis, name) || name === '__proto__') continue
    reflectDefineProperty(globalThis, name, hidden(inputs[name], true))
  }
  reflectDefineProperty(globalThis, 'inputs', hidden(objectFreeze(inputs)))
}

/**
 * Awaits the end of the evaluation and reports it. Nothing that the program does can reject this.
 */
export async function finish(evaluation: Promise<{ value: unknown }>): Promise<void> {
  let value: unknown
  try {
    giveNamesBack()
    // Otherwise `await` would ask a constructor and a `then` that the program may have patched.
    reflectDefineProperty(evaluation, 'constructor', hidden(PromiseOf))
    const end = await evaluation
    giveNamesBack()
    value = end.value
    if (isAwaitable(value)) value = await value
    // Others have been waited for as well: jobs that the program has left run before its end.
    else await undefined
  } catch (error) {
    giveNamesBack()
    reportThrown(error)
    return
  }
  reportOutput(HostOperation.returned, value)
}

/** Defines a name that programs can neither change nor remove. */
export function constant(target: object, name: string, value: unknown): void {
  reflectDeleteProperty(target, name)
  const descriptor = hidden(value)
  descriptor.writable = false
  descriptor.configurable = false
  reflectDefineProperty(target, name, descriptor)
}

/**
 * The value that an object literal spreads: the engine takes no properties from a string. The
 * compiler puts it around the spread value (`executor/compile/`).
 */
export const spreadable = (value: unknown): unknown =>
  typeof value === 'string' ? ObjectOf(value) : value

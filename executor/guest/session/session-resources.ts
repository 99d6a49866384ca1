/** `using` at the top level of a session's program: the engine has it in blocks only. */

import {
  append,
  reflectApply,
  SuppressedErrorOf,
  symbolAsyncDispose,
  symbolDispose,
  TypeErrorOf,
} from '../primordials.ts'

interface Resource {
  readonly value: unknown
  /** Absent for `null` and `undefined`, which need no disposal. */
  readonly dispose: ((...args: unknown[]) => unknown) | undefined
  readonly isAwaited: boolean
}

let resources: Resource[] = []

/** How a program ended, or how the disposal of its resources did. */
export interface Completion {
  readonly isThrown: boolean
  /** The value, or the error. */
  readonly value: unknown
}

/** Registers the resource that a `using` declares, and returns it. */
export function takeResource(value: unknown, isAwaited: boolean): unknown {
  append(resources, { value, dispose: methodOf(value, isAwaited), isAwaited })
  return value
}

function methodOf(value: unknown, isAwaited: boolean): Resource['dispose'] {
  if (value === undefined || value === null) return undefined
  const isObject = typeof value === 'object' || typeof value === 'function'
  if (!isObject) throw new TypeErrorOf('A value that is no object cannot be disposed of')
  const holder = value as Record<symbol, unknown>
  const method = (isAwaited ? holder[symbolAsyncDispose] : undefined) ?? holder[symbolDispose]
  if (typeof method !== 'function') {
    throw new TypeErrorOf('A value of using needs a method Symbol.dispose')
  }
  return method as Resource['dispose']
}

/** Disposes of the program's resources, the last one first. */
export async function disposeResources(completion: Completion): Promise<Completion> {
  let { isThrown, value } = completion
  const list = resources
  resources = []
  for (let i = list.length - 1; i >= 0; i--) {
    const { value: resource, dispose, isAwaited } = list[i] as Resource
    try {
      const disposed = dispose === undefined ? undefined : reflectApply(dispose, resource, [])
      if (isAwaited) await disposed
    } catch (error) {
      value = isThrown ? new SuppressedErrorOf(error, value) : error
      isThrown = true
    }
  }
  // The promise of this function would ask a `then` that the program put on all objects.
  return { __proto__: null, isThrown, value } as Completion
}

/** Whether there is anything to dispose of. */
export const hasResources = () => resources.length > 0

/** Forgets the resources of a program that has ended. */
export function forgetResources(): void {
  resources = []
}

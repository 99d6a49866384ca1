/** Facts about a promise that only the engine knows: the language has no question for them. */

import { isWellKnownPrototype } from './inspect/inspect-kind.ts'
import {
  arrayPrototype,
  hidden,
  objectHasOwn,
  objectPrototype,
  promisePrototype,
  reflectDefineProperty,
  reflectDeleteProperty,
  reflectGetPrototypeOf,
} from './primordials.ts'

/** How a promise stands. */
export type PromiseState =
  | { status: 'pending' }
  | { status: 'fulfilled'; value: unknown }
  | { status: 'rejected'; reason: unknown }

/** The engine's answers. None of them runs code of the program, or marks a rejection as handled. */
export interface PromiseHooks {
  /** 0 pending, 1 fulfilled, 2 rejected; -1 for a value that is not a promise. */
  state(value: object): number
  /** The value or the reason of one that is settled. */
  result(promise: object): unknown
  /** Calls back in a job once it is settled, past any patched `then`. It counts as handling it. */
  whenSettled(promise: object, callback: () => void): void
}

let hooks: PromiseHooks | undefined

/** Takes the engine's answers. Until then no value counts as a promise. */
export function setPromiseHooks(given: PromiseHooks): void {
  hooks = given
}

const FULFILLED = 1
const REJECTED = 2

/** Whether a value is a promise, whatever its prototype was made to say. */
export function isPromise(value: object): boolean {
  return hooks !== undefined && hooks.state(value) >= 0
}

/**
 * Whether an object of this prototype may be a promise. The built-in prototypes spare the engine a
 * question. A promise that was given such a prototype no longer counts as one.
 */
export function mayBePromise(prototype: object | null): boolean {
  if (prototype === objectPrototype || prototype === arrayPrototype) return false
  return prototype === null || prototype === promisePrototype || !isWellKnownPrototype(prototype)
}

/** Whether a value is a promise, or passes for one: a proxy of one, for instance. */
export function isPromiseLike(value: object): boolean {
  for (let up: object | null = value; up !== null; up = reflectGetPrototypeOf(up))
    if (up === promisePrototype) return true
  return isPromise(value)
}

/**
 * Whether `await` is to look into a value: a promise, or an object of a class with a `then`. A `then`
 * that the program put on all objects, or on all of a built-in class, makes no promises of them.
 */
export function isAwaitable(value: unknown): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  if (isPromise(value)) return true
  for (let up: object | null = value; up !== null; up = reflectGetPrototypeOf(up)) {
    if (up !== promisePrototype && isWellKnownPrototype(up)) return false
    if (objectHasOwn(up, 'then')) return true
  }
  return false
}

/**
 * Resolves a promise with a value that the prelude has made, and that is no promise, past a `then`
 * that the program put on all objects.
 */
export function fulfil(resolve: (value: unknown) => void, value: unknown): void {
  if (typeof value !== 'object' || value === null || !inheritsThen(value)) {
    resolve(value)
    return
  }
  reflectDefineProperty(value, 'then', hidden(undefined))
  resolve(value)
  reflectDeleteProperty(value, 'then')
}

function inheritsThen(value: object): boolean {
  if (objectHasOwn(value, 'then')) return false
  for (let up = reflectGetPrototypeOf(value); up !== null; up = reflectGetPrototypeOf(up))
    if (objectHasOwn(up, 'then')) return true
  return false
}

/** How a promise stands; `pending` for a value that is not one. */
export function promiseState(promise: object): PromiseState {
  const state = hooks === undefined ? 0 : hooks.state(promise)
  if (state === FULFILLED)
    return { status: 'fulfilled', value: (hooks as PromiseHooks).result(promise) }
  if (state === REJECTED)
    return { status: 'rejected', reason: (hooks as PromiseHooks).result(promise) }
  return { status: 'pending' }
}

/** Calls back once a promise is settled; see {@link PromiseHooks.whenSettled}. */
export function whenSettled(promise: object, callback: () => void): void {
  hooks?.whenSettled(promise, callback)
}

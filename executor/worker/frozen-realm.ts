/**
 * Makes the built-in objects of a thread unchangeable. A program that is out of the engine then
 * cannot leave code behind that later code of the thread would call, and cannot listen to its
 * calls.
 *
 * The walk begins with the globals and with the objects that the language and Node hide behind
 * syntax and instances. It goes by properties, accessors and prototypes, through functions and
 * their properties.
 *
 * An object that inherits from a frozen one cannot be assigned a property of the same name. Where
 * code relies on such assignments (`error.name = …`) the property becomes an accessor whose setter
 * defines it on the receiver. One property of Node's cannot become one, a mark that it assigns to each
 * emitter that it makes; it stays as it is.
 */

import { EventEmitter } from 'node:events'
import { promisify } from 'node:util'
import { MessageChannel } from 'node:worker_threads'

/** Prototypes with properties that code assigns on the objects that inherit from them. */
const overridden: readonly object[] = [
  Object.prototype,
  Function.prototype,
  EventEmitter.prototype,
  ...[
    Error,
    AggregateError,
    EvalError,
    RangeError,
    ReferenceError,
    SyntaxError,
    TypeError,
    URIError,
  ].map(one => one.prototype),
]

/** Freezes everything that can be reached from the globals, but the global object and `process`. */
export function freezeRealm(): void {
  // A getter that would load a module that no code here needs.
  Object.defineProperty(EventEmitter, 'EventEmitterAsyncResource', { value: undefined })
  // The prototypes behind it are reached by an instance alone, which costs 15 ms in a new process.
  // `services/intl-services.ts` has taken it.
  Reflect.deleteProperty(Intl, 'Segmenter')
  const { env } = process
  const stateful = new Set<unknown>([globalThis, process, env, eventsOf(process)])
  const seen = new Set<unknown>()
  // What is behind a getter that we have made is reached from here alone.
  const overridable = overridden.flatMap(ownValues)
  for (const prototype of overridden) allowOverriding(prototype)
  const queue: unknown[] = [...hidden(), ...overridable, ...ownValues(globalThis)]
  queue.push(...ownValues(process), ...ownValues(eventsOf(process)))
  for (let value = queue.pop(); value !== undefined || queue.length > 0; value = queue.pop()) {
    if (!isObject(value) || stateful.has(value) || seen.has(value)) continue
    seen.add(value)
    queue.push(Object.getPrototypeOf(value) ?? undefined, ...ownValues(value))
    // Elements of a buffer cannot be frozen, and what may be overridden has been.
    if (ArrayBuffer.isView(value) || overridden.includes(value)) Object.preventExtensions(value)
    else Object.freeze(value)
  }
}

/** Fixes the properties that an object has, but for those named; it may still get others. */
export function fixProperties(target: object, changing: readonly PropertyKey[] = []): void {
  for (const key of Reflect.ownKeys(target)) {
    const property = Object.getOwnPropertyDescriptor(target, key) as PropertyDescriptor
    if (!property.configurable || changing.includes(key)) continue
    const isData = 'value' in property
    Object.defineProperty(target, key, { configurable: false, ...(isData && { writable: false }) })
  }
}

const isObject = (value: unknown): value is object =>
  typeof value === 'function' || (typeof value === 'object' && value !== null)

function ownValues(target: object): unknown[] {
  return Reflect.ownKeys(target).flatMap(key => {
    const property = Object.getOwnPropertyDescriptor(target, key) as PropertyDescriptor
    return 'value' in property ? [property.value] : [property.get, property.set]
  })
}

/** The listeners of an emitter, which come and go. */
const eventsOf = (emitter: object): object => Reflect.get(emitter, '_events')

/** Objects that no global names. */
function hidden(): unknown[] {
  const { port1, port2 } = new MessageChannel()
  port1.close()
  port2.close()
  const timeout = setTimeout(() => {})
  const list = Reflect.get(timeout, '_idlePrev') as object
  const immediate = setImmediate(() => {})
  clearTimeout(timeout)
  clearImmediate(immediate)
  const generator = (function* () {})()
  const asyncGenerator = (async function* () {})()
  const instances = [
    port1,
    timeout,
    list,
    immediate,
    generator,
    asyncGenerator,
    async () => {},
    function* () {} as object,
    async function* () {},
    [].values(),
    new Map().values(),
    new Set().values(),
    ''[Symbol.iterator](),
    'x'.matchAll(/x/g),
    Iterator.from({ next: () => ({ done: true, value: undefined }) }),
    [].values().map(value => value),
    new URLSearchParams().values(),
    globalThis,
    process,
    Reflect.get(process, 'env') as object,
  ]
  // Behind getters that cannot be removed.
  const species = Reflect.get(Buffer, Symbol.species) as unknown
  const timers = [setTimeout, setImmediate].map(one => Reflect.get(one, promisify.custom))
  return [EventEmitter, species, ...timers, ...instances.map(one => Object.getPrototypeOf(one))]
}

/** Lets assignments to an object that inherits from a prototype define a property of its own. */
function allowOverriding(prototype: object): void {
  for (const key of Reflect.ownKeys(prototype)) {
    const property = Object.getOwnPropertyDescriptor(prototype, key) as PropertyDescriptor
    if (!('value' in property) || !property.configurable) continue
    const { value, enumerable = false } = property
    Object.defineProperty(prototype, key, {
      get: () => value,
      set(this: unknown, given: unknown) {
        if (this === prototype || !isObject(this)) throw new TypeError(`Cannot set ${String(key)}`)
        const own = { value: given, writable: true, enumerable: true, configurable: true }
        Object.defineProperty(this, key, own)
      },
      enumerable,
    })
  }
  fixProperties(prototype)
}

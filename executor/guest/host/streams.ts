/** Streams: the result of a tool that yields. One item crosses for each `next`. */

import {
  hidden,
  objectCreate,
  PromiseOf,
  reflectDefineProperty,
  reflectGetPrototypeOf,
  symbolAsyncDispose,
  symbolAsyncIterator,
  symbolDispose,
  symbolIterator,
  symbolToStringTag,
} from '../primordials.ts'
import { fulfil, promiseState, whenSettled } from '../promise-state.ts'
import { HostOperation } from './host-operations.ts'

/** `%IteratorPrototype%`, from which streams have `map`, `take`, `toArray` and the like. */
const iteratorPrototype = reflectGetPrototypeOf(
  reflectGetPrototypeOf([][Symbol.iterator]()) as object,
) as object

/** The reply of a stream that has ended. */
export const END_OF_STREAM = Symbol('end of stream')

/** The functions by which a stream requests its items; `calls.ts` passes its own. */
export interface StreamCalls {
  readonly blocking: (operation: number, stream: number, text: string) => unknown
  readonly concurrent: (operation: number, stream: number, text: string) => Promise<unknown>
}

interface Item {
  readonly value: unknown
  readonly done: boolean
}

const item = (value: unknown): Item => ({ value, done: false })
const end = (value: unknown): Item => ({ value, done: true })

/** Counts the executions of a session: a stream is over when its own has ended. */
let execution = 0

/** Ends the streams that an execution has left open. */
export function endStreams(): void {
  execution++
}

/** A promise of what comes of another one, as its `then` would make it, past a patched `then`. */
function following(
  promise: Promise<unknown>,
  toItem: (value: unknown) => Item,
  onFailure?: () => void,
): Promise<unknown> {
  return new PromiseOf((resolve, reject) => {
    whenSettled(promise, () => {
      const state = promiseState(promise)
      if (state.status === 'fulfilled') {
        fulfil(resolve, toItem(state.value))
        return
      }
      onFailure?.()
      if (state.status === 'rejected') reject(state.reason)
    })
  })
}

/** The iterator of one stream. Its blocking and its asynchronous face share one position. */
export function makeStream(stream: number, calls: StreamCalls): object {
  const madeIn = execution
  let isDone = false
  const isOver = () => isDone || madeIn !== execution

  const toItem = (value: unknown): Item => {
    if (value !== END_OF_STREAM) return item(value)
    isDone = true
    return end(undefined)
  }

  const iterator = objectCreate(iteratorPrototype)
  const define = (target: object, key: PropertyKey, value: unknown) =>
    reflectDefineProperty(target, key, hidden(value))

  define(iterator, 'next', () => {
    if (isOver()) return end(undefined)
    try {
      return toItem(calls.blocking(HostOperation.nextItem, stream, ''))
    } catch (error) {
      isDone = true
      throw error
    }
  })
  define(iterator, 'return', (value: unknown) => {
    if (!isOver()) {
      isDone = true
      calls.blocking(HostOperation.closeStream, stream, '')
    }
    return end(value)
  })
  define(iterator, symbolDispose, () => {
    if (isOver()) return
    isDone = true
    calls.blocking(HostOperation.closeStream, stream, '')
  })
  define(iterator, symbolToStringTag, 'ToolStream')
  define(iterator, symbolIterator, () => iterator)

  const settled = (value: unknown) => new PromiseOf(resolve => fulfil(resolve, value))
  const later = {
    next: () =>
      isOver()
        ? settled(end(undefined))
        : following(
            calls.concurrent(HostOperation.nextItemConcurrently, stream, ''),
            toItem,
            () => {
              isDone = true
            },
          ),
    return: (value: unknown) => {
      if (isOver()) return settled(end(value))
      isDone = true
      const closed = calls.concurrent(HostOperation.closeStreamConcurrently, stream, '')
      return following(closed, () => end(value))
    },
  }
  const asynchronous = {}
  define(asynchronous, 'next', later.next)
  define(asynchronous, 'return', later.return)
  define(asynchronous, symbolAsyncIterator, () => asynchronous)
  define(iterator, symbolAsyncIterator, () => asynchronous)
  define(iterator, symbolAsyncDispose, () => later.return(undefined))
  return iterator
}

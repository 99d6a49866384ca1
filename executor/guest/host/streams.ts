/** Streams: the result of a tool that yields. One item crosses for each `next`. */

import {
  hidden,
  objectCreate,
  PromiseOf,
  promisePrototype,
  reflectApply,
  reflectDefineProperty,
  reflectGetPrototypeOf,
  symbolAsyncDispose,
  symbolAsyncIterator,
  symbolDispose,
  symbolIterator,
  symbolToStringTag,
} from '../primordials.ts'
import { HostOperation } from './host-operations.ts'

const { then } = promisePrototype
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
  const fail = (error: unknown): never => {
    isDone = true
    throw error
  }

  const iterator = objectCreate(iteratorPrototype)
  const define = (target: object, key: PropertyKey, value: unknown) =>
    reflectDefineProperty(target, key, hidden(value))

  define(iterator, 'next', () => {
    if (isOver()) return end(undefined)
    try {
      return toItem(calls.blocking(HostOperation.nextItem, stream, ''))
    } catch (error) {
      return fail(error)
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

  const settled = (value: unknown) => new PromiseOf(resolve => resolve(value))
  const later = {
    next: () =>
      isOver()
        ? settled(end(undefined))
        : reflectApply(then, calls.concurrent(HostOperation.nextItemConcurrently, stream, ''), [
            toItem,
            fail,
          ] as never),
    return: (value: unknown) => {
      if (isOver()) return settled(end(value))
      isDone = true
      const closed = calls.concurrent(HostOperation.closeStreamConcurrently, stream, '')
      return reflectApply(then, closed, [() => end(value)] as never)
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

/** The host's end of the thread that reads a document. */

import { Worker } from 'node:worker_threads'
import { HostFault, pathlessText } from '../../base/host-fault.ts'
import type { ReadingAnswer, ReadingOrder } from './document-thread.ts'
import type { ReadingOptions } from './plan.ts'

/** Heap of the thread in MB: a document of 12 MB takes some 300. */
const MAX_HEAP_MB = 1024
const STACK_MB = 8
/** Milliseconds for one document: 12 MB take two seconds, and YAML of that size ten. */
const MAX_READING_MS = 60_000
/** Characters of a plan: what is larger is not for a model. */
const MAX_PLAN = 64 * 1024 * 1024

/**
 * Reads a document in a thread of its own.
 *
 * @returns the JSON of a `DocumentPlan`
 * @throws {Error} with the reason in words, or the signal's reason
 */
export async function readDocument(
  text: string,
  options: ReadingOptions,
  signal: AbortSignal,
): Promise<string> {
  signal.throwIfAborted()
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))
  const workerData: ReadingOrder = { text, options }
  const thread = new Worker(new URL(`./document-thread${extension}`, import.meta.url), {
    workerData,
    env: {},
    // An empty list lifts every restriction of the thread under Node's permissions.
    ...(process.permission === undefined && { execArgv: [] }),
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, stackSizeMb: STACK_MB },
  })
  const { promise, resolve, reject } = Promise.withResolvers<ReadingAnswer>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(
    () => reject(new Error(`it was not read within ${MAX_READING_MS} ms`)),
    MAX_READING_MS,
  )
  thread.once('message', resolve)
  thread.once('error', error => {
    const texts = [pathlessText(error), error.message].map(text => `it cannot be read: ${text}`)
    reject(new HostFault(...(texts as [string, string])))
  })
  thread.once('exit', code => reject(new Error(`its thread has ended with code ${code}`)))
  try {
    const answer = await promise
    if (!answer.ok) throw new Error(answer.reason)
    if (answer.plan.length > MAX_PLAN) {
      throw new Error(`its operations are ${answer.plan.length} characters, limit ${MAX_PLAN}`)
    }
    return answer.plan
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', onAbort)
    await thread.terminate()
  }
}

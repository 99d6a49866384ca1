/** The least that a call can cost on this machine at this moment. */

import { once } from 'node:events'
import { type MessagePort, Worker } from 'node:worker_threads'

/** Shared words of the ping-pong: how often each side has passed the latch. */
export const PING = 0
export const PONG = 1
/** Posted by the worker when its round trips over the port are done. */
export type PortSamples = readonly number[]

export interface Floor {
  /** Two threads that pass a latch back and forth: milliseconds for each round trip. */
  latch(count: number): number[]
  /** A worker posts, the event loop answers, the worker wakes by the latch. */
  port(count: number): Promise<readonly number[]>
  close(): Promise<void>
}

export async function openFloor(): Promise<Floor> {
  const shared = new SharedArrayBuffer(8)
  const words = new Int32Array(shared)
  const latchWorker = new Worker(new URL('./latch-worker.ts', import.meta.url), {
    workerData: shared,
  })
  const portWords = new Int32Array(new SharedArrayBuffer(4))
  const portWorker = new Worker(new URL('./port-worker.ts', import.meta.url), {
    workerData: portWords.buffer,
  })
  const [[{ port }]] = (await Promise.all([
    once(portWorker, 'message'),
    once(latchWorker, 'message'),
  ])) as [[{ port: MessagePort }], unknown]
  port.on('message', (text: string) => {
    port.postMessage(text)
    // Publishes the message just posted to the worker that waits for the bump.
    Atomics.add(portWords, 0, 1)
    Atomics.notify(portWords, 0)
  })
  return {
    latch(count) {
      latchWorker.postMessage(count)
      return Array.from({ length: count }, () => {
        const pongs = Atomics.load(words, PONG)
        const from = performance.now()
        // Hands the latch over, and waits until it is handed back.
        Atomics.add(words, PING, 1)
        Atomics.notify(words, PING)
        Atomics.wait(words, PONG, pongs)
        return performance.now() - from
      }).slice(1)
    },
    async port(count) {
      portWorker.postMessage(count)
      const [samples] = (await once(portWorker, 'message')) as [PortSamples]
      return samples
    },
    async close() {
      await Promise.all([latchWorker.terminate(), portWorker.terminate()])
    },
  }
}

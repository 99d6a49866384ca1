import { parentPort, workerData } from 'node:worker_threads'
import { PING, PONG } from './floor.ts'

const words = new Int32Array(workerData as SharedArrayBuffer)
let pings = 0

parentPort?.on('message', (count: number) => {
  for (let n = 0; n < count; n++) {
    // Awaits the main thread's ping, unless that came already; then hands the latch back.
    Atomics.wait(words, PING, pings++)
    Atomics.add(words, PONG, 1)
    Atomics.notify(words, PONG)
  }
})
parentPort?.postMessage('ready')

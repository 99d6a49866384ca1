/** A thread for each wait, which blocks it: how synchronous programs wait elsewhere. */

import { Worker } from 'node:worker_threads'
import { measureWaits } from './measure-waits.ts'

const program = `
  const { parentPort, workerData } = require('node:worker_threads')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, workerData)
  parentPort.postMessage('done')
`

await measureWaits(async waitMs => ({
  wait: () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(program, { eval: true, workerData: waitMs })
      worker.once('message', resolve)
      worker.once('error', reject)
    }),
  end: async () => {},
}))

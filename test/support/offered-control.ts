/** The control port of a worker thread of a test's own, as ours offer it; its statistics name the thread. */

import { MessageChannel, parentPort, threadId } from 'node:worker_threads'
import { expose } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import type { WorkerControl } from '../../executor/boundary/worker-control.ts'

/** Offers a control port to the pool, as a worker thread does when it has loaded. */
export function offerControl(): void {
  const control: WorkerControl = {
    warmUp: async () => {},
    statistics: () => ({ executions: 0, rewound: 0, made: threadId, standbyGuests: 0 }),
    collect: () => {},
    drain: () => {},
  }
  const { port1, port2 } = new MessageChannel()
  expose(control, nodeEndpoint(port1))
  port1.unref()
  parentPort?.postMessage({ control: port2 }, [port2])
}

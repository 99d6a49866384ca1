/** A worker thread that takes tasks and ends none; its statistics tell which thread it is. */

import { MessageChannel, parentPort, threadId } from 'node:worker_threads'
import { expose } from 'comlink'
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs'
import type { WorkerControl } from '../../executor/boundary/worker-control.ts'

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

export default () => new Promise<never>(() => {})

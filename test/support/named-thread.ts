/** A worker thread whose report is the number of the thread that ran its task. */

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

export default () => threadId

/** A lane for programs of which the host must not know. */

import { MessageChannel } from 'node:worker_threads'
import { LATCH_BYTES } from '../../protocol/latch.ts'
import { WorkerLane } from './lane.ts'

/** Runs something with a lane whose other end is not read: what is sent there goes nowhere. */
export function withDetachedLane<T>(run: (lane: WorkerLane) => T): T {
  const { port1, port2 } = new MessageChannel()
  try {
    return run(new WorkerLane({ port: port1, latch: new SharedArrayBuffer(LATCH_BYTES) }))
  } finally {
    port1.close()
    port2.close()
  }
}

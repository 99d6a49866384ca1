/** Threads of a test's own on a lane of the pool; their statistics tell which thread it is. */

import { threadId } from 'node:worker_threads'
import type { LaneStart } from '../../executor/boundary/lane-frames.ts'
import type { GuestReport } from '../../executor/boundary/messages.ts'
import { serveLane } from '../../executor/worker/serve-lane.ts'

/** Serves a lane as a worker thread does, with another way to run a task. */
export const serveWith =
  (execute: () => GuestReport | Promise<GuestReport>) =>
  (start: LaneStart): Promise<never> =>
    serveLane(start, {
      warmUp: async () => {},
      execute,
      rest: () => false,
      settlesAfterMs: () => undefined,
      settle: () => {},
      statistics: () => ({ executions: 0, rewound: 0, made: threadId, standbyGuests: 0 }),
      collect: () => {},
    })

/** Reads what a worker says of itself; after an escape a program may have said it. */

import type { WorkerStatistics } from '../boundary/worker-statistics.ts'

/** @param json as a lane answers. @throws {Error} for what no worker of ours answers */
export function readStatistics(json: string): WorkerStatistics {
  const { executions, rewound, made, standbyGuests } = Object(JSON.parse(json)) as Partial<
    Record<keyof WorkerStatistics, unknown>
  >
  const read = { executions, rewound, made, standbyGuests }
  const isSound = Object.values(read).every(
    count => Number.isSafeInteger(count) && (count as number) >= 0,
  )
  if (!isSound) throw new Error('its thread has answered with statistics that no worker has')
  return read as WorkerStatistics
}

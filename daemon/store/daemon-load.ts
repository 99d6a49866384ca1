/** What a daemon has in memory, as it reports to the others with each heartbeat. */

/** The executions of one owner. */
export interface OwnerLoad {
  /** In memory, or new and on their way there. */
  readonly executions: number
  /** The part of these that ends with the daemon. */
  readonly volatile: number
  /** The part of these that waits for a worker. */
  readonly queued: number
}

/** The load of a daemon. */
export interface DaemonLoad {
  readonly workers: number
  /** Executions that have a worker. */
  readonly running: number
  /** Executions in memory that have none: they wait for a worker, a call or a person. */
  readonly waiting: number
  /** By name of the token; owners without any are not in it. */
  readonly owners: Readonly<Record<string, OwnerLoad>>
}

const NONE: OwnerLoad = { executions: 0, volatile: 0, queued: 0 }

/** The load of an owner at several daemons together. */
export function sumOf(loads: Iterable<DaemonLoad>, owner: string): OwnerLoad {
  let sum = NONE
  for (const { owners } of loads) {
    if (!Object.hasOwn(owners, owner)) continue
    const { executions, volatile, queued } = owners[owner] as OwnerLoad
    sum = {
      executions: sum.executions + executions,
      volatile: sum.volatile + volatile,
      queued: sum.queued + queued,
    }
  }
  return sum
}

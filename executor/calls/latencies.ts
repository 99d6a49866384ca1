/**
 * Measures how long calls of each tool take. A worker under pressure waits or parks by these
 * numbers.
 *
 * The estimate is an exponentially weighted mean of the calls that have ended, or the age of the
 * oldest open call when that is more. So the first long call of a tool counts before it ends.
 */

import type { Tool } from '../../protocol/tool/tool.ts'

/** Weight of the newest call in the mean. */
const WEIGHT = 0.25

/** A call under way, between the one that started before it and the one that started after it. */
interface UnderWay {
  readonly startedAt: number
  older: UnderWay | undefined
  newer: UnderWay | undefined
}

/**
 * The calls under way are a chain that each leaves without a trace. A map that calls enter and leave
 * for as long as the process lives is made anew every few calls, and each of its tables holds the next
 * one until a full collection.
 */
interface Observed {
  meanMs: number | undefined
  oldest: UnderWay | undefined
  newest: UnderWay | undefined
}

/** Measures how long calls of each tool take, and estimates the next one in milliseconds. */
export class Latencies {
  #observed = new WeakMap<Tool, Observed>()

  /** Starts the timing of a call. Returns the function that ends it. */
  start(tool: Tool): () => void {
    const observed = this.#of(tool)
    const call = enter(observed)
    return () => {
      if (!leave(observed, call)) return
      const tookMs = performance.now() - call.startedAt
      const { meanMs } = observed
      observed.meanMs = meanMs === undefined ? tookMs : meanMs + WEIGHT * (tookMs - meanMs)
    }
  }

  /**
   * Estimates for a list of tools, by index. A tool without observations has none.
   *
   * @param isPersonAwaited whether tools that ask a person count as endless
   */
  expected(tools: readonly Tool[], isPersonAwaited: boolean): Record<number, number> {
    const found: Record<number, number> = {}
    const now = performance.now()
    for (const [i, tool] of tools.entries()) {
      const { answer, approvalRule } = tool
      if (isPersonAwaited && (answer !== undefined || approvalRule === true)) found[i] = Infinity
      const observed = this.#observed.get(tool)
      if (observed === undefined || i in found) continue
      const oldest = observed.oldest?.startedAt ?? now
      found[i] = Math.max(observed.meanMs ?? 0, now - oldest)
    }
    return found
  }

  #of(tool: Tool): Observed {
    const known = this.#observed.get(tool)
    if (known !== undefined) return known
    const made: Observed = { meanMs: undefined, oldest: undefined, newest: undefined }
    this.#observed.set(tool, made)
    return made
  }
}

function enter(observed: Observed): UnderWay {
  const { newest } = observed
  const call: UnderWay = { startedAt: performance.now(), older: newest, newer: undefined }
  if (newest === undefined) observed.oldest = call
  else newest.newer = call
  observed.newest = call
  return call
}

/** Returns whether the call was under way. */
function leave(observed: Observed, call: UnderWay): boolean {
  const { older, newer } = call
  if (older === undefined && observed.oldest !== call) return false
  if (older === undefined) observed.oldest = newer
  else older.newer = newer
  if (newer === undefined) observed.newest = older
  else newer.older = older
  call.older = undefined
  call.newer = undefined
  return true
}

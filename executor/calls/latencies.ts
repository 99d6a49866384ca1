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

interface Observed {
  meanMs: number | undefined
  /** When each call under way started, oldest first. */
  readonly underWay: Map<object, number>
}

/** Measures how long calls of each tool take, and estimates the next one in milliseconds. */
export class Latencies {
  #observed = new WeakMap<Tool, Observed>()

  /** Starts the timing of a call. Returns the function that ends it. */
  start(tool: Tool): () => void {
    const startedAt = performance.now()
    const observed = this.#of(tool)
    const call = {}
    observed.underWay.set(call, startedAt)
    return () => {
      observed.underWay.delete(call)
      const tookMs = performance.now() - startedAt
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
      const [oldest = now] = observed.underWay.values()
      found[i] = Math.max(observed.meanMs ?? 0, now - oldest)
    }
    return found
  }

  #of(tool: Tool): Observed {
    const known = this.#observed.get(tool)
    if (known !== undefined) return known
    const made: Observed = { meanMs: undefined, underWay: new Map() }
    this.#observed.set(tool, made)
    return made
  }
}

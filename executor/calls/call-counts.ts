/** How often the tools of one execution were called that say how often they may be. */

import { thrownByHost } from '../../protocol/tool/thrown.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import type { ThrownText } from '../../protocol/values/value-format.ts'
import { type ReadRecord, thrownCode } from './journal.ts'

/** Calls that end with these codes have not reached their tool, and do not count. */
const notCounted: ReadonlySet<string> = new Set(['TOOL_INPUT_INVALID', 'TOOL_LIMIT_EXCEEDED'])

/**
 * Counts the calls of each tool in one execution, and refuses those beyond `maxCallsPerExecution`.
 */
export class CallCounts {
  #counts = new Map<string, number>()

  /**
   * @param records the journal of an earlier process. Calls that had not ended are counted when the
   *   program repeats them.
   */
  constructor(records: readonly ReadRecord[] = []) {
    for (const { kind, tool, request, text } of records) {
      if (kind === 'delivery' && request.startsWith('call ') && isCounted(text)) this.#add(tool)
    }
  }

  /**
   * Counts a call that is about to reach its tool. Returns an error when there were enough calls.
   */
  count({ name, maxCallsPerExecution = Infinity }: Tool): ThrownText | undefined {
    if ((this.#counts.get(name) ?? 0) < maxCallsPerExecution) {
      this.#add(name)
      return undefined
    }
    const times = maxCallsPerExecution === 1 ? 'once' : `${maxCallsPerExecution} times`
    return thrownByHost(
      'TOOL_LIMIT_EXCEEDED',
      `Cannot call ${name} again: one execution may call it ${times}`,
      name,
      'Go on with what it has given so far.',
    )
  }

  #add(tool: string): void {
    this.#counts.set(tool, (this.#counts.get(tool) ?? 0) + 1)
  }
}

function isCounted(reply: ReadRecord['text']): boolean {
  const code = typeof reply === 'string' ? thrownCode(reply) : reply.code
  return code === undefined || !notCounted.has(code)
}

/** What the server of the protocol works with, in a daemon and beside one. */

import type { ToolIndex } from '../../../executor/tools/tool-index.ts'
import type { Language } from '../../../protocol/execution/execution.ts'
import type { ToolDescriptor } from '../../../protocol/tool/wire-tool.ts'
import type { Latchd } from '../../../sdk/latchd.ts'

/** The tools of a caller's programs. The same object as long as they have not changed. */
export interface CallerTools {
  readonly tools: readonly ToolDescriptor[]
  readonly index: ToolIndex
}

/** A caller of the API. Everything that it may not do is refused by that. */
export interface McpBackend {
  readonly client: Latchd
  /** Whether the caller may decide approvals. */
  mayApprove(): Promise<boolean>
  /** The languages of programs that the daemon runs. */
  languages(): Promise<readonly Language[]>
  tools(): Promise<CallerTools>
  /** Whether the daemon is about to stop: then a request that is cut off was not cancelled. */
  readonly isStopping: () => boolean
}

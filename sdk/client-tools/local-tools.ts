/** The tools of this process: added, given to executions or served, and the one that a call means. */

import { LatchdError } from '../../protocol/errors.ts'
import type { ToolSet } from '../../protocol/execution/executor.ts'
import { checkToolName } from '../../protocol/tool/identifier.ts'
import { normalizeTools } from '../../protocol/tool/normalize.ts'
import type { Tool } from '../../protocol/tool/tool.ts'
import type { Offer } from './served-tools.ts'

/** The tools of one client. */
export class LocalTools {
  /** The tools of every later execution, by name. */
  added: ReadonlyMap<string, Tool> = new Map()
  /** Tools of executions under way, by the id of their set. */
  readonly sets = new Map<string, ReadonlyMap<string, Tool>>()
  /** Tools that are served, by `serveId`. */
  readonly offers = new Map<string, Offer>()

  /** Adds tools for every later execution. @returns those of them that are of this process */
  add(tools: ToolSet): ReadonlyMap<string, Tool> {
    const read = this.read(tools).local
    const older = [...this.added].filter(([name]) => !read.has(name))
    // The newest tools come first.
    this.added = new Map([...read, ...older])
    return read
  }

  /**
   * Reads tools that an app gives: those of this process, and the names of the daemon's.
   *
   * @throws {LatchdError} `TOOL_INVALID`
   */
  read(tools: ToolSet): { local: Map<string, Tool>; names: string[] } {
    const names: string[] = []
    const local = new Map<string, Tool>()
    const list = Array.isArray(tools) ? (tools as readonly (object | string)[]) : undefined
    const own = list?.filter(like => {
      if (typeof like !== 'string') return true
      const added = this.added.get(like)
      if (added === undefined) names.push(like)
      return added !== undefined
    })
    const read = normalizeTools((own ?? tools) as ToolSet, name => this.added.get(name) as Tool)
    for (const tool of read) {
      checkToolName(tool)
      if (local.has(tool.name)) {
        throw new LatchdError('TOOL_INVALID', `Cannot use tool "${tool.name}" twice`)
      }
      local.set(tool.name, tool)
    }
    return { local, names }
  }

  /** The tool of a call; of an execution of an earlier process the one of its name. */
  find(setId: string | undefined, name: string): Tool | undefined {
    if (setId !== undefined) {
      const given = this.sets.get(setId)?.get(name)
      if (given !== undefined) return given
    }
    const offers = [...this.offers.values()].reverse()
    const sets = [...this.sets.values()].reverse()
    const served = offers.map(offer => offer.tools)
    const places = setId === undefined ? [...served, this.added] : [this.added, ...sets, ...served]
    for (const tools of places) {
      const tool = tools.get(name)
      if (tool !== undefined) return tool
    }
    return undefined
  }
}

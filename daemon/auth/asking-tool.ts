/** Tools whose calls the operator wants to be asked about, whatever their authors say. */

import type { Tool } from '../../protocol/tool/tool.ts'
import { type PolicyAction, strictest } from './tool-policy.ts'

const asking = new WeakMap<Tool, Tool>()
const asks = new WeakSet<Tool>()

/** A tool like this one whose calls wait for a person; the same object for each call with one tool. */
export function askingTool(tool: Tool): Tool {
  if (asks.has(tool) || tool.approvalRule === true) return tool
  const before = asking.get(tool)
  if (before !== undefined) return before
  const made: Tool = { ...tool, approvalRule: true }
  asking.set(tool, made)
  asks.add(made)
  return made
}

/** Whether a tool was made by {@link askingTool}. */
export function isAskingTool(tool: Tool): boolean {
  return asks.has(tool)
}

/** The tools as several decisions leave them: without those that one denies. */
export function governed(
  tools: readonly Tool[],
  decide: readonly ((tool: Tool) => PolicyAction | undefined)[],
): readonly Tool[] {
  if (decide.length === 0) return tools
  return tools.flatMap(tool => {
    const action = strictest(decide.map(one => one(tool)))
    if (action === 'deny') return []
    return [action === 'ask' ? askingTool(tool) : tool]
  })
}

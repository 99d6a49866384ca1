/** The tools of a task, which are mostly those of the last one. */

import type { GuestTool } from '../guest/host/tools.ts'

let lastTools: { readonly text: string; readonly tools: readonly GuestTool[] } | undefined

/** The tools of a JSON text; those of the last one are kept. */
export function toolsOf(text: string): readonly GuestTool[] {
  if (lastTools?.text !== text) lastTools = { text, tools: JSON.parse(text) as GuestTool[] }
  return lastTools.tools
}

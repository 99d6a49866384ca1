/** The request for a plan. */

import { oneLine } from '../../protocol/tool/many-tools.ts'
import type { ToolDescriptor } from '../../protocol/tool/wire-tool.ts'

/** @param isFirst nothing was done yet */
export function planningRequest(tools: readonly ToolDescriptor[], isFirst: boolean): string {
  const asked = isFirst ? firstPlan : nextPlan
  if (tools.length === 0) return asked
  const lines = tools.map(({ name, description }) => `- ${name}: ${oneLine(description)}`)
  return `${asked}\n\nThe tools that the steps may use:\n${lines.join('\n')}`
}

const firstPlan = `\
Before anything is done, write a plan and nothing else: no program, no call.
First the facts: those that the task gives, those to look up, those to work out.
Then the steps, numbered, each in one line, with the tools that it uses.`

const nextPlan = `\
Before you go on, look at what was done and write a new plan and nothing else: no program, no call.
First the facts: those that are known by now, those still to look up, those still to work out.
Then the steps that remain, numbered, each in one line, with the tools that it uses.`

import { askHumanTool, humanApprovalTool } from './ask-person.ts'
import { sleepTool } from './builtin-sleep.ts'

/** Tools that need nothing but the executor itself. */
export const builtinTools = [sleepTool, humanApprovalTool, askHumanTool] as const

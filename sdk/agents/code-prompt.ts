/** The system prompt of an agent that writes programs. */

import { MANY_TOOLS } from '../../protocol/tool/many-tools.ts'
import { describeForPrompt } from '../../protocol/tool/prompt-text.ts'
import type { ToolDescriptor } from '../../protocol/tool/wire-tool.ts'
import { languageRules } from '../language-rules.ts'

/**
 * @param instructions of the app, put last
 * @param timeZone the zone of local times in programs; UTC when absent
 */
export function codePrompt(
  tools: readonly ToolDescriptor[],
  instructions: string | undefined,
  timeZone?: string,
): string {
  const parts = [howToWork, languageSection(timeZone), toolSection(tools)]
  if (instructions !== undefined) parts.push(`## Instructions\n\n${instructions}`)
  return parts.join('\n\n')
}

const howToWork = `\
You solve tasks by writing programs in JavaScript or TypeScript, step by step.
In each step write one or two sentences of thought, and then one program in a code block:

\`\`\`js
const found = some_tool("argument")
print(found)
\`\`\`

The program is run, and you are given an observation: what it printed, its output or its error.
Then comes the next step. When you know the answer, a program ends the task with \`final_answer(value)\`.
Write one code block per step, and do not guess observations: wait for them.
When something failed, read the error and its hint, and repair the program.`

const languageSection = (timeZone: string | undefined) => `\
## The language

${languageRules('javascript', timeZone)}
- TypeScript is understood in a \`\`\`ts block.
- \`final_answer(value)\` gives the answer of the whole task: any value, once it is known.
- Variables, functions and classes of a program are there in the programs of later steps.
- Work through data in the program, and print only what you need to see.`

function toolSection(tools: readonly ToolDescriptor[]): string {
  return `## Tools\n\n${toolText(tools)}`
}

function toolText(tools: readonly ToolDescriptor[]): string {
  if (tools.length === 0) return 'There are none.'
  const text = describeForPrompt(tools)
  // Of many tools it is prose with a list.
  return tools.length > MANY_TOOLS ? text : `\`\`\`ts\n${text}\n\`\`\``
}

/** The system prompt of an agent that writes programs. */

import { MANY_TOOLS } from '../../protocol/tool/many-tools.ts'
import { describeForPrompt } from '../../protocol/tool/prompt-text.ts'
import type { ToolDescriptor } from '../../protocol/tool/wire-tool.ts'
import { languageRules } from '../language-rules.ts'
import type { AgentOptions } from './agent-options.ts'

type ProgramLanguage = NonNullable<AgentOptions['language']>

/** The prompt for an agent with these tools; its instructions come last. */
export function codePrompt(
  tools: readonly ToolDescriptor[],
  {
    instructions,
    timeZone,
    language = 'javascript',
  }: Pick<AgentOptions, 'instructions' | 'timeZone' | 'language'>,
): string {
  const isPython = language === 'python'
  const parts = [
    isPython ? howToWorkInPython : howToWork,
    isPython ? pythonSection(timeZone) : languageSection(timeZone),
    toolSection(tools, language),
  ]
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

const howToWorkInPython = howToWork
  .replace('JavaScript or TypeScript', 'Python')
  .replace('```js\nconst found =', '```python\nfound =')

const pythonSection = (timeZone: string | undefined) => `\
## The language

${languageRules('python', timeZone)}
- \`final_answer(value)\` gives the answer of the whole task: any value, once it is known.
- Variables, functions and classes of a program are there in the programs of later steps.
- Work through data in the program, and print only what you need to see.`

const languageSection = (timeZone: string | undefined) => `\
## The language

${languageRules('javascript', timeZone)}
- TypeScript is understood in a \`\`\`ts block.
- \`final_answer(value)\` gives the answer of the whole task: any value, once it is known.
- Variables, functions and classes of a program are there in the programs of later steps.
- Work through data in the program, and print only what you need to see.`

function toolSection(tools: readonly ToolDescriptor[], language: ProgramLanguage): string {
  return `## Tools\n\n${toolText(tools, language)}`
}

function toolText(tools: readonly ToolDescriptor[], language: ProgramLanguage): string {
  if (tools.length === 0) return 'There are none.'
  const text = describeForPrompt(tools, language)
  // For many tools the text is prose with a list.
  return tools.length > MANY_TOOLS
    ? text
    : `\`\`\`${language === 'python' ? 'python' : 'ts'}\n${text}\n\`\`\``
}

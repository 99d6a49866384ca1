/**
 * The tool's texts for the model: a short description, and the long text for the system message.
 */

import type { Language } from '../../protocol/execution/execution.ts'
import type { ToolSet } from '../../protocol/execution/executor.ts'
import { describeForPrompt } from '../../protocol/tool/prompt-text.ts'
import { toolGlobals } from '../../protocol/tool/tool-globals.ts'
import type { ToolDescriptor } from '../../protocol/tool/wire-tool.ts'
import { languageRules } from '../language-rules.ts'
import { namedTools } from './chosen-tools.ts'

const languageNames: Readonly<Record<Language, string>> = {
  javascript: 'JavaScript',
  typescript: 'TypeScript',
  python: 'Python',
}

/** Longest description of a function that OpenAI takes. */
const MAX_DESCRIPTION = 1024

/** The description of the tool: enough to use it, with the tools' names when they are known at once. */
export function shortDescription(
  language: Language = 'javascript',
  tools: ToolSet | undefined,
): string {
  const text = `Runs a ${languageNames[language]} program and gives its output, console text and error. The program is a script that calls tools as plain functions, without await; its output is the value of its last statement.`
  return toolNames(text, tools, MAX_DESCRIPTION)
}

/** A string with the names of the tools behind it, as many as fit into `maxChars`. */
export function toolNames(start: string, tools: ToolSet | undefined, maxChars: number): string {
  const names = toolGlobals(namedTools(tools)).names.map(({ spelling }) => spelling)
  if (names.length === 0) return start
  const rest = (count: number) => (count === 0 ? '.' : ` and ${count} more.`)
  let list = ' Tools:'
  for (const [i, name] of names.entries()) {
    const next = `${list}${i === 0 ? '' : ','} ${name}`
    const isLong = start.length + next.length + rest(names.length).length > maxChars
    if (isLong) return `${start}${list}${rest(names.length - i)}`
    list = next
  }
  return `${start}${list}.`
}

/** What {@link promptText} writes about. */
export interface PromptFacts {
  readonly name: string
  readonly language: Language | undefined
  /** The zone of local times in programs; absent: UTC. */
  readonly timeZone: string | undefined
  /** Whether programs build on each other. */
  readonly hasSession: boolean
  readonly tools: readonly ToolDescriptor[]
}

/** The text for the system message. */
export function promptText({ name, language, timeZone, hasSession, tools }: PromptFacts): string {
  const kept = hasSession
    ? '\n- Variables and functions of a program stay for the programs after it.'
    : '\n- Nothing of a program stays for the programs after it.'
  return `\
To act, write a program and run it with the tool ${name}: one program does the work of many tool calls, with variables, loops and conditions between them.

${languageRules(language, timeZone)}${kept}

The result of ${name} is JSON with a status. On failed, its error says where and mostly how to repair the program: repair it and run it again, without repeating what has been done. On waiting, a person has to decide first: say so, and once they have, call ${name} with the executionId of that result, not with the program again.

The functions that a program finds:

${tools.length === 0 ? 'There are none.' : describeForPrompt(tools, language)}`
}

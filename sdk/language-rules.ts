/** The language of programs, described for models. */

import type { Language } from '../protocol/execution/execution.ts'

/**
 * The rules of the guest language that a model would not guess.
 *
 * @param timeZone the zone of local times in programs
 */
export function languageRules(language: Language = 'javascript', timeZone = 'UTC'): string {
  if (language === 'python') return pythonRules(timeZone)
  const name =
    language === 'typescript' ? 'TypeScript (no enums, no namespaces, no decorators)' : 'JavaScript'
  return `\
- A program is one script in ${name}. It cannot import anything; there is no Node, no file system, no network, no require, no eval. Tools are the only way out.
- Tools are plain functions: \`const page = fetch_url(url)\` waits at that line and gives the value itself, also inside loops and callbacks. \`await\` is not needed and does no harm.
- Arguments are positional, in the order of the declaration, or one object: \`add(1, 2)\` or \`add({ a: 1, b: 2 })\`.
- A tool that fails throws an Error at that line: catch it when the program can go on without it.
- Calls run one after the other unless the program says otherwise: \`fetch_url.map(urls)\` calls once per element at the same time and gives the values in order; \`parallel([[tool_a, x], [tool_b, y]])\` does so with different tools.
- A tool that streams gives an iterator: \`for (const part of tool(x))\`.
- The result is the value of the last statement, or what a top-level \`return\` gives; \`final_answer(value)\` ends the program there with that value.
- \`console.log\` and \`print\` are for intermediate values that you want to see. Give back only what you need, not everything that a tool has answered.
- \`new File([text], 'name.csv', { type: 'text/csv' })\` makes a file; \`text()\`, \`json()\` and \`bytes()\` of one give its content itself. \`emit(file)\` hands a file or an image over to whoever asked.
- Dates are in the time zone ${timeZone}, as \`Date\` and \`Intl\` of a machine that is there.
- Use \`sleep(ms)\` to wait when it is among the tools; a busy loop does not wait.`
}

const pythonRules = (timeZone: string) => `\
- A program is one script in Python 3.14 with its standard library. There are no other packages, no network, no files of the machine, no processes. Tools are the only way out.
- Tools are plain functions: \`page = fetch_url(url)\` waits at that line and gives the value itself, also inside loops, comprehensions and functions. \`await fetch_url(url)\` gives the same.
- Arguments are positional, in the order of the declaration, or by name: \`add(1, 2)\` or \`add(a=1, b=2)\`.
- A tool that fails raises a \`ToolError\` with \`name\`, \`message\` and \`code\`: catch it when the program can go on without it.
- Calls run one after the other unless the program says otherwise: \`await asyncio.gather(*[fetch_url(u) for u in urls])\` runs them at the same time, as \`fetch_url.map(urls)\` and \`parallel([(tool_a, x), (tool_b, y)])\` do. \`asyncio\` and \`json\` need no import.
- A tool that streams gives an iterator: \`for part in tool(x)\`.
- The result is the value of the last expression; \`final_answer(value)\` ends the program there with that value.
- \`print\` is for intermediate values that you want to see. Give back only what you need, not everything that a tool has answered.
- Dates are in the time zone ${timeZone}.
- Use \`time.sleep(seconds)\` to wait; a busy loop does not wait.`

/** The system prompt of an agent that calls tools. */

/** @param instructions of the app, put last */
export function toolCallingPrompt(instructions: string | undefined): string {
  return instructions === undefined
    ? howToWork
    : `${howToWork}\n\n## Instructions\n\n${instructions}`
}

const howToWork = `\
You solve tasks by calling tools, step by step.
Calls that do not depend on each other belong into one turn: they are made at the same time.
A call that fails gives an error: read it, and repair the arguments or take another way.
Do not call a tool again with the same arguments when it has answered.
When you know the answer, call final_answer with it.`

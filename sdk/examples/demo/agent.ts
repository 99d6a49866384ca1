/** The demo's agent: a model that writes programs over tools of the daemon and of this process. */

import { z } from 'zod'
import { CodeAgent } from '../../agents/index.ts'
import type { Latchd } from '../../index.ts'
import { tool } from '../../tool.ts'
import { exampleModel } from '../agents/example-model.ts'
import { printAgentEvent, step } from './print.ts'

const notebook: string[] = []

/** Runs here, in the process of the demo, while the programs that call it run on the daemon. */
const write_note = tool({
  name: 'write_note',
  description: 'Writes a line into the notebook of the user; gives how many lines it has.',
  inputSchema: z.object({ text: z.string() }),
  execute: async ({ text }) => notebook.push(text),
})

const task =
  'Which of London, Paris and Tokyo is the warmest? Write it into my notebook, and answer.'

/** What the model says when there is no real one. */
const script = [
  `First the weather, in all three at once.

\`\`\`js
const weather = get_weather.map(['London', 'Paris', 'Tokyo'])
print(weather.map(({ city, celsius }) => \`\${city} \${celsius} °C\`).join(', '))
\`\`\``,
  `Tokyo is the warmest. I note it and answer.

\`\`\`js
const [warmest] = weather.sort((a, b) => b.celsius - a.celsius)
write_note(\`\${warmest.city} is the warmest\`)
final_answer(\`\${warmest.city}, \${warmest.celsius} °C\`)
\`\`\``,
]

/** Has the agent solve its task, step by step in print. @returns whether it has answered */
export async function runDemoAgent(latchd: Latchd): Promise<boolean> {
  await using model = await exampleModel(script)
  step(`an agent (model: ${model.model}): ${task}`)
  const agent = new CodeAgent({ ...model, executor: latchd, tools: ['get_weather', write_note] })
  let isAnswered = false
  try {
    for await (const event of agent.stream(task)) {
      printAgentEvent(event)
      isAnswered = event.type === 'final-answer' && event.state === 'completed'
    }
  } catch (error) {
    // A real model may have no credit, say: the rest of the demo does not need it.
    step(`the agent failed: ${error instanceof Error ? error.message : String(error)}`)
  }
  step(`the notebook of this process: ${JSON.stringify(notebook)}`)
  return isAnswered
}

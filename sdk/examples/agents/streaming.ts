/** Everything that an agent does, as it happens: text, programs, logs, calls, the answer. */

import { createExecutor } from '../../../executor/index.ts'
import { CodeAgent } from '../../agents/index.ts'
import tools from '../tools.ts'
import { exampleModel, type Print } from './example-model.ts'

const script = [
  `First the weather in both cities.

\`\`\`js
const [london, tokyo] = get_weather.map(['London', 'Tokyo'])
print(london.celsius, tokyo.celsius)
\`\`\``,
  `Tokyo is warmer.

\`\`\`js
final_answer(\`Tokyo, by \${tokyo.celsius - london.celsius} °C\`)
\`\`\``,
]

export async function main(print: Print): Promise<void> {
  await using server = await exampleModel(script)
  const executor = createExecutor({ tools, workers: 1 })
  try {
    const agent = new CodeAgent({ ...server, executor, tools: ['get_weather'] })
    for await (const event of agent.stream('Which is warmer, London or Tokyo, and by how much?')) {
      switch (event.type) {
        case 'model-delta': // event.text: the reply, a few letters at a time
          break
        case 'action-started':
          print(`step ${event.number}: ${event.thought}`)
          break
        case 'execution-event':
          if (event.event.type === 'log-written') print(`  log: ${event.event.log.text}`)
          if (event.event.type === 'call-completed') print(`  called ${event.event.call.tool}`)
          break
        case 'action-step':
          print(`  done${event.isFinalAnswer ? ', with the answer' : ''}`)
          break
        case 'final-answer':
          print(`answer: ${event.output} (${event.usage.modelCalls} model calls)`)
      }
    }
  } finally {
    await executor.close()
  }
}

if (import.meta.main) await main(console.log)

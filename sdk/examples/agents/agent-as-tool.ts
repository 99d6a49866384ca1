/** An agent as a tool of another one: its programs call it as they call any tool. */

import { createExecutor } from '../../../executor/index.ts'
import { CodeAgent, ToolCallingAgent } from '../../agents/index.ts'
import tools from '../tools.ts'
import { exampleModel, type Print } from './example-model.ts'

const script = {
  // Above the tasks of the other agent, since the task of this one holds their words too.
  'travel plan': [
    `\`\`\`js
const skies = weather_expert.map(['London', 'Paris', 'Tokyo'].map(city => \`Sky over \${city}?\`))
final_answer(skies.join('; '))
\`\`\``,
  ],
  'over London': [turn('get_weather', { city: 'London' }), 'London: rain'],
  'over Paris': [turn('get_weather', { city: 'Paris' }), 'Paris: clouds'],
  'over Tokyo': [turn('get_weather', { city: 'Tokyo' }), 'Tokyo: sun'],
}

function turn(name: string, input: object) {
  return { toolCalls: [{ name, arguments: JSON.stringify(input) }] }
}

export async function main(print: Print): Promise<void> {
  await using server = await exampleModel(script)
  const executor = createExecutor({ tools, workers: 1 })
  try {
    const expert = new ToolCallingAgent({
      ...server,
      executor,
      tools: ['get_weather'],
      name: 'weather_expert',
      description: 'Answers a question about the weather of one city, in three words at most.',
    })
    const manager = new CodeAgent({ ...server, executor, tools: [expert] })
    const { output, steps } = await manager.runFull(
      'For a travel plan: ask the expert for the sky over London, Paris and Tokyo, all at once.',
    )
    for (const step of steps) {
      if (step.type !== 'action-step' || step.action !== 'program') continue
      print(`the program called ${step.calls.map(({ tool }) => tool).join(', ')}`)
    }
    print(`answer: ${output}`)
  } finally {
    await executor.close()
  }
}

if (import.meta.main) await main(console.log)

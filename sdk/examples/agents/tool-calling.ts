/** An agent whose model calls tools by itself: those of one turn run at the same time. */

import { ToolCallingAgent } from '../../agents/index.ts'
import tools from '../tools.ts'
import { exampleModel, type Print } from './example-model.ts'

const call = (name: string, input: object) => ({ name, arguments: JSON.stringify(input) })

const script = [
  {
    toolCalls: [
      call('get_weather', { city: 'London' }), // asynchronous, 100 ms
      call('get_weather', { city: 'Tokyo' }),
      call('celsius_to_fahrenheit', { celsius: 14 }), // synchronous
    ],
  },
  { toolCalls: [call('final_answer', { answer: 'London: rain, 57.2 °F; Tokyo: sun' })] },
]

export async function main(print: Print): Promise<void> {
  await using server = await exampleModel(script)
  // Without an executor the tools run in this process; with one they have approvals and limits.
  const agent = new ToolCallingAgent({ ...server, tools })
  const { output, steps } = await agent.runFull(
    'How is the weather in London and in Tokyo? London in Fahrenheit too.',
  )
  for (const step of steps) {
    if (step.type !== 'action-step' || step.action !== 'tool-calls') continue
    for (const { name, argumentsText, answer } of step.calls) {
      print(`step ${step.number}: ${name}(${argumentsText}) → ${answer}`)
    }
  }
  print(`answer: ${output}`)
}

if (import.meta.main) await main(console.log)

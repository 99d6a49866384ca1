/** Code mode as one tool in the loop of another library: here that of the `openai` client. */

import { createExecutor } from '../../../executor/index.ts'
import { codeTool } from '../../index.ts'
import tools from '../tools.ts'
import { exampleModel, type Print } from './example-model.ts'

const source = `\
const cities = ['London', 'Paris', 'Tokyo']
const warmest = get_weather.map(cities).sort((a, b) => b.celsius - a.celsius)[0]
;({ city: warmest.city, celsius: warmest.celsius })`

const script = [
  { toolCalls: [{ name: 'run_program', arguments: JSON.stringify({ source }) }] },
  'Tokyo, with 24 °C.',
]

export async function main(print: Print): Promise<void> {
  await using server = await exampleModel(script)
  const executor = createExecutor({ tools, workers: 1 })
  try {
    // `code.aiTool` is the same for the AI SDK, `code.responsesTool` for the Responses API.
    const code = codeTool({ executor, tools: ['get_weather'] })
    const runner = server.client.chat.completions.runTools({
      model: server.model,
      messages: [
        { role: 'system', content: await code.prompt() },
        { role: 'user', content: 'Which of London, Paris and Tokyo is the warmest now?' },
      ],
      tools: [code.chatTool],
    })
    runner.on('functionToolCallResult', result => {
      print(`program gave: ${JSON.stringify(JSON.parse(result).output)}`)
    })
    print(`answer: ${await runner.finalContent()}`)
  } finally {
    await executor.close()
  }
}

if (import.meta.main) await main(console.log)

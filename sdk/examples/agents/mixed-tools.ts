/** Synchronous tools that an app already has, beside asynchronous ones: the program sees no difference. */

import { createExecutor } from '../../../executor/index.ts'
import { CodeAgent } from '../../agents/index.ts'
import { exampleModel, type Print } from './example-model.ts'

/** As tools were before anything was asynchronous. */
const multiply = {
  name: 'multiply',
  description: 'Multiplies two numbers.',
  inputs: { a: { type: 'number' }, b: { type: 'number' } },
  output_type: 'number',
  forward: (a: number, b: number) => a * b,
}

const fetch_price = {
  name: 'fetch_price',
  description: 'Gives the price of an article in euros.',
  inputs: { article: { type: 'string' } },
  output_type: 'number',
  async forward(article: string) {
    await new Promise(resolve => setTimeout(resolve, 50))
    return article === 'pen' ? 2.5 : 12
  },
}

const script = [
  `\`\`\`js
const price = fetch_price('pen')
const total = multiply(price, 4)
final_answer(\`4 pens cost \${total.toFixed(2)} EUR\`)
\`\`\``,
]

export async function main(print: Print): Promise<void> {
  await using server = await exampleModel(script)
  const executor = createExecutor({ workers: 1 })
  try {
    const agent = new CodeAgent({ ...server, executor, tools: [multiply, fetch_price] })
    print(`answer: ${await agent.run('What do 4 pens cost, with two decimals?')}`)
  } finally {
    await executor.close()
  }
}

if (import.meta.main) await main(console.log)
